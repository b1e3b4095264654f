// One share of a data set (train, validation or test), as steps read it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nnxrt {

/// What brings each feature of an image to mean 0 and deviation 1: (x - mean) * inverse.
struct Standardization {
  std::vector<float> mean, inverse;
};

/// Samples are bytes or floats, count x height x width x channels, row major.
struct SampleSet {
  int64_t count = 0;
  int64_t height = 0, width = 0, channels = 0;
  const uint8_t *pixels = nullptr; // null where samples are floats
  const uint8_t *labels = nullptr; // count, each below the number of classes; null for regression
  std::vector<float> targets;      // regression: sample after sample, in the target's own units
  const float *values = nullptr;   // null where samples are bytes
  const Standardization *standardization = nullptr; // of what `scale` leaves; null: nothing

  [[nodiscard]] int64_t sampleBytes() const { return height * width * channels; }
  [[nodiscard]] std::span<const uint8_t> sample(int64_t index) const {
    return {pixels + index * sampleBytes(), static_cast<size_t>(sampleBytes())};
  }
};

} // namespace nnxrt
