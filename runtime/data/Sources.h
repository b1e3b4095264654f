// The kinds of files that data sets come from, and what they hold.
#pragma once

#include "runtime/data/DataFiles.h"
#include "runtime/data/Samples.h"
#include "runtime/data/Split.h"

namespace nnxrt {

/// What the files of a data set hold, before rows of `train` go to other shares.
struct LoadedSources {
  Samples train, validation, test;  // no samples where the share has no files of its own
  SplitRows split;                  // of train
  std::vector<std::string> classes; // their names; empty: their numbers
  std::vector<bool> numeric;        // which features `standardize` changes; empty: all
};

/// "data set `houses` (line 3)"
std::string placeOf(const DatasetSpec &spec);

/// "4x5x3", or "12" where samples are flat.
std::string shapeText(const DatasetSpec &spec);

/// Reads every file of `spec`. Throws DataError and MemoryError.
LoadedSources loadSources(const DatasetSpec &spec, DataFiles &files);

/// The names of the PNG files in a folder, sorted; hidden files are left out. Throws DataError:
/// there is none, or something else.
std::vector<std::string> listImages(const std::filesystem::path &folder);

// One for each row of Sources.def.
LoadedSources loadIdx(const DatasetSpec &spec, DataFiles &files);
LoadedSources loadCsv(const DatasetSpec &spec, DataFiles &files);
LoadedSources loadNpy(const DatasetSpec &spec, DataFiles &files);
LoadedSources loadNpz(const DatasetSpec &spec, DataFiles &files);
LoadedSources loadPng(const DatasetSpec &spec, DataFiles &files);

/// Reads train, test and validation, as far as they have files, one source after the other, and
/// draws the rows that leave train by the labels.
template <typename Load> LoadedSources loadEach(const DatasetSpec &spec, Load load) {
  LoadedSources sources;
  sources.train = load(spec.train);
  if (spec.test.isGiven())
    sources.test = load(spec.test);
  if (spec.validation.isGiven())
    sources.validation = load(spec.validation);
  const std::vector<uint32_t> strata(sources.train.labels.begin(), sources.train.labels.end());
  sources.split =
      splitRows(spec.split, static_cast<uint32_t>(sources.train.count), strata, placeOf(spec));
  return sources;
}

} // namespace nnxrt
