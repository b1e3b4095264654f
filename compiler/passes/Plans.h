// What nnx-plan-memory leaves on functions, for those who read it.
#pragma once

#include "compiler/dialect/NnxDialect.h"

#include <nnxrt/abi.h>

namespace nnx {

// On a function: an array with a dictionary for each number of tiles, ascending: `tiles`,
// `arena_bytes`, and `offsets`, one per nnx.buffer of the function, -1 for those outside the arena,
// views, and buffers that no call uses.
inline constexpr llvm::StringLiteral kPlansAttr = "nnx.plans";

// Bytes of the whole buffer, or of one tile where tiles are counted at run time.
uint64_t bytesOf(BufferOp buffer);

} // namespace nnx
