// A data set in memory: its shares, and what of it belongs to a run's key.
#pragma once

#include "runtime/data/DataFiles.h"
#include "runtime/data/SampleSet.h"
#include "runtime/data/Samples.h"

#include <memory>

namespace nnxrt {

class Dataset {
public:
  /// Reads the files of `spec` from the first of `folders` that has them, splits, encodes and
  /// standardizes them. Throws DataError and MemoryError.
  Dataset(const DatasetSpec &spec, const std::vector<std::filesystem::path> &folders);

  SampleSet train, validation, test; // no samples for validation: the study has no such share
  std::string digest;              // SHA-256 over the digests of its files as they lie on the disk
  std::vector<std::string> labels; // names of the classes, as stated or found; empty: their numbers
  double scale = 1;                // what samples are to be multiplied with
  int64_t features = 0;            // numbers of a sample
  std::vector<AugmentStep> augment; // what training samples undergo

private:
  std::vector<Samples> shares; // train, validation, test
  std::unique_ptr<Standardization> standardization;
};

} // namespace nnxrt
