// From the files of a data set to its shares.
#include "runtime/data/Dataset.h"

#include "runtime/data/Sources.h"
#include "runtime/data/Standardize.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

using namespace nnxrt;

/// The rows that leave train become shares of their own.
static void moveRows(LoadedSources &sources) {
  if (!sources.split.test.empty())
    sources.test = takeRows(sources.train, sources.split.test);
  // Rows are counted from those of the file: what test took moved the others up.
  std::vector<uint32_t> rows = sources.split.validation;
  size_t before = 0;
  for (uint32_t &row : rows) {
    while (before < sources.split.test.size() && sources.split.test[before] < row)
      ++before;
    row -= static_cast<uint32_t>(before);
  }
  if (!rows.empty())
    sources.validation = takeRows(sources.train, rows);
}

/// Names of classes go to reports, whose format is UTF-8.
static void checkNames(const std::vector<std::string> &names, const DatasetSpec &spec) {
  try {
    static_cast<void>(nlohmann::json(names).dump());
  } catch (const nlohmann::json::type_error &) {
    throw DataError(fmt::format("{}: the name of a class is no UTF-8 text", placeOf(spec)));
  }
}

static SampleSet viewOf(const Samples &samples, const DatasetSpec &spec,
                        const Standardization *standardization) {
  SampleSet set;
  set.count = static_cast<int64_t>(samples.count);
  set.height = spec.isFlat ? 1 : spec.shape[0];
  set.width = spec.isFlat ? static_cast<int64_t>(samples.features) : spec.shape[1];
  set.channels = spec.isFlat ? 1 : spec.shape[2];
  if (samples.type == ElementType::byte)
    set.pixels = samples.data<uint8_t>();
  else
    set.values = samples.data<float>();
  set.labels = samples.labels.empty() ? nullptr : samples.labels.data();
  set.targets = samples.targets;
  set.standardization = standardization;
  return set;
}

Dataset::Dataset(const DatasetSpec &spec, const std::vector<std::filesystem::path> &folders)
    : augment(spec.augment) {
  DataFiles files(spec, folders);
  LoadedSources sources = loadSources(spec, files);
  digest = files.digest();
  labels = std::move(sources.classes);
  checkNames(labels, spec);
  moveRows(sources);
  for (Samples *each : {&sources.train, &sources.validation, &sources.test})
    shares.push_back(std::move(*each));
  features = static_cast<int64_t>(shares[0].features);
  scale = shares[0].type == ElementType::real32 ? 1 : spec.scale; // those have it in them
  std::optional<Moments> moments;
  if (spec.standardize)
    moments = momentsOf(shares[0], scale);
  // Flat samples become what steps read here and now, in double precision; images stay as they are
  // until a batch is gathered.
  if (spec.isFlat && (moments || shares[0].type == ElementType::real64)) {
    for (Samples &share : shares)
      share = toFloats(share, scale, moments ? &*moments : nullptr, sources.numeric);
    scale = 1;
  } else if (moments) {
    standardization = std::make_unique<Standardization>();
    for (uint64_t f = 0; f < shares[0].features; ++f) {
      standardization->mean.push_back(static_cast<float>(moments->mean[f]));
      standardization->inverse.push_back(static_cast<float>(1 / moments->deviation[f]));
    }
  }
  train = viewOf(shares[0], spec, standardization.get());
  validation = viewOf(shares[1], spec, standardization.get());
  test = viewOf(shares[2], spec, standardization.get());
}
