// The samples of a data set as they lie in its files: bytes, one label each.
#pragma once

#include "runtime/data/Idx.h"
#include "runtime/train/Study.h"

#include <cstdint>
#include <span>
#include <string>

namespace nnxrt {

/// One share (train, validation or test), checked against the study.
struct SampleSet {
  int64_t count = 0;
  int64_t height = 0, width = 0, channels = 0;
  const uint8_t *pixels = nullptr; // count x height x width x channels, row major
  const uint8_t *labels = nullptr; // count, each below the number of classes; null for regression
  std::vector<float> targets;      // regression: sample after sample, in the target's own units

  [[nodiscard]] int64_t sampleBytes() const { return height * width * channels; }
  [[nodiscard]] std::span<const uint8_t> sample(int64_t index) const {
    return {pixels + index * sampleBytes(), static_cast<size_t>(sampleBytes())};
  }
};

class Dataset {
public:
  /// Reads the four files of `spec`, each looked for in `folders` in their order, as it is named or
  /// with `.gz` put behind or taken off. Throws DataError and MemoryError.
  Dataset(const DatasetSpec &spec, const std::vector<std::filesystem::path> &folders);

  SampleSet train, validation, test; // no samples for validation: the study has no such share
  std::string digest; // SHA-256 over the digests of its files as they lie on the disk

private:
  std::vector<IdxArray> arrays;
};

/// Where the files of data set `name` may lie. With `--data DIR`: DIR/name and DIR, nothing else.
/// Without: the study's folder, $NNX_DATA_HOME/name or else the user's cache, nnx/data/name.
std::vector<std::filesystem::path> dataFolders(const std::string &name,
                                               const std::filesystem::path &given,
                                               const std::filesystem::path &studyFile);

} // namespace nnxrt
