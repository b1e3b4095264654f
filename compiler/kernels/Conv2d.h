// Extents of a convolution, shared by its kernels.
#pragma once

#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/Tensors.h"

#include <Halide.h>
#include <functional>
#include <vector>

namespace nnx::kernels {

/// Read from attributes input, filters, kernel, stride, dilation, padding and, where the spec has
/// it, pool.
struct Conv2dGeometry {
  int height, width, channels; // of the input
  int filters;
  int kernelH, kernelW, strideH, strideW, dilationH, dilationW;
  int spanH, spanW;            // from the first element of the kernel to the last, both included
  int padTop = 0, padLeft = 0; // Keras's `same` pads the smaller half before
  bool isPadded = false;
  int outHeight, outWidth;       // of the convolution
  int poolH = 1, poolW = 1;      // window and stride of the fused pool
  int pooledHeight, pooledWidth; // of the pool, which drops what is left over
  bool isPooled = false;

  explicit Conv2dGeometry(const KernelSpec &spec);

  Extents inputExtents() const { return imageTensor(width, height, channels); }
  Extents outputExtents() const { return imageTensor(outWidth, outHeight, filters); }
  Extents pooledExtents() const { return imageTensor(pooledWidth, pooledHeight, filters); }
  Extents weightExtents() const { return {paddedRow(filters), kernelW, kernelH, channels}; }
};

/// Throws KernelError if a scratch of `vectors` x 16 floats is more than a thread's stack should
/// hold.
void checkScratch(double vectors);

using WindowExpr = std::function<Halide::Expr(Halide::Expr, Halide::Expr)>;

/// (value, place in the window): the greatest of `value(x, y)` over `window`, the first of equal
/// ones in row major order; a NaN wins over what stands behind it. Places for which `exists`, where
/// it is given, is false do not count. One update stage over `window`.
Halide::Func greatestOfWindow(const WindowExpr &value, const std::vector<Halide::Var> &at,
                              const Halide::RDom &window, int windowW, int windowH,
                              const WindowExpr &exists = {});

} // namespace nnx::kernels
