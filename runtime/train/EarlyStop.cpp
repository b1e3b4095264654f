// Counting of epochs without improvement.
#include "runtime/train/EarlyStop.h"

#include "runtime/device/RunError.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

using namespace nnxrt;

namespace {
struct Row {
  const char *metric;
  double EpochFigures::*value;
  bool higherIsBetter;
};
/// The rows of dsl/tables/Metrics.def that every epoch has.
constexpr std::array rows{
    Row{"loss", &EpochFigures::testLoss, false},
    Row{"accuracy", &EpochFigures::testAccuracy, true},
    Row{"train.loss", &EpochFigures::trainLoss, false},
    Row{"train.accuracy", &EpochFigures::trainAccuracy, true},
    Row{"validation.loss", &EpochFigures::validationLoss, false},
    Row{"validation.accuracy", &EpochFigures::validationAccuracy, true},
};
} // namespace

EarlyStop::EarlyStop(const StopSettings &given) : settings(given) {
  if (settings.metric.empty())
    return;
  for (const Row &row : rows)
    if (settings.metric == row.metric) {
      value = row.value;
      higherIsBetter = row.higherIsBetter;
      return;
    }
  throw RunError(fmt::format("this trainer cannot stop by `{}`", settings.metric));
}

bool EarlyStop::count(const EpochFigures &figures, StopState &state) const {
  const double now = figures.*value;
  const bool isFirst = state.bestEpoch == 0;
  const bool isBetter =
      !std::isnan(now) && (isFirst || (higherIsBetter ? now - settings.minDelta > state.best
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
