// gather_samples and gather_labels: a batch out of a data set that lies in the memory of the
// device, sample behind sample. Lanes behind the last sample have the index -1 and become zero.
//   x(l, k, t) = set(k, indices(l, t)),  labels(l, t) = set(indices(l, t))
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

Kernel build_gather_samples(const KernelSpec &, const KernelTarget &target) {
  ImageParam indices = inputBuffer(Int(32), "indices", {tileLanes, runTime});
  ImageParam set = inputBuffer(Float(32), "set", {runTime, runTime});
  Var l("l"), k("k"), t("t");
  Func x("x");
  Expr index = indices(l, t);
  Expr at = clamp(index, 0, set.dim(1).extent() - 1);
  x(l, k, t) = select(index >= 0, set(k, at), 0.0f);

  set.dim(1).set_stride(set.dim(0).extent());
  constrainOutputs(x, flatTensor(runTime));
  if (target.isGpu())
    spreadOverThreads(x, {l, k, t}, {});
  return {Pipeline(x), {indices, set}, false, {"set"}};
}

Kernel build_gather_labels(const KernelSpec &, const KernelTarget &target) {
  ImageParam indices = inputBuffer(Int(32), "indices", {tileLanes, runTime});
  ImageParam set = inputBuffer(Int(32), "set", {runTime});
  Var l("l"), t("t");
  Func labels("labels");
  Expr index = indices(l, t);
  labels(l, t) = select(index >= 0, set(clamp(index, 0, set.dim(0).extent() - 1)), 0);

  constrainOutputs(labels, {tileLanes, runTime});
  if (target.isGpu())
    spreadOverThreads(labels, {l, t}, {});
  return {Pipeline(labels), {indices, set}, false, {"set"}};
}

} // namespace nnx::kernels
