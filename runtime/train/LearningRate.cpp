// Schedules, as Keras's ExponentialDecay and CosineDecay have them.
#include "runtime/train/LearningRate.h"

#include "runtime/train/Model.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

using namespace nnxrt;

LearningRate::LearningRate(const RunSettings &settings, int64_t stepsPerEpoch, int64_t steps) {
  static constexpr std::string_view names[] = {"constant", "step", "exponential", "cosine"};
  const OptimizerSettings &schedule = settings.schedule;
  const auto *const found = std::ranges::find(names, schedule.kind);
  if (found == std::end(names))
    throw RunError(fmt::format("unknown schedule `{}`", schedule.kind));
  kind = static_cast<Kind>(found - std::begin(names));
  const auto perEpoch = static_cast<double>(stepsPerEpoch);
  settings.optimizer.number("lr", rate);
  schedule.number("from", from);
  schedule.number("by", by);
  schedule.number("to", to);
  if (schedule.number("warmup", warmup))
    warmup *= perEpoch;
  if (schedule.number("every", every))
    every *= perEpoch;
  double flag = 0;
  staircase = kind == Kind::step || (schedule.number("staircase", flag) && flag != 0);
  length = static_cast<double>(steps) - warmup;
}

double LearningRate::after(int64_t done) const {
  const auto step = static_cast<double>(done);
  return rate * (step < warmup ? from + (1 - from) * step / warmup : factor(step - warmup));
}

double LearningRate::factor(double step) const {
  switch (kind) {
  case Kind::constant:
    break;
  case Kind::step:
  case Kind::exponential:
    return std::pow(by, staircase ? std::floor(step / every) : step / every);
  case Kind::cosine: {
    const double done = std::min(1.0, step / length);
    return to + (1 - to) * (1 + std::cos(std::numbers::pi * done)) / 2;
  }
  }
  return 1;
}
