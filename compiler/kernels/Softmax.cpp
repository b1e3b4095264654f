// softmax_forward and softmax_grad, over the units of a flat tensor or the channels of an image.
//   y_n = exp(x_n - max x) / sum exp(x - max x),   dx_n = y_n (dy_n - sum_m dy_m y_m)
#include "compiler/kernels/FloatMath.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

namespace {

// The places of a tensor in the order of its dimensions; the class is one of them.
struct Place {
  Var l{"l"}, n{"n"}, x{"x"}, y{"y"}, t{"t"};
  bool overChannels;

  explicit Place(const KernelSpec &spec) : overChannels(spec.textOf("over") == "c") {
    if (!overChannels && spec.textOf("over") != "n")
      throw KernelError(spec.text() + ": `over` is neither n nor c");
  }
  Extents extents() const {
    return overChannels ? imageTensor(runTime, runTime, runTime) : flatTensor(runTime);
  }
  std::vector<Expr> at(const Expr &index) const {
    return overChannels ? std::vector<Expr>{l, x, y, index, t} : std::vector<Expr>{l, index, t};
  }
  std::vector<Var> all() const {
    return overChannels ? std::vector<Var>{l, x, y, n, t} : std::vector<Var>{l, n, t};
  }
  std::vector<Var> outside() const {
    return overChannels ? std::vector<Var>{l, x, y, t} : std::vector<Var>{l, t};
  }
  // The sums of one sample live in a register: one loop over n after another for each place.
  void schedule(Func out, const std::vector<Func> &sums, const KernelTarget &target) const {
    if (target.isGpu()) { // a thread for each place, which does all of n
      Var xo("xo"), xi("xi");
      if (overChannels)
        out.split(x, xo, xi, blockThreads / tileLanes, TailStrategy::GuardWithIf)
            .reorder(n, l, xi, xo, y, t)
            .gpu_blocks(xo, y, t)
            .gpu_threads(l, xi);
      else
        out.reorder(n, l, t).gpu_blocks(t).gpu_threads(l);
      for (Func sum : sums)
        sum.compute_at(out, l).store_in(onStack);
      return;
    }
    if (overChannels)
      out.reorder(l, n, x, y, t).parallel(y);
    out.vectorize(l).parallel(t);
    for (Func sum : sums) {
      if (overChannels)
        sum.compute_at(out, x);
      else
        sum.compute_at(out, t);
      sum.store_in(onStack).vectorize(l).update().vectorize(l);
    }
  }
};

} // namespace

Kernel build_softmax_forward(const KernelSpec &spec, const KernelTarget &target) {
  Place place(spec);
  ImageParam x = inputBuffer(Float(32), "x", place.extents());
  RDom r(0, place.overChannels ? x.dim(3).extent() : x.dim(1).extent(), "r");
  Func greatest("greatest"), e("e"), sum("sum"), y("y");
  greatest(place.outside()) = x(place.at(0));
  // A NaN makes every probability NaN through the sum, whatever max makes of it.
  greatest(place.outside()) = max(greatest(place.outside()), x(place.at(r)));
  e(place.all()) = floatExp(x(place.at(place.n)) - greatest(place.outside()));
  sum(place.outside()) = 0.0f;
  sum(place.outside()) += e(place.at(r));
  y(place.all()) = e(place.all()) / sum(place.outside());

  constrainOutputs(y, place.extents());
  place.schedule(y, {greatest, sum}, target);
  return {Pipeline(y), {x}};
}

Kernel build_softmax_grad(const KernelSpec &spec, const KernelTarget &target) {
  Place place(spec);
  ImageParam dy = inputBuffer(Float(32), "dy", place.extents());
  ImageParam y = inputBuffer(Float(32), "y", place.extents());
  RDom r(0, place.overChannels ? y.dim(3).extent() : y.dim(1).extent(), "r");
  Func sum("sum"), dx("dx");
  sum(place.outside()) = 0.0f;
  sum(place.outside()) += dy(place.at(r)) * y(place.at(r));
  dx(place.all()) = y(place.at(place.n)) * (dy(place.at(place.n)) - sum(place.outside()));

  constrainOutputs(dx, place.extents());
  place.schedule(dx, {sum}, target);
  return {Pipeline(dx), {dy, y}};
}

} // namespace nnx::kernels
