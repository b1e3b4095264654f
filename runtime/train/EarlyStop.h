// When a run ends before its epochs, with the rules of Keras's EarlyStopping: a figure that is not
// better by more than min_delta than the best so far counts one epoch of waiting; the run ends when
// `patience` epochs were waited, with 0 at the first of them.
#pragma once

#include "runtime/train/EpochMetrics.h"
#include "runtime/train/RunState.h"

namespace nnxrt {

class EarlyStop {
public:
  /// Throws RunError for a metric that is not known.
  explicit EarlyStop(const StopSettings &settings);

  [[nodiscard]] bool isOn() const { return metric != nullptr; }
  [[nodiscard]] bool restoresBest() const { return settings.restoresBest; }

  /// Counts a complete epoch; whether it is the best so far. A NaN is no improvement.
  bool count(const EpochFigures &figures, StopState &state) const;

private:
  const StopSettings settings;
  const EpochMetric *metric = nullptr;
};

} // namespace nnxrt
