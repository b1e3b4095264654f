// The numbers that lowered code and tables use for what a module names: buffers, hyperparameters,
// functions.
#pragma once

#include "compiler/dialect/NnxDialect.h"

#include "dsl/Optimizers.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace nnx {

// The buffers of a module in the order of nnxrt_variant.buffers: those of both functions, each name
// once. Buffers of one name are one buffer.
std::vector<BufferOp> listBuffers(mlir::ModuleOp module);

// Where each buffer op of `function` stands in listBuffers.
llvm::DenseMap<mlir::Value, uint32_t> indexBuffers(mlir::func::FuncOp function,
                                                   llvm::ArrayRef<BufferOp> buffers);

// The optimizer of the module; its hypers are those of nnxrt_call.hyper, in order.
dsl::OptimizerChoice optimizerOf(mlir::ModuleOp module);

// Names of functions of a lowered module besides @step and @evaluate.
inline constexpr llvm::StringLiteral kPrepareFunction = "prepare";

// The function @name of the module as the linker sees it: behind the module's own name, if it has
// one.
std::string symbolOf(mlir::ModuleOp module, llvm::StringRef name);

} // namespace nnx
