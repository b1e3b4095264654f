// Extents of a pool, shared by its kernels.
#pragma once

#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/Tensors.h"

#include <Halide.h>
#include <vector>

namespace nnx::kernels {

/// Read from attributes input, window, stride, padding.
struct PoolGeometry {
  int height, width, channels; // of the input
  int windowH, windowW, strideH, strideW;
  int padTop = 0, padLeft = 0; // Keras's `same` pads the smaller half before
  bool isPadded = false;       // some window reaches outside
  int outHeight, outWidth;

  explicit PoolGeometry(const KernelSpec &spec);

  Extents inputExtents() const { return imageTensor(width, height, channels); }
  Extents outputExtents() const { return imageTensor(outWidth, outHeight, channels); }

  /// Where place (i, j) of window (px, py) lies on the input.
  Halide::Expr inX(const Halide::Expr &px, const Halide::Expr &i) const {
    return px * strideW + i - padLeft;
  }
  Halide::Expr inY(const Halide::Expr &py, const Halide::Expr &j) const {
    return py * strideH + j - padTop;
  }
  Halide::Expr isInside(const Halide::Expr &x, const Halide::Expr &y) const {
    return x >= 0 && x < width && y >= 0 && y < height;
  }
};

/// Throws KernelError if a byte cannot hold the places of a window.
void checkPlaces(const KernelSpec &spec, const PoolGeometry &g);

/// max_pool_grad at (l, x, y, c, t): the sum of dy over the windows whose argmax this place is.
Halide::Expr scatteredByPool(const PoolGeometry &g, const Halide::ImageParam &dy,
                             const Halide::ImageParam &argmax, const std::vector<Halide::Expr> &at);

} // namespace nnx::kernels
