// avg_pool_forward and avg_pool_grad: the mean over those places of a window that lie inside of the
// input, as TensorFlow and Keras count them.
#include "compiler/kernels/FloatMath.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Pool.h"

namespace nnx::kernels {

using namespace Halide;

namespace {

// 1 / the places of window (px, py) inside of the input.
Expr shareOf(const PoolGeometry &g, const Expr &px, const Expr &py) {
  Expr columns = min(g.inX(px, g.windowW), g.width) - max(g.inX(px, 0), 0);
  Expr rows = min(g.inY(py, g.windowH), g.height) - max(g.inY(py, 0), 0);
  return exactQuotient(1.0f, cast<float>(columns * rows));
}

void unrollSmall(Stage sum, const RDom &window, int places) {
  if (places <= 16)
    sum.unroll(window.x).unroll(window.y);
}

} // namespace

Kernel build_avg_pool_forward(const KernelSpec &spec, const KernelTarget &target) {
  const PoolGeometry g(spec);
  ImageParam x = inputBuffer(Float(32), "x", g.inputExtents());
  Var l("l"), px("px"), py("py"), c("c"), t("t");
  RDom window(0, g.windowW, 0, g.windowH, "window");
  Expr inX = g.inX(px, window.x), inY = g.inY(py, window.y);
  Func sum("sum"), y("y");
  sum(l, px, py, c, t) = 0.0f;
  sum(l, px, py, c, t) +=
      g.isPadded ? select(g.isInside(inX, inY),
                          x(l, clamp(inX, 0, g.width - 1), clamp(inY, 0, g.height - 1), c, t), 0.0f)
                 : Expr(x(l, inX, inY, c, t));
  y(l, px, py, c, t) = sum(l, px, py, c, t) * shareOf(g, px, py);

  constrainOutputs(y, g.outputExtents());
  if (target.isGpu()) {
    spreadOverThreads(y, {l, px, py, c, t}, {sum});
    return {Pipeline(y), {x}};
  }
  y.vectorize(l).parallel(c).parallel(t);
  sum.compute_at(y, px).store_in(onStack).vectorize(l).update().vectorize(l);
  unrollSmall(sum.update(), window, g.windowW * g.windowH);
  return {Pipeline(y), {x}};
}

Kernel build_avg_pool_grad(const KernelSpec &spec, const KernelTarget &target) {
  const PoolGeometry g(spec);
  ImageParam dy = inputBuffer(Float(32), "dy", g.outputExtents());
  Var l("l"), x("x"), y("y"), c("c"), t("t");

  // A place lies in at most ceil(window / stride) windows along each side.
  const int across = ceilDiv(g.windowW, g.strideW), down = ceilDiv(g.windowH, g.strideH);
  RDom window(0, across, 0, down, "window");
  Expr px = (x + g.padLeft) / g.strideW - window.x, py = (y + g.padTop) / g.strideH - window.y;
  Expr exists = px >= 0 && px < g.outWidth && py >= 0 && py < g.outHeight &&
                x < g.inX(px, g.windowW) && y < g.inY(py, g.windowH);
  Expr atX = clamp(px, 0, g.outWidth - 1), atY = clamp(py, 0, g.outHeight - 1);
  Func sum("sum"), dx("dx");
  sum(l, x, y, c, t) = 0.0f;
  sum(l, x, y, c, t) += select(exists, dy(l, atX, atY, c, t) * shareOf(g, atX, atY), 0.0f);
  dx(l, x, y, c, t) = sum(l, x, y, c, t);

  constrainOutputs(dx, g.inputExtents());
  if (target.isGpu()) {
    spreadOverThreads(dx, {l, x, y, c, t}, {sum});
    return {Pipeline(dx), {dy}};
  }
  dx.vectorize(l).parallel(c).parallel(t);
  sum.compute_at(dx, x).store_in(onStack).vectorize(l).update().vectorize(l);
  unrollSmall(sum.update(), window, across * down);
  return {Pipeline(dx), {dy}};
}

} // namespace nnx::kernels
