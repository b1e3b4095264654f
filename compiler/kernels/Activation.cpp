// activation_forward and activation_grad, and the activation inside other kernels.
#include "compiler/kernels/Activation.h"

#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/ScalarToHalide.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

namespace {

const dsl::ActivationRow &rowOf(const std::string &name) {
  const dsl::ActivationRow *row = dsl::findActivation(name);
  if (!row)
    throw KernelError("unknown activation `" + name + "`");
  return *row;
}

} // namespace

ActivationCode::ActivationCode(const KernelSpec &spec)
    : name(spec.textOf("activation")), none(name == "none") {
  if (!none)
    rowOf(name);
}

dsl::ActivationShape ActivationCode::shape() const {
  return none ? dsl::ActivationShape::Increasing : rowOf(name).shape;
}

Expr ActivationCode::value(const Expr &x) const {
  return none ? x : toHalide(rowOf(name).value, {{"x", x}});
}

Expr ActivationCode::slope(const Expr &yOrZ) const {
  if (none)
    return 1.0f;
  const dsl::ActivationRow &row = rowOf(name);
  return row.derivativeOfOutput ? toHalide(*row.derivativeOfOutput, {{"y", yOrZ}})
                                : toHalide(row.derivative, {{"x", yOrZ}});
}

namespace {

// Elementwise work on (lane, k, tile): eight rows of 16 lanes are one step of the loop. A task of a
// parallel loop is one tile: 10 us for 5408 rows of exp, so tasks below that are not worth a split.
void scheduleElementwise(Func out, const Var &l, const Var &k, const Var &t,
                         const KernelTarget &target) {
  if (target.isGpu())
    return spreadOverThreads(out, {l, k, t}, {});
  Var ko("ko"), ki("ki");
  out.vectorize(l).split(k, ko, ki, 4, TailStrategy::GuardWithIf).parallel(t);
}

} // namespace

Kernel build_activation_forward(const KernelSpec &spec, const KernelTarget &target) {
  ActivationCode activation(spec);
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(runTime));
  Var l("l"), k("k"), t("t");
  Func y("y");
  y(l, k, t) = activation.value(x(l, k, t));

  constrainOutputs(y, flatTensor(runTime));
  scheduleElementwise(y, l, k, t, target);
  return {Pipeline(y), {x}};
}

Kernel build_activation_grad(const KernelSpec &spec, const KernelTarget &target) {
  ActivationCode activation(spec);
  ImageParam dy = inputBuffer(Float(32), "dy", flatTensor(runTime));
  ImageParam yOrZ = inputBuffer(Float(32), "y_or_z", flatTensor(runTime));
  Var l("l"), k("k"), t("t");
  Func dx("dx");
  dx(l, k, t) = dy(l, k, t) * activation.slope(yOrZ(l, k, t));

  constrainOutputs(dx, flatTensor(runTime));
  scheduleElementwise(dx, l, k, t, target);
  return {Pipeline(dx), {dy, yOrZ}};
}

} // namespace nnx::kernels
