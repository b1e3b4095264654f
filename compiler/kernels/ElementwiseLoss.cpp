// elementwise_loss: the loss of each sample, a row of dsl/tables/Losses.def, and its gradient.
//   loss = 1/N sum_n f(x_n, t_n),   dx_n = f'(x_n, t_n) / (N samples)
// t of a label is 1 for its class and 0 for the others. Lanes past the last sample get loss 0,
// prediction 0 and gradient 0.
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/ScalarToHalide.h"
#include "compiler/kernels/Tensors.h"
#include "dsl/Losses.h"

namespace nnx::kernels {

using namespace Halide;

Kernel build_elementwise_loss(const KernelSpec &spec, const KernelTarget &target) {
  const int outputs = spec.intOf("outputs");
  const dsl::LossRow *row = dsl::findLoss(spec.textOf("loss"));
  const bool areLabels = spec.flagOf("labels");
  if (outputs < 1)
    throw KernelError(spec.text() + ": no outputs");
  if (!row || row->isCrossEntropy())
    throw KernelError(spec.text() + ": unknown loss of one output");
  if (areLabels == spec.flagOf("targets"))
    throw KernelError(spec.text() + ": wants either labels or targets");
  Param<int> samples("samples");
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(outputs));
  ImageParam targets = areLabels ? inputBuffer(Int(32), "labels", {tileLanes, runTime})
                                 : inputBuffer(Float(32), "targets", flatTensor(outputs));
  Var l("l"), n("n"), t("t");
  RDom r(0, outputs, "r");
  const Expr isSample = t * tileLanes + l < samples;
  const float share = 1.0f / static_cast<float>(outputs);

  auto of = [&](const dsl::ScalarExpr &tree, const Expr &at) {
    const Expr wanted =
        areLabels ? select(targets(l, t) == at, 1.0f, 0.0f) : Expr(targets(l, at, t));
    return toHalide(tree, {{"y", x(l, at, t)}, {"t", wanted}});
  };
  Func sum("sum"), loss("loss"), predictions("predictions"), dx("dx");
  sum(l, t) = 0.0f;
  sum(l, t) += of(*row->value, r);
  loss(l, t) = select(isSample, sum(l, t) * share, 0.0f);
  predictions(l, n, t) = select(isSample, x(l, n, t), 0.0f);
  dx(l, n, t) = select(isSample, of(*row->derivative, n) * (share / cast<float>(samples)), 0.0f);

  constrainOutputs(loss, {tileLanes, runTime});
  std::vector<Func> results{loss, predictions};
  if (spec.flagOf("gradient"))
    results.push_back(dx);
  for (size_t i = 1; i < results.size(); ++i)
    constrainOutputs(results[i], flatTensor(outputs));
  if (target.isGpu()) {
    // Not over one fused loop: what a thread needs of the sum would be a whole block's.
    Var to("to"), ti("ti");
    loss.split(t, to, ti, blockThreads / tileLanes, TailStrategy::GuardWithIf)
        .gpu_blocks(to)
        .gpu_threads(l, ti);
    sum.compute_at(loss, l).store_in(onStack);
    for (size_t i = 1; i < results.size(); ++i)
      spreadOverThreads(results[i], {l, n, t}, {});
    return {Pipeline(results), {samples, x, targets}};
  }
  // A few microseconds, so all of it is serial.
  for (Func result : results)
    result.vectorize(l);
  sum.compute_at(loss, t).store_in(onStack).vectorize(l).update().vectorize(l);
  return {Pipeline(results), {samples, x, targets}};
}

} // namespace nnx::kernels
