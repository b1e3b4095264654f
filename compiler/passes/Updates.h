// Which operands an op replaces by its results: the weights and state that an optimizer's step
// updates. In memory, operand and result are one buffer.
#pragma once

#include "compiler/dialect/NnxDialect.h"

namespace nnx {

// One operand per result, or nothing for an op that updates none.
llvm::SmallVector<mlir::Value> updatedOperands(mlir::Operation *op);

// In memory an update replaces what others may still have to read: it goes behind the last of them.
llvm::LogicalResult moveUpdatesBehindReaders(mlir::Block &block);

} // namespace nnx
