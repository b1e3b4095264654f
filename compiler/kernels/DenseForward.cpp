// dense_forward: y(l, n, t) = f(z),  z = bias(n) + sum_k x(l, k, t) weights(n, k).
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

namespace {

// Rows of weights in one block of the sum: 208 rows of 16 samples are 13 kB, so that they and the
// lines of weights read with them stay in 32 kB of L1.
constexpr int blockRows = 208;
// Weights of a block come from L3 or memory, one line for each row: asked for this many rows ahead.
constexpr int prefetchRows = 16;
// Tiles of samples that share one pass over the weights.
constexpr int tilesTogether = 4;

} // namespace

Kernel build_dense_forward(const KernelSpec &spec, const KernelTarget &target) {
  const int inputs = spec.intOf("inputs"), units = spec.intOf("units");
  if (inputs < 1 || units < 1)
    throw KernelError(spec.text() + ": an extent is zero");
  ActivationCode activation(spec);
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(inputs));
  ImageParam weights = inputBuffer(Float(32), "weights", {paddedRow(units), inputs});
  ImageParam bias = inputBuffer(Float(32), "bias", {paddedRow(units)});
  Var l("l"), n("n"), t("t"), b("b"), task("task"), j("j");

  // z collects blocks of rows; each block's sums are made in registers. What is left over after
  // the whole blocks is one shorter block.
  const RegisterTile tile = chooseTile(target, 1, units, 1);
  // A task is some columns for some tiles of samples; it passes once over its part of the weights.
  // Fewer than 50 columns use too little of each line (20: 30 % slower); 512 are 128 kB of sums.
  const int mostColumns =
      target.isGpu() ? units : std::clamp(iterationsPerTask(2.0 * inputs * tileLanes * 2), 50, 512);
  const int tasks = ceilDiv(units, mostColumns);
  const int columnsOfTask = roundUp(ceilDiv(units, tasks), tile.columns);
  // The last tile of columns may end behind the row's padding.
  Expr column = task * columnsOfTask + j;
  if (columnsOfTask * tasks > paddedRow(units))
    column = min(column, paddedRow(units) - 1);
  Func z("z"), y("y");
  z(l, j, t, task) = bias(column);
  struct Blocks {
    Func sum;
    RDom row, block;
  };
  std::vector<Blocks> all;
  auto addBlocks = [&](int count, int rows, int from) {
    Blocks blocks{Func("sum"), RDom(0, rows, "row"), RDom(0, count, "block")};
    Expr k = from + b * rows + blocks.row;
    blocks.sum(l, j, t, task, b) = 0.0f;
    blocks.sum(l, j, t, task, b) += x(l, k, t) * weights(column, k);
    z(l, j, t, task) += blocks.sum(l, j, t, task, blocks.block);
    all.push_back(blocks);
  };
  const int rows = std::min(blockRows, inputs), rest = inputs % rows;
  addBlocks(inputs / rows, rows, 0);
  if (rest > 0)
    addBlocks(1, rest, inputs - rest);
  Expr before = target.isGpu() ? z(l, n, t, 0) : z(l, n % columnsOfTask, t, n / columnsOfTask);
  Expr value = activation.value(before);
  if (spec.flagOf("saves_input"))
    y(l, n, t) = Tuple(value, before);
  else
    y(l, n, t) = value;

  constrainOutputs(y, flatTensor(units));
  if (target.isGpu()) {
    spreadOverThreads(y, {l, n, t}, {z});
    for (const Blocks &blocks : all)
      Func(blocks.sum).compute_at(z, blocks.block.x).store_in(onStack);
    return {Pipeline(y), {x, weights, bias}};
  }
  Var to("to"), ti("ti"), no("no"), ni("ni");
  y.vectorize(l)
      .split(n, no, ni, columnsOfTask, TailStrategy::GuardWithIf)
      .split(t, to, ti, tilesTogether, TailStrategy::GuardWithIf)
      .reorder(l, ni, ti, no, to)
      .parallel(no)
      .parallel(to);
  // Constant sizes keep it on the stack, here and in the other kernels.
  z.compute_at(y, no)
      .store_in(onStack)
      .bound_storage(j, columnsOfTask)
      .bound_storage(t, tilesTogether)
      .vectorize(l, tileLanes);
  for (size_t i = 0; i < all.size(); ++i) {
    Var tileIndex("tile"), inTile("in_tile");
    Stage collect = z.update(static_cast<int>(i));
    collect.split(j, tileIndex, inTile, tile.columns, TailStrategy::RoundUp)
        .reorder(l, inTile, tileIndex, t, all[i].block.x)
        .vectorize(l, tileLanes)
        .unroll(inTile);
    Func sum = all[i].sum;
    sum.compute_at(z, tileIndex)
        .store_in(onStack)
        .vectorize(l, tileLanes)
        .unroll(j)
        .update()
        .reorder(l, j, all[i].row.x)
        .vectorize(l, tileLanes)
        .unroll(j)
        .prefetch(weights, all[i].row.x, all[i].row.x, prefetchRows,
                  PrefetchBoundStrategy::NonFaulting);
  }
  return {Pipeline(y), {x, weights, bias}};
}

} // namespace nnx::kernels
