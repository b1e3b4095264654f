// From the language to the dialect: one module per variant.
#pragma once

#include "dsl/Study.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace nnx {

/// The module of `variant` with its @forward (docs/architecture.md, "The nnx dialect"); locations
/// point into `files`, by the index of their file. The context must have loaded the nnx and func
/// dialects. Null after an error, which went to the context's diagnostic handler.
mlir::OwningOpRef<mlir::ModuleOp> buildModule(mlir::MLIRContext &context,
                                              const dsl::Variant &variant,
                                              llvm::ArrayRef<llvm::StringRef> files);

} // namespace nnx
