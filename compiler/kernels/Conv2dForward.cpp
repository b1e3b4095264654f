// conv2d_forward: convolution (as Keras: no flip), bias, pool, activation in one pass.
//   z(l, x, y, c, t) = bias(c) + sum_{kx, ky, ci} in(l, x sx + kx rx - px, y sy + ky ry - py, ci,
//   t)
//                                                 weights(c, kx, ky, ci)
// With a pool, an activation that never falls is applied to the greatest z of a window, one that
// falls and then rises to the greatest and the least: four or two times fewer activations for 2x2.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/Conv2dWinograd.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

Kernel build_conv2d_forward(const KernelSpec &spec, const KernelTarget &target) {
  const Conv2dGeometry g(spec);
  ActivationCode activation(spec);
  if (g.isPooled && activation.shape() == dsl::ActivationShape::Unknown)
    throw KernelError(spec.text() + ": this activation cannot follow the pool");
  Conv2dSums sums(g);
  MinimalFilter filter(g, target);
  const bool isMinimal = canFilterMinimally(g, target);
  Func z = sums.z, out("y");
  const Var &l = sums.l, &x = sums.x, &y = sums.y, &c = sums.c, &t = sums.t;

  RDom window(0, g.poolW, 0, g.poolH, "window");
  auto value = [&](const Expr &i, const Expr &j) {
    return isMinimal ? Expr(filter.z(l, c, i, j, x, y, t))
                     : Expr(z(l, x * g.poolW + i, y * g.poolH + j, c, t));
  };
  auto extreme = [&](Extreme which) {
    return extremeOfWindow(which, value, {l, x, y, c, t}, window, g.poolW, g.poolH);
  };
  std::vector<Func> extremes;
  Expr before = z(l, x, y, c, t), place, result;
  if (g.isPooled) {
    extremes.push_back(extreme(Extreme::Greatest));
    before = extremes[0](l, x, y, c, t)[0];
    place = extremes[0](l, x, y, c, t)[1];
  }
  result = activation.value(before);
  if (g.isPooled && activation.shape() == dsl::ActivationShape::FallsThenRises) {
    extremes.push_back(extreme(Extreme::Least));
    Expr least = extremes[1](l, x, y, c, t)[0], ofLeast = activation.value(least);
    Expr isLeast = strict_float(ofLeast > result); // false for a NaN, which is the greatest
    place = select(isLeast, extremes[1](l, x, y, c, t)[1], place);
    before = select(isLeast, least, before);
    result = select(isLeast, ofLeast, result);
  }
  std::vector<Expr> results{result};
  if (g.isPooled)
    results.push_back(cast<uint8_t>(place));
  if (spec.flagOf("saves_input"))
    results.push_back(before);
  if (results.size() == 1)
    out(l, x, y, c, t) = results[0];
  else
    out(l, x, y, c, t) = Tuple(results);

  if (target.isGpu()) {
    constrainOutputs(out, g.pooledExtents());
    extremes.push_back(z);
    spreadOverThreads(out, {l, x, y, c, t}, extremes);
    return {Pipeline(out), {sums.input, sums.weights, sums.bias}};
  }
  if (isMinimal) {
    for (Func found : extremes)
      found.update().reorder(l, window.x, window.y).vectorize(l).unroll(window.x).unroll(window.y);
    filter.schedule(out, extremes);
    return {Pipeline(out), {filter.input, filter.weights, filter.bias}};
  }

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
  sums.copyPadded(out, row, g.poolH);
  Stage sum = sums.inRegisters(out, co, tile.lanes);
  if (windowInRegisters) {
    z.unroll(x).unroll(y);
    sum.reorder(l, x, y, c, sums.r.x, sums.r.y, sums.r.z).unroll(x).unroll(y);
  } else {
    sum.reorder(l, c, sums.r.x, sums.r.y, sums.r.z, x, y);
  }
  for (Func found : extremes) {
    found.compute_at(out, co)
        .store_in(onStack)
        .vectorize(l, tile.lanes)
        .unroll(c)
        .update()
        .reorder(l, c, window.x, window.y)
        .vectorize(l, tile.lanes)
        .unroll(c);
    if (windowInRegisters)
      found.update().unroll(window.x).unroll(window.y);
  }
  return {Pipeline(out), {sums.input, sums.weights, sums.bias}};
}

} // namespace nnx::kernels
