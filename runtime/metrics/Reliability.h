// Whether a classifier is right as often as it is sure: its samples by confidence.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace nnxrt {

/// Samples of one range of confidence.
struct ReliabilityBin {
  int64_t samples = 0, hits = 0;
  double confidence = 0; // sum over the samples
};

/// 15 equal bins (a, b] of the confidence in [0, 1], which is the probability of the predicted
/// class. A confidence that is NaN counts in none.
std::array<ReliabilityBin, 15> reliabilityOf(std::span<const uint16_t> labels,
                                             std::span<const uint16_t> predictions,
                                             std::span<const float> confidence);

} // namespace nnxrt
