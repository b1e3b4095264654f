// Runs a function of the dialect on tensors, at any stage before kernel selection.
#pragma once

#include "compiler/interpreter/Reference.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace nnx {

/// One Array per argument in, one per result out; the batch is the first extent of argument 0.
/// Fails with an error at the op that has no rule, or at an argument of the wrong shape.
mlir::FailureOr<std::vector<Array>> interpret(mlir::func::FuncOp function,
                                              const std::vector<Array> &arguments,
                                              const reference::Hyperparameters &hyper = {});

} // namespace nnx
