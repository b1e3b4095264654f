// Blocks and threads.
#include "compiler/kernels/GpuSchedule.h"

#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

Var spreadOverThreads(Stage stage, const std::vector<Var> &dims) {
  Var all = dims.front(), block, thread;
  for (size_t d = 1; d < dims.size(); ++d) {
    Var fused;
    stage.fuse(all, dims[d], fused);
    all = fused;
  }
  stage.split(all, block, thread, blockThreads, TailStrategy::GuardWithIf)
      .gpu_blocks(block)
      .gpu_threads(thread);
  return thread;
}

static void computeInThread(Func out, const Var &thread, const std::vector<Func> &own) {
  for (Func each : own)
    each.compute_at(out, thread).store_in(onStack);
}

void spreadOverThreads(Func out, const std::vector<Var> &dims, const std::vector<Func> &own) {
  computeInThread(out, spreadOverThreads(Stage(out), dims), own);
}

void updateOnThreads(Func out, const std::vector<Var> &dims, const std::vector<Func> &own) {
  // The first stage says nothing of the values; a GPU's loops all the same, or the host would run
  // it.
  spreadOverThreads(Stage(out), dims);
  computeInThread(out, spreadOverThreads(out.update(), dims), own);
}

void updateByLanes(Func out, const Var &dim, Func gradient, Func laneSum) {
  spreadOverThreads(Stage(out), {dim});
  Var block, thread;
  out.update()
      .split(dim, block, thread, blockThreads / tileLanes, TailStrategy::GuardWithIf)
      .gpu_blocks(block)
      .gpu_threads(thread);
  gradient.compute_at(out, thread).store_in(onStack);
  const Var lane = laneSum.args()[0], n = laneSum.args()[1];
  laneSum.compute_at(out, block).gpu_threads(lane, n).update().gpu_threads(lane, n);
}

} // namespace nnx::kernels
