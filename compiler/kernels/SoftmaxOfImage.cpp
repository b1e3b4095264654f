// conv2d_softmax_forward and max_pool_softmax_grad: a softmax over the channels of an image beside
// the layer before or behind it. Some places of a row with all their channels are in cache at a
// time.
//   y_c = exp(z_c - max z) / sum exp(z - max z),   dx_c = y_c (dy_c - sum_m dy_m y_m)
#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/FloatMath.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Pool.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>
#include <cmath>

namespace nnx::kernels {

using namespace Halide;

namespace {

// How many places of a row of `width` are worked on together, `arrays` of all their channels being
// kept: as evenly as 120 kB allow, which stay in L2. With 40 kB, in L1, kernels take up to twice as
// long.
int placesTogether(int width, int channels, int arrays) {
  constexpr double limit = 120e3;
  const double row = double(width) * channels * arrays * tileLanes * sizeof(float);
  const int parts = std::clamp(static_cast<int>(std::ceil(row / limit)), 1, width);
  return ceilDiv(width, parts);
}

// Of a GPU: a block is one place of a tile with all its channels, the numbers that its threads
// share are `shared`, and `sums` are those of its lanes, one behind another.
void scheduleByPlace(Func out, int channels, Func shared, const std::vector<Func> &sums) {
  if (channels * tileLanes * int(sizeof(float)) > sharedBytes - 4096)
    throw KernelError("more channels than a block of a GPU shares memory for");
  Var co("co"), ci("ci"), places("places"), block("block");
  const std::vector<Var> at = out.args(); // l, x, y, c, t
  constexpr int together = blockThreads / tileLanes;
  auto spread = [&](Func func) {
    func.split(at[3], co, ci, together, TailStrategy::GuardWithIf)
        .reorder(at[0], ci, co, at[1], at[2], at[4]);
  };
  spread(out);
  out.fuse(at[1], at[2], places)
      .fuse(places, at[4], block)
      .gpu_blocks(block)
      .gpu_threads(at[0], ci);
  for (Func sum : sums)
    sum.compute_at(out, block).gpu_threads(at[0]).update().gpu_threads(at[0]);
  spread(shared);
  shared.compute_at(out, block).gpu_threads(at[0], ci);
}

// Sums and maxima over the channels `r`, one for each place.
void schedulePerPlace(Func sum, Func consumer, const Var &at, const Var &l, const Var &x,
                      const RDom &r) {
  sum.compute_at(consumer, at)
      .store_in(onStack)
      .vectorize(l)
      .update()
      .reorder(l, x, r)
      .vectorize(l);
}

} // namespace

Kernel build_conv2d_softmax_forward(const KernelSpec &spec, const KernelTarget &target) {
  const Conv2dGeometry g(spec);
  Conv2dSums sums(g);
  const Var &l = sums.l, &x = sums.x, &y = sums.y, &c = sums.c, &t = sums.t;
  RDom r(0, g.filters, "channel");
  Func logits("logits"), greatest("greatest"), e("e"), sum("sum"), out("y");
  logits(l, x, y, c, t) = sums.z(l, x, y, c, t);
  greatest(l, x, y, t) = logits(l, x, y, 0, t);
  // A NaN makes every probability NaN through the sum, whatever max makes of it.
  greatest(l, x, y, t) = max(greatest(l, x, y, t), logits(l, x, y, r, t));
  e(l, x, y, c, t) = floatExp(logits(l, x, y, c, t) - greatest(l, x, y, t));
  sum(l, x, y, t) = 0.0f;
  sum(l, x, y, t) += e(l, x, y, r, t);
  out(l, x, y, c, t) = e(l, x, y, c, t) / sum(l, x, y, t);

  constrainOutputs(out, g.outputExtents());
  if (target.isGpu()) {
    Var co("co"), ci("ci");
    scheduleByPlace(out, g.filters, logits, {greatest, sum});
    sums.z.compute_at(logits, l).store_in(onStack);
    return {Pipeline(out), {sums.input, sums.weights, sums.bias}};
  }
  const int places = placesTogether(g.outWidth, g.filters, 2);
  const RegisterTile tile = chooseTile(target, places, g.filters, 6);
  const double rowFlops =
      2.0 * tileLanes * g.outWidth * g.filters * (g.kernelH * g.kernelW * g.channels + 20.0);
  Var xo("xo"), xi("xi"), co("co"), cc("cc"), lo("lo"), li("li"), task("task"), row("row");
  out.split(x, xo, xi, places, TailStrategy::ShiftInwards)
      .split(y, task, row, std::min(iterationsPerTask(rowFlops), g.outHeight),
             TailStrategy::GuardWithIf)
      .reorder(l, xi, c, xo, row, task, t)
      .vectorize(l)
      .parallel(task)
      .parallel(t);
  sums.copyPadded(out, row, 1);
  checkScratch(2.0 * places * g.filters);
  for (Func kept : {logits, e})
    kept.compute_at(out, xo)
        .store_in(onStack)
        .bound_storage(x, places)
        .bound_storage(c, g.filters)
        .bound_extent(c, g.filters);
  e.vectorize(l);
  logits.bound_extent(x, places)
      .split(x, xo, xi, tile.rows, TailStrategy::ShiftInwards)
      .split(c, co, cc, std::min(tile.columns, g.filters), TailStrategy::ShiftInwards)
      .split(l, lo, li, tile.lanes)
      .reorder(li, xi, cc, co, lo, xo)
      .vectorize(li)
      .unroll(xi)
      .unroll(cc);
  Stage add = sums.inRegisters(logits, co, tile.lanes);
  sums.z.unroll(x);
  add.reorder(l, x, y, c, sums.r.x, sums.r.y, sums.r.z).unroll(x);
  schedulePerPlace(greatest, out, xo, l, x, r);
  schedulePerPlace(sum, out, xo, l, x, r);
  return {Pipeline(out), {sums.input, sums.weights, sums.bias}};
}

Kernel build_max_pool_softmax_grad(const KernelSpec &spec, const KernelTarget &target) {
  const PoolGeometry g(spec);
  checkPlaces(spec, g);
  ImageParam dy = inputBuffer(Float(32), "dy", g.outputExtents());
  ImageParam argmax = inputBuffer(UInt(8), "argmax", g.outputExtents());
  ImageParam p = inputBuffer(Float(32), "y", g.inputExtents());
  Var l("l"), x("x"), y("y"), c("c"), t("t");
  RDom r(0, g.channels, "channel");
  Func scattered("scattered"), sum("sum"), dx("dx");
  scattered(l, x, y, c, t) = scatteredByPool(g, dy, argmax, {l, x, y, c, t});
  sum(l, x, y, t) = 0.0f;
  sum(l, x, y, t) += scattered(l, x, y, r, t) * p(l, x, y, r, t);
  dx(l, x, y, c, t) = p(l, x, y, c, t) * (scattered(l, x, y, c, t) - sum(l, x, y, t));

  constrainOutputs(dx, g.inputExtents());
  if (target.isGpu()) {
    scheduleByPlace(dx, g.channels, scattered, {sum});
    return {Pipeline(dx), {dy, argmax, p}};
  }
  const int places = placesTogether(g.width, g.channels, 2);
  const double rowFlops = 20.0 * tileLanes * g.width * g.channels;
  Var xo("xo"), xi("xi"), task("task"), row("row");
  dx.split(x, xo, xi, places, TailStrategy::ShiftInwards)
      .split(y, task, row, std::min(iterationsPerTask(rowFlops), g.height),
             TailStrategy::GuardWithIf)
      .reorder(l, xi, c, xo, row, task, t)
      .vectorize(l)
      .parallel(task)
      .parallel(t);
  checkScratch(double(places) * g.channels);
  scattered.compute_at(dx, xo)
      .store_in(onStack)
      .bound_storage(x, places)
      .bound_storage(c, g.channels)
      .vectorize(l);
  schedulePerPlace(sum, dx, xo, l, x, r);
  return {Pipeline(dx), {dy, argmax, p}};
}

} // namespace nnx::kernels
