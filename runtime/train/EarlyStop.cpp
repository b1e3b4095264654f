// Counting of epochs without improvement.
#include "runtime/train/EarlyStop.h"

#include "runtime/device/RunError.h"

#include <cmath>
#include <fmt/format.h>

using namespace nnxrt;

EarlyStop::EarlyStop(const StopSettings &given)
    : settings(given), metric(epochMetric(given.metric)) {
  if (metric == nullptr && !settings.metric.empty())
    throw RunError(fmt::format("this trainer cannot stop by `{}`", settings.metric));
}

bool EarlyStop::count(const EpochFigures &figures, StopState &state) const {
  const double now = (*metric)(figures);
  const bool isFirst = state.bestEpoch == 0;
  const bool isBetter =
      !std::isnan(now) &&
      (isFirst || (metric->higherIsBetter ? now - settings.minDelta > state.best
                                          : now + settings.minDelta < state.best));
  if (isBetter) {
    state.best = now;
    state.bestEpoch = figures.epoch;
    state.waited = 0;
    return true;
  }
  ++state.waited;
  state.ended = state.waited >= settings.patience;
  return false;
}
