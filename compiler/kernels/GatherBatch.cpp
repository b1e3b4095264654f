// gather_samples, gather_augmented and gather_labels: a batch out of a data set that lies in the
// memory of the device, sample behind sample. Lanes behind the last sample have the index -1 and
// become zero.
//   x(l, k, t) = set(k, indices(l, t)),  labels(l, t) = set(indices(l, t))
// An augmented image has in (x, y) what the sample has in (a x + b y + c, d x + e y + f), both
// counted from the middle: the bilinear mean of the four pixels around that place, those outside
// being 0; maps(…, l, t) are a to f.
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

Kernel build_gather_augmented(const KernelSpec &, const KernelTarget &target) {
  ImageParam indices = inputBuffer(Int(32), "indices", {tileLanes, runTime});
  ImageParam maps = inputBuffer(Float(32), "maps", {6, tileLanes, runTime});
  ImageParam set = inputBuffer(Float(32), "set", {runTime, runTime, runTime, runTime});
  Var l("l"), x("x"), y("y"), c("c"), t("t");
  Expr width = set.dim(0).extent(), height = set.dim(1).extent();
  Expr index = indices(l, t);
  Expr sample = clamp(index, 0, set.dim(3).extent() - 1);
  Expr middleX = cast<float>(width - 1) / 2, middleY = cast<float>(height - 1) / 2;
  Expr fromX = x - middleX, fromY = y - middleY;
  auto place = [&](int first, const Expr &middle) {
    return maps(first, l, t) * fromX + maps(first + 1, l, t) * fromY + maps(first + 2, l, t) +
           middle;
  };
  // Far outside everything is 0, and a whole number has room for the place.
  Expr placeX = clamp(place(0, middleX), -2.0f, cast<float>(width + 1));
  Expr placeY = clamp(place(3, middleY), -2.0f, cast<float>(height + 1));
  Expr left = floor(placeX), top = floor(placeY);
  Expr right = placeX - left, below = placeY - top;
  auto at = [&](const Expr &i, const Expr &j) {
    Expr isInside = i >= 0 && i < width && j >= 0 && j < height;
    return select(isInside, set(clamp(i, 0, width - 1), clamp(j, 0, height - 1), c, sample), 0.0f);
  };
  Expr i = cast<int>(left), j = cast<int>(top);
  Func image("image");
  image(l, x, y, c, t) =
      select(index >= 0,
             at(i, j) * (1 - right) * (1 - below) + at(i + 1, j) * right * (1 - below) +
                 at(i, j + 1) * (1 - right) * below + at(i + 1, j + 1) * right * below,
             0.0f);

  set.dim(1).set_stride(width);
  set.dim(2).set_stride(width * height);
  set.dim(3).set_stride(width * height * set.dim(2).extent());
  constrainOutputs(image, imageTensor(runTime, runTime, runTime));
  if (target.isGpu())
    spreadOverThreads(image, {l, x, y, c, t}, {});
  return {Pipeline(image), {indices, maps, set}, false, {"set"}};
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
