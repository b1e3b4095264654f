// Figures of predicted numbers, in the targets' own units, with scikit-learn's definitions: the
// mean over the targets of the figure of each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nnxrt {

/// Of one target over samples. `centre` of add is any number near the target's mean: it keeps the
/// sums small.
struct TargetSums {
  double squares = 0, absolutes = 0;            // of prediction - target
  double deviations = 0, squaredDeviations = 0; // of target - centre

  void add(double prediction, double target, double centre);
  void add(const TargetSums &other);
};

struct RegressionFigures {
  double rmse = 0; // root of the mean of squares
  double mae = 0;  // mean of absolutes
  double r2 = 0; // 1 - squares / (spread of the targets); without spread 1 where squares is 0, else
                 // 0; NaN for less than two samples
};

/// Zeros for no samples.
RegressionFigures regressionFigures(std::span<const TargetSums> targets, int64_t samples);

} // namespace nnxrt
