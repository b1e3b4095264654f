// conv2d_grad_input:
//   dx(l, x, y, ci, t) = f'(y_or_z) sum_{co, kx, ky} dz(l, (x + px - kx rx) / sx, (y + py - ky ry)
//   / sy, co, t)
//                                                    weights(co, kx, ky, ci)
// over those taps for which both divisions are whole and inside dz.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/Conv2dWinograd.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

Kernel build_conv2d_grad_input(const KernelSpec &spec, const KernelTarget &target) {
  const Conv2dGeometry g(spec);
  ActivationCode activation(spec);
  ImageParam yOrZ = inputBuffer(Float(32), "y_or_z", g.inputExtents());
  Var l("l"), x("x"), y("y"), ci("ci"), t("t");
  Func dx("dx");
  auto gradient = [&](const Expr &value) {
    return activation.isNone() ? value : value * activation.slope(yOrZ(l, x, y, ci, t));
  };
  auto inputs = [&](const ImageParam &dz, const ImageParam &argmax, const ImageParam &weights) {
    std::vector<Argument> all{dz};
    if (g.isPooled)
      all.emplace_back(argmax);
    all.emplace_back(weights);
    if (!activation.isNone())
      all.emplace_back(yOrZ);
    return all;
  };
  if (canScatterMinimally(g, target)) {
    MinimalScatter scatter(g, target);
    dx(l, x, y, ci, t) = gradient(scatter.value);
    scatter.schedule(dx);
    return {Pipeline(dx), inputs(scatter.dz, scatter.argmax, scatter.weights)};
  }

  ImageParam dz = inputBuffer(Float(32), "dz", g.pooledExtents());
  ImageParam argmax = inputBuffer(UInt(8), "argmax", g.pooledExtents());
  ImageParam weights = inputBuffer(Float(32), "weights", g.weightExtents());
  RDom r(0, g.filters, 0, g.kernelW, 0, g.kernelH, "r");
  Expr fromX = x + g.padLeft - r.y * g.dilationW, fromY = y + g.padTop - r.z * g.dilationH;
  auto inside = [](const Expr &from, int stride, int extent) {
    Expr fits = from >= 0 && from <= (extent - 1) * stride;
    return stride == 1 ? fits : fits && from % stride == 0;
  };
  const int usedWidth = g.pooledWidth * g.poolW, usedHeight = g.pooledHeight * g.poolH;
  r.where(inside(fromX, g.strideW, usedWidth));
  r.where(inside(fromY, g.strideH, usedHeight));
  Expr atX = clamp(fromX / g.strideW, 0, usedWidth - 1);
  Expr atY = clamp(fromY / g.strideH, 0, usedHeight - 1);
  Expr delta = dz(l, atX / g.poolW, atY / g.poolH, r.x, t);
  if (g.isPooled) {
    Expr place = atX % g.poolW + g.poolW * (atY % g.poolH);
    delta =
        select(cast<int>(argmax(l, atX / g.poolW, atY / g.poolH, r.x, t)) == place, delta, 0.0f);
  }
  Func sum("sum");
  sum(l, x, y, ci, t) = 0.0f;
  sum(l, x, y, ci, t) += delta * weights(r.x, r.y, r.z, ci);
  dx(l, x, y, ci, t) = gradient(sum(l, x, y, ci, t));

  constrainOutputs(dx, g.inputExtents());
  if (target.isGpu()) {
    spreadOverThreads(dx, {l, x, y, ci, t}, {sum});
    return {Pipeline(dx), inputs(dz, argmax, weights)};
  }
  // One x at a time: taps outside dz are then left out by the bounds of the loops over kx and ky,
  // and no work is done on zeros. The loop over co, inside, is long.
  const RegisterTile tile = chooseTile(target, 1, g.channels, 1);
  Var co("co"), cc("cc"), task("task"), row("row");
  const double rowFlops =
      2.0 * tileLanes * g.width * g.channels * g.kernelH * g.kernelW * g.filters;
  dx.split(ci, co, cc, tile.columns, TailStrategy::ShiftInwards)
      .split(y, task, row, std::min(iterationsPerTask(rowFlops), g.height),
             TailStrategy::GuardWithIf)
      .reorder(l, cc, co, x, row, task, t)
      .vectorize(l)
      .unroll(cc)
      .parallel(task)
      .parallel(t);
  sum.compute_at(dx, co)
      .store_in(onStack)
      .vectorize(l)
      .unroll(ci)
      .update()
      .reorder(l, ci, r.x, r.y, r.z)
      .vectorize(l)
      .unroll(ci);
  return {Pipeline(dx), inputs(dz, argmax, weights)};
}

} // namespace nnx::kernels
