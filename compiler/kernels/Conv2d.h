// What the kernels of a convolution share: its extents, and the sums of those that go forward.
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

enum class Extreme : uint8_t { Greatest, Least };

/// (value, place in the window): the greatest or least of `value(x, y)` over `window`, the first of
/// equal ones in row major order; a NaN wins over what stands behind it. Places for which `exists`,
/// where it is given, is false do not count. One update stage over `window`.
Halide::Func extremeOfWindow(Extreme which, const WindowExpr &value,
                             const std::vector<Halide::Var> &at, const Halide::RDom &window,
                             int windowW, int windowH, const WindowExpr &exists = {});

/// z = bias + convolution, and what it reads.
class Conv2dSums {
public:
  explicit Conv2dSums(const Conv2dGeometry &geometry);

  /// Padding is made by copying the rows that `rowsOfZ` rows of z read, borders zero: a hundredth
  /// of the work. They are made at loop `row` of `consumer`.
  void copyPadded(Halide::Func consumer, const Halide::Var &row, int rowsOfZ);
  /// Keeps the z of loop `at` of `consumer` in registers, channels unrolled; x and y are the
  /// caller's to order. Returns the stage that sums.
  Halide::Stage inRegisters(Halide::Func consumer, const Halide::Var &at, int lanes);

private:
  Conv2dGeometry g;
  Halide::Func padded{"padded"};

public:
  Halide::ImageParam input, weights, bias;
  Halide::Var l{"l"}, x{"x"}, y{"y"}, c{"c"}, t{"t"};
  Halide::RDom r; // x, y and channel of the kernel
  Halide::Func z{"z"};
};

} // namespace nnx::kernels
