// The numbers of a step that its updates share, computed once: code for nnxrt_variant.prepare.
#pragma once

#include "dsl/Optimizers.h"

#include "mlir/IR/BuiltinOps.h"

namespace nnx {

// Adds `void prepare(double *hyper)` to the module, unless the optimizer computes no numbers.
void lowerNumbers(mlir::ModuleOp module, const dsl::OptimizerChoice &optimizer);

} // namespace nnx
