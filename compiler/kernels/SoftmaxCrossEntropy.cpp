// softmax_cross_entropy: probabilities, loss of each sample, gradient by the logits.
//
// Keras 3.15 on TensorFlow takes this road for a softmax output with (sparse) categorical cross
// entropy: activations.softmax keeps its input as `_keras_logits`, and the loss
// (keras/src/backend/tensorflow/nn.py, _get_logits) then works on the logits, with no clipping:
//   loss = log sum_n exp(x_n - m) - sum_n t_n (x_n - m),   m = max x
//   dx_n = (p_n - t_n) / samples
// with t_n = (1 - s) [n = label] + s / classes for a label smoothing of s.
// Lanes past the last sample get loss 0, probability 0 and gradient 0.
#include "compiler/kernels/FloatMath.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

Kernel build_softmax_cross_entropy(const KernelSpec &spec, const KernelTarget &kernelTarget) {
  const int classes = spec.intOf("classes");
  if (classes < 1)
    throw KernelError(spec.text() + ": no classes");
  const auto smoothing = static_cast<float>(spec.realOf("label_smoothing"));
  Param<int> samples("samples");
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(classes));
  ImageParam labels = inputBuffer(Int(32), "labels", {tileLanes, runTime});
  Var l("l"), n("n"), t("t");
  RDom r(0, classes, "r");
  Expr isSample = t * tileLanes + l < samples;

  auto target = [&](const Expr &label, const Expr &n) -> Expr {
    const Expr isLabel = label == n;
    return smoothing == 0
               ? select(isLabel, 1.0f, 0.0f)
               : select(isLabel, 1.0f - smoothing, 0.0f) + smoothing / static_cast<float>(classes);
  };

  // m and the sum of a tile, made afresh for each of two outputs: cheaper than to store them.
  auto greatestAndSum = [&] {
    Func greatest("greatest"), sum("sum");
    greatest(l, t) = x(l, 0, t);
    greatest(l, t) = max(greatest(l, t), x(l, r, t));
    sum(l, t) = 0.0f;
    sum(l, t) += floatExp(x(l, r, t) - greatest(l, t));
    return std::pair(greatest, sum);
  };
  Func picked("picked"), loss("loss"), probabilities("probabilities"), dx("dx");
  auto [lossGreatest, lossSum] = greatestAndSum();
  // The label's logit by comparison: a wrong label, which the runtime refuses, reads nothing.
  picked(l, t) = 0.0f;
  const Expr above = x(l, r, t) - lossGreatest(l, t);
  picked(l, t) +=
      smoothing == 0 ? select(labels(l, t) == r, above, 0.0f) : target(labels(l, t), r) * above;
  loss(l, t) = select(isSample, floatLog(lossSum(l, t)) - picked(l, t), 0.0f);

  auto [greatest, sum] = greatestAndSum();
  probabilities(l, n, t) =
      select(isSample, floatExp(x(l, n, t) - greatest(l, t)) / sum(l, t), 0.0f);
  dx(l, n, t) = select(
      isSample, (probabilities(l, n, t) - target(labels(l, t), n)) * (1.0f / cast<float>(samples)),
      0.0f);

  constrainOutputs(loss, {tileLanes, runTime});
  std::vector<Func> outputs{loss, probabilities};
  if (spec.flagOf("gradient"))
    outputs.push_back(dx);
  for (size_t i = 1; i < outputs.size(); ++i)
    constrainOutputs(outputs[i], flatTensor(classes));
  if (kernelTarget.isGpu()) {
    loss.gpu_blocks(t).gpu_threads(l);
    for (Func own : {lossGreatest, lossSum, picked})
      own.compute_at(loss, l).store_in(onStack);
    probabilities.reorder(n, l, t).gpu_blocks(t).gpu_threads(l);
    for (Func own : {greatest, sum})
      own.compute_at(probabilities, l).store_in(onStack);
    if (outputs.size() > 2)
      spreadOverThreads(dx, {l, n, t}, {});
    return {Pipeline(outputs), {samples, x, labels}};
  }
  // A few microseconds, so all of it is serial.
  for (Func output : outputs)
    output.vectorize(l);
  for (Func f : {lossGreatest, lossSum, picked})
    f.compute_at(loss, t).store_in(onStack).vectorize(l).update().vectorize(l);
  for (Func f : {greatest, sum})
    f.compute_at(probabilities, t).store_in(onStack).vectorize(l).update().vectorize(l);
  return {Pipeline(outputs), {samples, x, labels}};
}

} // namespace nnx::kernels
