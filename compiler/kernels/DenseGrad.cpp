// Backward kernels of a dense layer. Sums over samples stop at the last sample, so lanes behind it
// are never read.
//   weights:  g(n, k) = sum_{l, t} dz(n, l, t) x(l, k, t), then the optimizer's step
//   bias:     g(n) = sum_{l, t} dz(n, l, t), then the optimizer's step
//   input:    dx(l, k, t) = f'(y_or_z) sum_n dz(l, n, t) weights(n, k)
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

namespace {

// All (lane, tile) that hold a sample, tiles outside.
RDom samplesOf(const ImageParam &buffer, int tileDimension, const Param<int> &samples) {
  RDom r(0, tileLanes, 0, buffer.dim(tileDimension).extent(), "sample");
  r.where(r.y * tileLanes + r.x < samples);
  return r;
}

} // namespace

Kernel build_dense_grad_weights_update(const KernelSpec &spec, const KernelTarget &target) {
  const int inputs = spec.intOf("inputs"), units = spec.intOf("units");
  if (inputs < 1 || units < 1)
    throw KernelError(spec.text() + ": an extent is zero");
  const int row = paddedRow(units);
  UpdateRule rule(spec);
  Param<int> samples("samples");
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(inputs));
  ImageParam dz = inputBuffer(Float(32), "dz_transposed", {row, tileLanes, runTime});
  Var n("n"), k("k"), no("no"), ni("ni");
  RDom r = samplesOf(x, 2, samples);

  // Here the lanes of a vector are units: a block of vectors by rows of weights is summed in
  // registers (for 100 units 2 by 6, on AVX-512 7 by 3). The gradient of a block's whole rows is
  // kept (3 kB), so that the update walks weights and state in the order of memory. The rows left
  // over after whole blocks are a stage of their own.
  const RegisterTile tile =
      chooseTile(target, row / target.vectorLanes, inputs, 8, target.vectorLanes);
  const int tileRows = tile.columns, tileUnits = tile.rows * tile.lanes;
  Func weights("weights");
  rule.start(weights, {n, k});
  if (target.isGpu()) {
    Func gradient("gradient");
    gradient(n, k) = 0.0f;
    gradient(n, k) += dz(n, r.x, r.y) * x(r.x, k, r.y);
    rule.step(weights, {n, k}, gradient(n, k));
    constrainOutputs(weights, {row, inputs});
    updateOnThreads(weights, {n, k}, {gradient});
    return {Pipeline(weights), rule.inputsOf(samples, {x, dz})};
  }
  auto addRows = [&](int tiles, int rows, int from, int tilesOfTask) {
    Func sum("sum"), gradient("gradient");
    RDom place(0, rows, 0, tiles, "place");
    sum(n, k) = 0.0f;
    sum(n, k) += dz(n, r.x, r.y) * x(r.x, k, r.y);
    gradient(n, k) = sum(n, k);
    Expr at = from + place.x + rows * place.y;
    Stage step = rule.step(weights, {n, at}, gradient(n, at));
    RVar task("task"), block("block");
    // Stages work on separate rows, so the tasks of a parallel loop never meet.
    step.allow_race_conditions()
        .split(place.y, task, block, tilesOfTask, TailStrategy::GuardWithIf)
        .reorder(n, place.x, block, task)
        .vectorize(n, tileLanes, TailStrategy::RoundUp)
        .parallel(task)
        .prefetch(x, block, block, 2, PrefetchBoundStrategy::NonFaulting);
    gradient.compute_at(weights, block)
        .store_in(onStack)
        .split(n, no, ni, tileUnits, TailStrategy::ShiftInwards)
        .reorder(ni, k, no)
        .vectorize(ni, target.vectorLanes)
        .unroll(ni)
        .unroll(k);
    sum.compute_at(gradient, no)
        .store_in(onStack)
        .vectorize(n, target.vectorLanes)
        .unroll(n)
        .unroll(k)
        .update()
        .reorder(n, k, r.x, r.y)
        .vectorize(n, target.vectorLanes)
        .unroll(n)
        .unroll(k);
  };
  const int rest = inputs % tileRows;
  addRows(inputs / tileRows, tileRows, 0, iterationsPerTask(2.0 * row * tileRows * 2 * tileLanes));
  if (rest > 0)
    addRows(1, rest, inputs - rest, 1);

  constrainOutputs(weights, {row, inputs});
  return {Pipeline(weights), rule.inputsOf(samples, {x, dz})};
}

