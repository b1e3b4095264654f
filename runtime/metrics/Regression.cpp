// Figures of predicted numbers from their sums.
#include "runtime/metrics/Regression.h"

#include <cmath>
#include <limits>

using namespace nnxrt;

void TargetSums::add(double prediction, double target, double centre) {
  const double error = prediction - target, deviation = target - centre;
  squares += error * error;
  absolutes += std::abs(error);
  deviations += deviation;
  squaredDeviations += deviation * deviation;
}

void TargetSums::add(const TargetSums &other) {
  squares += other.squares;
  absolutes += other.absolutes;
  deviations += other.deviations;
  squaredDeviations += other.squaredDeviations;
}

static double shareExplained(const TargetSums &sums, double samples) {
  if (samples < 2)
    return std::numeric_limits<double>::quiet_NaN();
  const double spread = sums.squaredDeviations - sums.deviations * sums.deviations / samples;
  if (spread > 0 || std::isnan(sums.squares))
    return 1 - sums.squares / spread;
  return sums.squares == 0 ? 1 : 0;
}

RegressionFigures nnxrt::regressionFigures(std::span<const TargetSums> targets, int64_t samples) {
  RegressionFigures figures;
  if (samples == 0 || targets.empty())
    return figures;
  const auto count = static_cast<double>(samples), of = static_cast<double>(targets.size());
  for (const TargetSums &sums : targets) {
    figures.rmse += std::sqrt(sums.squares / count) / of;
    figures.mae += sums.absolutes / count / of;
    figures.r2 += shareExplained(sums, count) / of;
  }
  return figures;
}
