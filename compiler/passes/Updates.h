// Which operands an op replaces by its results: the weights and state that an optimizer's step
// updates, moving averages. In memory, operand and result are one buffer.
#pragma once

#include "compiler/dialect/NnxDialect.h"

namespace nnx {

// The operands that the first results of `op` replace, in the order of those results.
llvm::SmallVector<mlir::Value> updatedOperands(mlir::Operation *op);

// In memory an update replaces what others may still have to read: it goes behind the last of them.
llvm::LogicalResult moveUpdatesBehindReaders(mlir::Block &block);

} // namespace nnx
