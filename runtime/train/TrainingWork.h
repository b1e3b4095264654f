// How much arithmetic a run takes, and how long that is taken to last before anything is measured.
#pragma once

#include <cstdint>

namespace nnxrt {

/// A training step costs three times its forward pass: forward, the gradient of the weights, that
/// of the inputs.
inline constexpr double passesOfTraining = 3;

/// Multiply-adds per second (each counted twice) that one core is taken to do. From the README's
/// figure: 14,288 samples/s of the baseline, whose step takes 3 x 1.5 million.
inline constexpr double assumedRate = 60e9;

/// Operations of a run; `forward` is those of one sample, an evaluation costs one pass.
inline double workOf(double forward, double trained, double tested) {
  return forward * (passesOfTraining * trained + tested);
}

} // namespace nnxrt
