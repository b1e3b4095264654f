// Where the elements of tensors lie in memory: sixteen samples side by side, rows of weights
// padded.
#pragma once

#include "compiler/dialect/NnxDialect.h"

#include <nnxrt/abi.h>

namespace nnx {

// On ops an array with one #nnx.layout per result, on arguments of functions the layout itself.
inline constexpr llvm::StringLiteral kLayoutsAttr = "nnx.layouts";
inline constexpr llvm::StringLiteral kLayoutAttr = "nnx.layout";

// Extents, strides, dims and steps as #nnx.layout explains them. Extents include padding: rows of
// weights end on whole lanes.
struct Layout {
  llvm::SmallVector<int64_t> extents, strides, dims, steps;

  // (lane, x, y, c, tile), (lane, k, tile) or (lane, tile), by the rank of the tensor.
  static Layout ofSamples(mlir::RankedTensorType type);
  // The image's place, read as a flat tensor: k = x + W * (y + H * c).
  static Layout ofFlattened(mlir::RankedTensorType image);
  // (n, lane, tile), n padded to whole lanes.
  static Layout ofTransposedDelta(mlir::RankedTensorType flat);
  // (co, kx, ky, ci), co padded as every row is.
  static Layout ofConvKernel(mlir::RankedTensorType weights);
  // (n, k), n padded, k in the order of the input's.
  static Layout ofDenseKernel(mlir::RankedTensorType weights, const Layout &input);
  // (lane, k, tile), k in the order of the rows of a dense kernel.
  static Layout ofDenseInput(mlir::RankedTensorType flat, const Layout &weights);
  // (n), padded
  static Layout ofBias(mlir::RankedTensorType bias);
  // (n), padded: one number per channel of images, per number of flat samples in their order.
  static Layout ofFeatures(mlir::RankedTensorType features, const Layout &samples);

  static Layout fromAttr(LayoutAttr attr);
  LayoutAttr toAttr(mlir::MLIRContext *context) const;

  bool overSamples() const { return extents.back() == NNXRT_TILES; }
  // Elements of the whole buffer with its padding, or of one tile.
  int64_t allocatedElements() const;
  // For a flat tensor: true where element k is the k-th in memory too.
  bool isInOrder() const { return dims.size() == 1; }

  bool operator==(const Layout &) const = default;
};

// The layout that nnx-assign-layouts gave; the value must have one.
Layout layoutOf(mlir::Value value);

} // namespace nnx
