// From a planned module to the rows of the study table that describe its variant.
#pragma once

#include "compiler/dialect/NnxDialect.h"
#include "compiler/emit/StudyTable.h"

#include "mlir/IR/BuiltinOps.h"

namespace nnx::emit {

// The functions' symbols are those that nnx-lower-to-calls gives them. Weights and state start on
// multiples of `alignment` bytes.
VariantRow describeVariant(mlir::ModuleOp module, uint64_t alignment);

} // namespace nnx::emit
