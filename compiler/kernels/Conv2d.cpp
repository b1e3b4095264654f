// What the kernels of a convolution share: its extents, and the sums of those that go forward.
#include "compiler/kernels/Conv2d.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

Conv2dGeometry::Conv2dGeometry(const KernelSpec &spec) {
  const std::vector<int> input = spec.shapeOf("input"), kernel = spec.shapeOf("kernel"),
                         stride = spec.shapeOf("stride"), dilation = spec.shapeOf("dilation");
  const std::string &padding = spec.textOf("padding");
  if (input.size() != 3 || kernel.size() != 2 || stride.size() != 2 || dilation.size() != 2)
    throw KernelError(spec.text() + ": input is HxWxC; kernel, stride and dilation are HxW");
  if (padding != "valid" && padding != "same")
    throw KernelError(spec.text() + ": padding is neither valid nor same");
  height = input[0], width = input[1], channels = input[2];
  filters = spec.intOf("filters");
  kernelH = kernel[0], kernelW = kernel[1], strideH = stride[0], strideW = stride[1];
  dilationH = dilation[0], dilationW = dilation[1];
  spanH = (kernelH - 1) * dilationH + 1, spanW = (kernelW - 1) * dilationW + 1;
  if (filters < 1)
    throw KernelError(spec.text() + ": no filters");
  if (padding == "same") {
    outHeight = ceilDiv(height, strideH), outWidth = ceilDiv(width, strideW);
    const int padsH = std::max(0, (outHeight - 1) * strideH + spanH - height);
    const int padsW = std::max(0, (outWidth - 1) * strideW + spanW - width);
    padTop = padsH / 2, padLeft = padsW / 2;
    isPadded = padsH > 0 || padsW > 0;
  } else {
    if (spanH > height || spanW > width)
      throw KernelError(spec.text() + ": the kernel is larger than the input");
    outHeight = (height - spanH) / strideH + 1, outWidth = (width - spanW) / strideW + 1;
  }
  if (auto found = spec.attributes.find("pool");
      found != spec.attributes.end() && found->second != "0") {
    const std::vector<int> pool = spec.shapeOf("pool");
    if (pool.size() != 2 || pool[0] > outHeight || pool[1] > outWidth || pool[0] * pool[1] > 256)
      throw KernelError(spec.text() + ": no pool for an output of " + std::to_string(outHeight) +
                        "x" + std::to_string(outWidth));
    poolH = pool[0], poolW = pool[1], isPooled = true;
  }
  pooledHeight = outHeight / poolH, pooledWidth = outWidth / poolW;
}

void checkScratch(double vectors) {
  constexpr double limit = 6 << 20; // of the 8 MB that a thread has
  const double bytes = vectors * tileLanes * sizeof(float);
  if (bytes > limit)
    throw KernelError("needs " + std::to_string(static_cast<long>(bytes)) +
                      " bytes of scratch for each thread; the limit is 6 MB");
}

Conv2dSums::Conv2dSums(const Conv2dGeometry &geometry)
    : g(geometry), input(inputBuffer(Float(32), "x", g.inputExtents())),
      weights(inputBuffer(Float(32), "weights", g.weightExtents())),
      bias(inputBuffer(Float(32), "bias", {paddedRow(g.filters)})),
      r(0, g.kernelW, 0, g.kernelH, 0, g.channels, "r") {
  Var ci("ci");
  Expr inX = x - g.padLeft, inY = y - g.padTop;
  padded(l, x, y, ci, t) =
      select(inX >= 0 && inX < g.width && inY >= 0 && inY < g.height,
             input(l, clamp(inX, 0, g.width - 1), clamp(inY, 0, g.height - 1), ci, t), 0.0f);
  Expr atX = x * g.strideW + r.x * g.dilationW, atY = y * g.strideH + r.y * g.dilationH;
  z(l, x, y, c, t) = bias(c);
  z(l, x, y, c, t) +=
      (g.isPadded ? Expr(padded(l, atX, atY, r.z, t)) : Expr(input(l, atX, atY, r.z, t))) *
      weights(c, r.x, r.y, r.z);
}

void Conv2dSums::copyPadded(Func consumer, const Var &row, int rowsOfZ) {
  if (!g.isPadded)
    return;
  const int rows = (rowsOfZ - 1) * g.strideH + g.spanH;
  const int columns = (g.outWidth - 1) * g.strideW + g.spanW;
  checkScratch(double(rows) * columns * g.channels);
  padded.compute_at(consumer, row)
      .store_in(onStack)
      .bound_storage(x, columns)
      .bound_storage(y, rows)
      .bound_storage(padded.args()[3], g.channels)
      .vectorize(l);
}

Stage Conv2dSums::inRegisters(Func consumer, const Var &at, int lanes) {
  z.compute_at(consumer, at).store_in(onStack).vectorize(l, lanes).unroll(c);
  Stage sum = z.update();
  sum.vectorize(l, lanes).unroll(c);
  if (g.kernelW <= 5)
    sum.unroll(r.x);
  if (g.kernelW * g.kernelH <= 9)
    sum.unroll(r.y);
  return sum;
}

} // namespace nnx::kernels
