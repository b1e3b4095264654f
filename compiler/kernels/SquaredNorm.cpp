// The sum of the squares of a gradient, added to the sum before it:
//   squared_norm(i) = before(0) + sum_{n < units, k} gradient(n, k)^2
// The padding of rows may hold anything. Sums are in double precision and in one order; every
// element of the output is the same number.
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

Kernel build_squared_norm(const KernelSpec &spec, const KernelTarget &target) {
  const int units = spec.intOf("units");
  if (units < 1)
    throw KernelError(spec.text() + ": an extent is zero");
  const bool adds = spec.flagOf("adds");
  ImageParam gradient = inputBuffer(Float(32), "gradient", {paddedRow(units), runTime});
  ImageParam before = inputBuffer(Float(32), "before", {runTime});
  Var l("l"), i("i");
  RDom at(0, ceilDiv(units, tileLanes), 0, gradient.dim(1).extent(), "at");
  RDom lane(0, tileLanes, "lane");
  Func laneSum("lane_sum"), sum("sum"), out("squared_norm");
  Expr n = l + tileLanes * at.x;
  Expr g = cast<double>(select(n < units, gradient(n, at.y), 0.0f));
  laneSum(l) = cast<double>(0);
  laneSum(l) += g * g;
  sum() = adds ? cast<double>(before(0)) : cast<double>(0);
  sum() += laneSum(lane);
  out(i) = cast<float>(sum());

  constrainOutputs(out, {runTime});
  std::vector<Argument> inputs{gradient};
  if (adds)
    inputs.emplace_back(before);
  if (target.isGpu()) { // one block, a lane each of its threads
    Var block("block"), thread("thread");
    out.split(i, block, thread, tileLanes, TailStrategy::GuardWithIf)
        .gpu_blocks(block)
        .gpu_threads(thread);
    sum.compute_at(out, thread).store_in(onStack);
    laneSum.compute_at(out, block).bound(l, 0, tileLanes).gpu_threads(l).update().gpu_threads(l);
    return {Pipeline(out), inputs, true};
  }
  sum.compute_root().store_in(onStack);
  laneSum.compute_root()
      .store_in(onStack)
      .bound(l, 0, tileLanes)
      .vectorize(l)
      .update()
      .vectorize(l);
  return {Pipeline(out), inputs};
}

} // namespace nnx::kernels
