// Where the weights of results are kept. The trainer knows this interface alone.
#pragma once

#include "runtime/train/Model.h"
#include "runtime/train/Results.h"

namespace nnxrt {

class WeightsKeeper {
public:
  virtual ~WeightsKeeper() = default;

  /// The weights that `result` is of, before it is told. Several runs go on at once.
  virtual void keep(const RunInfo &run, const RunResult &result, const nnxrt_variant &variant,
                    const Model &model) = 0;
};

} // namespace nnxrt