Kernel build_dense_grad_bias_update(const KernelSpec &spec, const KernelTarget &target) {
  UpdateRule rule(spec);
  Param<int> samples("samples");
  ImageParam dz = inputBuffer(Float(32), "dz_transposed", {runTime, tileLanes, runTime});
  Var n("n"), no("no"), ni("ni");
  RDom r = samplesOf(dz, 2, samples);
  Func gradient("gradient"), bias("bias");
  gradient(n) = 0.0f;
  gradient(n) += dz(n, r.x, r.y);
  rule.start(bias, {n});
  Stage step = rule.step(bias, {n}, gradient(n));

  constrainOutputs(bias, {runTime});
  if (target.isGpu()) {
    updateOnThreads(bias, {n}, {gradient});
    return {Pipeline(bias), rule.inputsOf(samples, {dz})};
  }
  step.split(n, no, ni, 16, TailStrategy::RoundUp).vectorize(ni);
  gradient.compute_at(bias, no).store_in(onStack).vectorize(n, 16).update().vectorize(n, 16);
  return {Pipeline(bias), rule.inputsOf(samples, {dz})};
}

Kernel build_dense_grad_input(const KernelSpec &spec, const KernelTarget &target) {
  const int inputs = spec.intOf("inputs"), units = spec.intOf("units");
  if (inputs < 1 || units < 1)
    throw KernelError(spec.text() + ": an extent is zero");
  ActivationCode activation(spec);
  ImageParam dz = inputBuffer(Float(32), "dz", flatTensor(units));
  ImageParam weights = inputBuffer(Float(32), "weights", {paddedRow(units), inputs});
  ImageParam yOrZ = inputBuffer(Float(32), "y_or_z", flatTensor(inputs));
  Var l("l"), k("k"), t("t"), ko("ko"), ki("ki"), ti("ti"), task("task");
  RDom n(0, units, "n");
  Func sum("sum"), dx("dx");
  sum(l, k, t) = 0.0f;
  sum(l, k, t) += dz(l, n, t) * weights(n, k);
  Expr value = sum(l, k, t);
  dx(l, k, t) = activation.isNone() ? value : value * activation.slope(yOrZ(l, k, t));

  std::vector<Argument> inputsOf{dz, weights};
  if (!activation.isNone())
    inputsOf.emplace_back(yOrZ);
  constrainOutputs(dx, flatTensor(inputs));
  if (target.isGpu()) {
    spreadOverThreads(dx, {l, k, t}, {sum});
    return {Pipeline(dx), inputsOf};
  }
  // Some rows of weights (2.7 kB for six of 100 units) serve all tiles of samples one after
  // another, or two at a time where the registers are AVX-512's (as in dense_forward).
  auto schedule = [&](Stage stage, int together) {
    const RegisterTile tile = chooseTile(target, together, inputs, together);
    const int blocksOfTask = iterationsPerTask(2.0 * units * tile.columns * 2 * tileLanes);
    stage.vectorize(l)
        .split(k, ko, ki, tile.columns, TailStrategy::ShiftInwards)
        .split(t, t, ti, together, TailStrategy::ShiftInwards)
        .reorder(l, ti, ki, t, ko)
        .unroll(ki)
        .unroll(ti)
        .split(ko, task, ko, blocksOfTask, TailStrategy::GuardWithIf)
        .parallel(task);
  };
  const int together = tilesInRegisters(target);
  if (together > 1)
    schedule(dx.specialize(dz.dim(2).extent() >= together), together);
  schedule(dx, 1);
  sum.compute_at(dx, t)
      .store_in(onStack)
      .vectorize(l)
      .unroll(k)
      .unroll(t)
      .update()
      .reorder(l, t, k, n.x)
      .vectorize(l)
      .unroll(k)
      .unroll(t);
  return {Pipeline(dx), inputsOf};
}

Kernel build_transpose_delta(const KernelSpec &, const KernelTarget &target) {
  ImageParam dz = inputBuffer(Float(32), "dz", flatTensor(runTime));
  Var l("l"), n("n"), t("t"), no("no"), ni("ni");
  Expr units = dz.dim(1).extent();
  Func out("dz_transposed");
  out(n, l, t) = select(n < units, dz(l, min(n, units - 1), t), 0.0f);

  constrainOutputs(out, {runTime, tileLanes, runTime});
  if (target.isGpu()) {
    spreadOverThreads(out, {n, l, t}, {});
    return {Pipeline(out), {dz}};
  }
  out.split(n, no, ni, 16, TailStrategy::RoundUp).reorder(ni, l, no, t).vectorize(ni);
  return {Pipeline(out), {dz}};
}

} // namespace nnx::kernels
