// The samples of a data set as they lie in its files: bytes, one label each.
#pragma once

#include "runtime/train/Study.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace nnxrt {

class FileBytes;

/// One share (train or test). The bytes stay where the files were read or mapped.
struct SampleSet {
  int64_t count = 0;
  int64_t height = 0, width = 0, channels = 0;
  const uint8_t *pixels = nullptr; // count x height x width x channels, row major
  const uint8_t *labels = nullptr; // count, each below the number of classes

  [[nodiscard]] int64_t sampleBytes() const { return height * width * channels; }
  [[nodiscard]] std::span<const uint8_t> sample(int64_t index) const {
    return {pixels + index * sampleBytes(), static_cast<size_t>(sampleBytes())};
  }
};

class Dataset {
public:
  SampleSet train, test;

private:
  friend class DatasetLoader;
  std::vector<std::shared_ptr<const FileBytes>> files;
};

} // namespace nnxrt
