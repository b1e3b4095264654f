// The patterns of the fusion that take a pool into the op beside it.
#pragma once

#include "compiler/dialect/NnxDialect.h"
#include "compiler/layers/Layers.h"

#include "mlir/IR/PatternMatch.h"

namespace nnx {

/// The activation of a layer that has none.
inline constexpr llvm::StringLiteral linear = "linear";

/// Whether windows lie side by side and wholly inside of x: the form of a pool that other kernels
/// compute along. Those that `same` lets fall off the end do not come up where extents divide.
template <class PoolOp> bool isPartition(PoolOp pool, mlir::RankedTensorType x) {
  llvm::ArrayRef<int64_t> window = pool.getWindow(), extents = sampleExtents(x);
  return window == pool.getStrides() &&
         (pool.getPadding() == Padding::Valid ||
          (extents[0] % window[0] == 0 && extents[1] % window[1] == 0));
}

/// Convolution, activation and pool become one op, forward and backward.
void addPoolPatterns(mlir::RewritePatternSet &patterns);

/// The gradient of a pool goes into the op behind it.
void addPoolGradientPatterns(mlir::RewritePatternSet &patterns);

} // namespace nnx
