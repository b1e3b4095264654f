// max_pool_forward and max_pool_grad. Windows that do not fit are dropped (Keras: valid), or what
// of them lies outside does not count (same). The first of equal values wins, in row major order,
// as in TensorFlow; a NaN wins over what stands before it.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Pool.h"

#include <algorithm>
#include <limits>

namespace nnx::kernels {

using namespace Halide;

PoolGeometry::PoolGeometry(const KernelSpec &spec) {
  const std::vector<int> input = spec.shapeOf("input"), window = spec.shapeOf("window"),
                         stride = spec.shapeOf("stride");
  const std::string &padding = spec.textOf("padding");
  if (input.size() != 3 || window.size() != 2 || stride.size() != 2)
    throw KernelError(spec.text() + ": input is HxWxC, window and stride are HxW");
  if (padding != "valid" && padding != "same")
    throw KernelError(spec.text() + ": padding is neither valid nor same");
  height = input[0], width = input[1], channels = input[2];
  windowH = window[0], windowW = window[1], strideH = stride[0], strideW = stride[1];
  if (padding == "same") {
    outHeight = ceilDiv(height, strideH), outWidth = ceilDiv(width, strideW);
    const int padsH = std::max(0, (outHeight - 1) * strideH + windowH - height);
    const int padsW = std::max(0, (outWidth - 1) * strideW + windowW - width);
    padTop = padsH / 2, padLeft = padsW / 2;
    isPadded = padsH > 0 || padsW > 0;
    return;
  }
  if (windowH > height || windowW > width)
    throw KernelError(spec.text() + ": the window is larger than the input");
  outHeight = (height - windowH) / strideH + 1;
  outWidth = (width - windowW) / strideW + 1;
}

Func extremeOfWindow(Extreme which, const WindowExpr &value, const std::vector<Var> &at,
                     const RDom &window, int windowW, int windowH, const WindowExpr &exists) {
  // From the last place to the first, since `candidate < greatest` is the one comparison for which
  // both a tie and a NaN let the earlier place win. A place outside never wins; where the last one
  // is outside, whatever comes first does.
  const bool isGreatest = which == Extreme::Greatest;
  Expr x = windowW - 1 - window.x, y = windowH - 1 - window.y;
  Func extreme(isGreatest ? "greatest" : "least");
  const float infinity = std::numeric_limits<float>::infinity();
  Expr last = value(windowW - 1, windowH - 1);
  if (exists)
    last = select(exists(windowW - 1, windowH - 1), last, isGreatest ? -infinity : infinity);
  extreme(at) = Tuple(last, windowW * windowH - 1);
  const OldElements old({extreme(at)[0], extreme(at)[1]});
  Expr candidate = value(x, y);
  Expr keeps = strict_float(isGreatest ? candidate < old[0] : candidate > old[0]);
  if (exists)
    keeps = keeps || !exists(x, y);
  extreme(at) =
      old.bind({select(keeps, old[0], candidate), select(keeps, old[1], x + windowW * y)});
  return extreme;
}

Expr scatteredByPool(const PoolGeometry &g, const ImageParam &dy, const ImageParam &argmax,
                     const std::vector<Expr> &at) {
  const Expr &l = at[0], &x = at[1], &y = at[2], &c = at[3], &t = at[4];
  // A place lies in at most ceil(window / stride) windows along each side.
  Expr sum = 0.0f;
  for (int j = 0; j < ceilDiv(g.windowH, g.strideH); ++j)
    for (int i = 0; i < ceilDiv(g.windowW, g.strideW); ++i) {
      Expr px = (x + g.padLeft) / g.strideW - i, py = (y + g.padTop) / g.strideH - j;
      Expr inX = x + g.padLeft - px * g.strideW, inY = y + g.padTop - py * g.strideH;
      Expr exists = px >= 0 && px < g.outWidth && py >= 0 && py < g.outHeight && inX < g.windowW &&
                    inY < g.windowH;
      Expr atX = clamp(px, 0, g.outWidth - 1), atY = clamp(py, 0, g.outHeight - 1);
      Expr isGreatest = cast<int>(argmax(l, atX, atY, c, t)) == inX + g.windowW * inY;
      sum += select(exists && isGreatest, dy(l, atX, atY, c, t), 0.0f);
    }
  return sum;
}

void checkPlaces(const KernelSpec &spec, const PoolGeometry &g) {
  if (g.windowH * g.windowW > 256)
    throw KernelError(spec.text() + ": a window of more than 256 places");
}

Kernel build_max_pool_forward(const KernelSpec &spec, const KernelTarget &target) {
  const PoolGeometry g(spec);
  checkPlaces(spec, g);
  ImageParam x = inputBuffer(Float(32), "x", g.inputExtents());
  Var l("l"), px("px"), py("py"), c("c"), t("t");
  RDom window(0, g.windowW, 0, g.windowH, "window");
  auto value = [&](const Expr &i, const Expr &j) {
    Expr inX = g.inX(px, i), inY = g.inY(py, j);
    return g.isPadded ? x(l, clamp(inX, 0, g.width - 1), clamp(inY, 0, g.height - 1), c, t)
                      : x(l, inX, inY, c, t);
  };
  auto exists = [&](const Expr &i, const Expr &j) {
    return g.isInside(g.inX(px, i), g.inY(py, j));
  };
  Func greatest = extremeOfWindow(Extreme::Greatest, value, {l, px, py, c, t}, window, g.windowW,
                                  g.windowH, g.isPadded ? WindowExpr(exists) : WindowExpr());
  Func y("y");
  y(l, px, py, c, t) =
      Tuple(greatest(l, px, py, c, t)[0], cast<uint8_t>(greatest(l, px, py, c, t)[1]));

  constrainOutputs(y, g.outputExtents());
  if (target.isGpu()) {
    spreadOverThreads(y, {l, px, py, c, t}, {greatest});
    return {Pipeline(y), {x}};
  }
  y.vectorize(l).parallel(c).parallel(t);
  greatest.compute_at(y, px).store_in(onStack).vectorize(l).update().vectorize(l);
  if (g.windowW * g.windowH <= 16)
    greatest.update().unroll(window.x).unroll(window.y);
  return {Pipeline(y), {x}};
}

Kernel build_max_pool_grad(const KernelSpec &spec, const KernelTarget &target) {
  const PoolGeometry g(spec);
  checkPlaces(spec, g);
  ActivationCode activation(spec);
  const Extents pooled = g.outputExtents(), input = g.inputExtents();
  ImageParam dy = inputBuffer(Float(32), "dy", pooled);
  ImageParam argmax = inputBuffer(UInt(8), "argmax", pooled);
  ImageParam yOrZ = inputBuffer(Float(32), "y_or_z", input);
  Var l("l"), x("x"), y("y"), c("c"), t("t");

  Expr sum = scatteredByPool(g, dy, argmax, {l, x, y, c, t});
  Func dx("dx");
  dx(l, x, y, c, t) = activation.isNone() ? sum : sum * activation.slope(yOrZ(l, x, y, c, t));

  constrainOutputs(dx, input);
  if (target.isGpu())
    spreadOverThreads(dx, {l, x, y, c, t}, {});
  else
    dx.vectorize(l).parallel(c).parallel(t);
  std::vector<Argument> inputs{dy, argmax};
  if (!activation.isNone())
    inputs.emplace_back(yOrZ);
  return {Pipeline(dx), inputs};
}

} // namespace nnx::kernels
