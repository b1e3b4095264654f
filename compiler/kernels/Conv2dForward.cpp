// conv2d_forward: convolution (as Keras: no flip), bias, pool, activation in one pass.
//   z(l, x, y, c, t) = bias(c) + sum_{kx, ky, ci} in(l, x sx + kx rx - px, y sy + ky ry - py, ci,
//   t)
//                                                 weights(c, kx, ky, ci)
// With a pool, an increasing activation is applied to the greatest z of a window: four times fewer
// activations for 2x2.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tiles.h"

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

Kernel build_conv2d_forward(const KernelSpec &spec, const KernelTarget &target) {
  const Conv2dGeometry g(spec);
  ActivationCode activation(spec);
  if (g.isPooled && !activation.commutesWithMax())
    throw KernelError(spec.text() + ": this activation cannot follow the pool");
  ImageParam input = inputBuffer(Float(32), "x", g.inputExtents());
  ImageParam weights = inputBuffer(Float(32), "weights", g.weightExtents());
  ImageParam bias = inputBuffer(Float(32), "bias", {paddedRow(g.filters)});
  Var l("l"), x("x"), y("y"), c("c"), t("t"), ci("ci");
  RDom r(0, g.kernelW, 0, g.kernelH, 0, g.channels, "r");

  // Padding is made by copying the rows of one step of y, borders zero: a hundredth of the work.
  Func padded("padded");
  Expr inX = x - g.padLeft, inY = y - g.padTop;
  padded(l, x, y, ci, t) =
      select(inX >= 0 && inX < g.width && inY >= 0 && inY < g.height,
             input(l, clamp(inX, 0, g.width - 1), clamp(inY, 0, g.height - 1), ci, t), 0.0f);
  auto source = [&](const Expr &atX, const Expr &atY, const Expr &channel) {
    return g.isPadded ? Expr(padded(l, atX, atY, channel, t))
                      : Expr(input(l, atX, atY, channel, t));
  };
  Func z("z"), out("y");
  z(l, x, y, c, t) = bias(c);
  z(l, x, y, c, t) +=
      source(x * g.strideW + r.x * g.dilationW, y * g.strideH + r.y * g.dilationH, r.z) *
      weights(c, r.x, r.y, r.z);

  RDom window(0, g.poolW, 0, g.poolH, "window");
  Func greatest = greatestOfWindow(
      [&](const Expr &i, const Expr &j) { return z(l, x * g.poolW + i, y * g.poolH + j, c, t); },
      {l, x, y, c, t}, window, g.poolW, g.poolH);
  Expr before = g.isPooled ? Expr(greatest(l, x, y, c, t)[0]) : Expr(z(l, x, y, c, t));
  std::vector<Expr> results{activation.value(before)};
  if (g.isPooled)
    results.push_back(cast<uint8_t>(greatest(l, x, y, c, t)[1]));
  if (spec.flagOf("saves_input"))
    results.push_back(before);
  if (results.size() == 1)
    out(l, x, y, c, t) = results[0];
  else
    out(l, x, y, c, t) = Tuple(results);

  // Without a pool a tile is some x by some c. With one it is the window by some c, as long as the
  // window fits registers; a larger window is looped over. Where the sums are short the pool's own
  // work counts: eight sums leave it registers (first layer of the baseline: 73 % of the peak, 52 %
  // with twelve).
  const int window2d = g.poolH * g.poolW, registers = accumulatorsOf(target);
  const bool windowInRegisters = window2d <= registers;
  const bool isShort = g.kernelH * g.kernelW * g.channels <= 32;
  RegisterTile tile = chooseTile(target, g.outWidth, g.filters, 6);
  if (g.isPooled) {
    tile = {isShort && 2 * window2d <= registers ? tileLanes : target.vectorLanes, 1, registers};
    if (windowInRegisters)
      tile.columns = (isShort ? 8 : registers) / (window2d * tile.lanes / target.vectorLanes);
    tile.columns = std::max(1, tile.columns);
  }
  tile.columns = std::min(tile.columns, g.filters);

  Var xo("xo"), xi("xi"), co("co"), cc("cc"), lo("lo"), li("li"), task("task"), row("row");
  const double rowFlops =
      2.0 * tileLanes * g.pooledWidth * window2d * g.filters * g.kernelH * g.kernelW * g.channels;
  constrainOutputs(out, g.pooledExtents());
  out.split(x, xo, xi, tile.rows, TailStrategy::ShiftInwards)
      .split(c, co, cc, tile.columns, TailStrategy::ShiftInwards)
      .split(l, lo, li, tile.lanes)
      .split(y, task, row, std::min(iterationsPerTask(rowFlops), g.pooledHeight),
             TailStrategy::GuardWithIf)
      .reorder(li, xi, cc, co, lo, xo, row, task, t)
      .vectorize(li)
      .unroll(xi)
      .unroll(cc)
      .parallel(task)
      .parallel(t);
  if (g.isPadded) {
    const int rows = (g.poolH - 1) * g.strideH + g.spanH;
    const int columns = (g.outWidth - 1) * g.strideW + g.spanW;
    checkScratch(double(rows) * columns * g.channels);
    padded.compute_at(out, row)
        .store_in(onStack)
        .bound_storage(x, columns)
        .bound_storage(y, rows)
        .bound_storage(ci, g.channels)
        .vectorize(l);
  }
  z.compute_at(out, co).store_in(onStack).vectorize(l, tile.lanes).unroll(c);
  Stage sum = z.update();
  if (windowInRegisters) {
    z.unroll(x).unroll(y);
    sum.reorder(l, x, y, c, r.x, r.y, r.z).unroll(x).unroll(y);
  } else {
    sum.reorder(l, c, r.x, r.y, r.z, x, y);
  }
  sum.vectorize(l, tile.lanes).unroll(c);
  if (g.kernelW <= 5)
    sum.unroll(r.x);
  if (g.kernelW * g.kernelH <= 9)
    sum.unroll(r.y);
  if (g.isPooled) {
    greatest.compute_at(out, co)
        .store_in(onStack)
        .vectorize(l, tile.lanes)
        .unroll(c)
        .update()
        .reorder(l, c, window.x, window.y)
        .vectorize(l, tile.lanes)
        .unroll(c);
    if (windowInRegisters)
      greatest.update().unroll(window.x).unroll(window.y);
  }
  return {Pipeline(out), {input, weights, bias}};
}

} // namespace nnx::kernels
