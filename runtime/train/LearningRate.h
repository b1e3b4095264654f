// The learning rate of each step: the optimizer's own, by its schedule (dsl/tables/Schedules.def).
#pragma once

#include "runtime/train/Study.h"

namespace nnxrt {

class LearningRate {
public:
  /// `steps` is the length of the whole run. Throws RunError for a schedule that is not known.
  LearningRate(const RunSettings &settings, int64_t stepsPerEpoch, int64_t steps);

  /// Of the update behind `done` others.
  [[nodiscard]] double after(int64_t done) const;

private:
  enum class Kind : uint8_t { constant, step, exponential, cosine };

  [[nodiscard]] double factor(double step) const;

  Kind kind = Kind::constant;
  double rate = 0;
  double warmup = 0, from = 0; // steps; share of the rate at the first one
  double every = 1, by = 1;    // steps; what they multiply by
  double length = 1, to = 0;   // steps behind the warm-up; share of the rate at their end
  bool staircase = false;
};

} // namespace nnxrt
