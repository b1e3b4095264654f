// add, concat and slice on flat views (lane, k, tile). What a file calls element q of a sample,
// counted row major as Keras does, lies at k = q, or, where the shape is HxWxC, in the order x, y,
// c of an image: k = x + W (y + H c), q = (y W + x) C + c.
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

namespace {

class Order {
public:
  Order(const KernelSpec &spec, const std::string &attribute) : shape(spec.shapeOf(attribute)) {
    if (shape.size() != 1 && shape.size() != 3)
      throw KernelError(spec.text() + ": `" + attribute + "` is neither K nor HxWxC");
  }

  int count() const { return isImage() ? places() * shape[2] : shape[0]; }
  /// k of q
  Expr placeOf(const Expr &q) const {
    return isImage() ? q / shape[2] + places() * (q % shape[2]) : q;
  }
  /// q of k
  Expr indexOf(const Expr &k) const {
    return isImage() ? k % places() * shape[2] + k / places() : k;
  }

private:
  bool isImage() const { return shape.size() == 3; }
  int places() const { return shape[0] * shape[1]; }

  std::vector<int> shape;
};

} // namespace

Kernel build_add(const KernelSpec &, const KernelTarget &target) {
  ImageParam lhs = inputBuffer(Float(32), "lhs", flatTensor(runTime));
  ImageParam rhs = inputBuffer(Float(32), "rhs", flatTensor(runTime));
  Var l("l"), k("k"), t("t"), ko("ko"), ki("ki");
  Func sum("sum");
  sum(l, k, t) = lhs(l, k, t) + rhs(l, k, t);

  constrainOutputs(sum, flatTensor(runTime));
  if (target.isGpu()) {
    spreadOverThreads(sum, {l, k, t}, {});
    return {Pipeline(sum), {lhs, rhs}};
  }
  sum.vectorize(l).split(k, ko, ki, 4, TailStrategy::GuardWithIf).parallel(t);
  return {Pipeline(sum), {lhs, rhs}};
}

Kernel build_concat(const KernelSpec &spec, const KernelTarget &target) {
  const Order first(spec, "lhs"), second(spec, "rhs");
  ImageParam lhs = inputBuffer(Float(32), "lhs", flatTensor(first.count()));
  ImageParam rhs = inputBuffer(Float(32), "rhs", flatTensor(second.count()));
  Var l("l"), k("k"), t("t");
  RDom a(0, first.count(), "a"), b(0, second.count(), "b");
  Func y("y");
  if (target.isGpu()) { // one thread for each element takes it from where it comes
    const int left = first.count(), right = second.count();
    y(l, k, t) = select(k < left, lhs(l, first.placeOf(min(k, left - 1)), t),
                        rhs(l, second.placeOf(clamp(k - left, 0, right - 1)), t));
    constrainOutputs(y, flatTensor(left + right));
    spreadOverThreads(y, {l, k, t}, {});
    return {Pipeline(y), {lhs, rhs}};
  }
  y(l, k, t) = undef<float>();
  y(l, a, t) = lhs(l, first.placeOf(a), t);
  y(l, first.count() + b, t) = rhs(l, second.placeOf(b), t);

  constrainOutputs(y, flatTensor(first.count() + second.count()));
  y.update(0).vectorize(l).parallel(t);
  y.update(1).vectorize(l).parallel(t);
  return {Pipeline(y), {lhs, rhs}};
}

Kernel build_slice(const KernelSpec &spec, const KernelTarget &target) {
  const Order from(spec, "input"), to(spec, "output");
  const int offset = spec.intOf("offset");
  if (offset + to.count() > from.count())
    throw KernelError(spec.text() + ": reaches behind its input");
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(from.count()));
  Var l("l"), k("k"), t("t");
  Func y("y");
  y(l, k, t) = x(l, from.placeOf(offset + to.indexOf(k)), t);

  constrainOutputs(y, flatTensor(to.count()));
  if (target.isGpu()) {
    spreadOverThreads(y, {l, k, t}, {});
    return {Pipeline(y), {x}};
  }
  y.vectorize(l).parallel(t);
  return {Pipeline(y), {x}};
}

} // namespace nnx::kernels
