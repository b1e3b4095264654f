// Who looks into a model after each of its steps.
#pragma once

#include "runtime/train/Model.h"

namespace nnxrt {

struct WatchedStep {
  int64_t step = 0;    // from 1
  int64_t samples = 0; // of its batch
  double rate = 0;     // of learning
  double loss = 0;     // mean over its samples, before the update
};

class StepWatcher {
public:
  virtual ~StepWatcher() = default;
  /// Before the first step, and after each one. The model keeps the values of that step
  /// (Model::stepValues).
  virtual void runBegins(const Model &model) = 0;
  virtual void stepDone(const WatchedStep &step, const Model &model) = 0;
};

} // namespace nnxrt
