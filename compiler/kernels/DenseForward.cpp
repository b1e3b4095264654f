// dense_forward: y(l, n, t) = f(z),  z = bias(n) + sum_k x(l, k, t) weights(n, k).
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>
#include <array>

namespace nnx::kernels {

using namespace Halide;

namespace {

// Rows of weights in one block of the sum: 208 rows of 16 samples are 13 kB, so that they and the
// lines of weights read with them stay in 32 kB of L1.
constexpr int blockRows = 208;
// Weights of a block come from L3 or memory, one line for each row: asked for this many rows ahead.
constexpr int prefetchRows = 16;
// Tiles of samples that share one pass over the weights; what is left over shares a shorter one.
constexpr std::array<int, 3> tilesTogether = {4, 2, 1};

// On a GPU a block makes some units of a tile. The rows of weights are cut into slices: a thread
// sums one lane over the rows of its slice, and what the slices have is added in their order.
constexpr int unitsOfBlock = 4, mostSlices = 16, leastRowsOfSlice = 32;
// Loads that a thread has under way before it uses the first.
constexpr int rowsAtOnce = 8;

Kernel onGpu(const KernelSpec &spec, const ActivationCode &activation, const ImageParam &x,
             const ImageParam &weights, const ImageParam &bias) {
  const int inputs = spec.intOf("inputs"), units = spec.intOf("units");
  int slices = 1;
  while (slices < mostSlices && inputs / (2 * slices) >= leastRowsOfSlice)
    slices *= 2;
  const int rows = roundUp(ceilDiv(inputs, slices), rowsAtOnce);
  Var l("l"), n("n"), t("t"), s("s"), no("no"), ni("ni");
  RDom row(0, rows, "row"), slice(0, slices, "slice");
  const Expr k = s * rows + row, at = min(k, inputs - 1);
  const Expr product = x(l, at, t) * weights(n, at);
  Func sum("sum"), part("part"), z("z"), y("y");
  sum(l, n, s, t) = 0.0f;
  sum(l, n, s, t) += rows * slices == inputs ? product : select(k < inputs, product, 0.0f);
  part(l, n, s, t) = sum(l, n, s, t);
  z(l, n, t) = bias(n);
  z(l, n, t) += part(l, n, slice, t);
  const Expr before = z(l, n, t), value = activation.value(before);
  y(l, n, t) = spec.flagOf("saves_input") ? Tuple(value, before) : Tuple(value);

  constrainOutputs(y, flatTensor(units));
  y.split(n, no, ni, unitsOfBlock, TailStrategy::GuardWithIf)
      .reorder(l, ni, no, t)
      .gpu_blocks(no, t)
      .gpu_threads(l, ni);
  z.compute_at(y, l).store_in(onStack);
  part.compute_at(y, no).bound_extent(n, unitsOfBlock).reorder(n, l, s).unroll(n).gpu_threads(l, s);
  sum.compute_at(part, l).store_in(onStack).unroll(n).update().reorder(n, row).unroll(n).unroll(
      row, rowsAtOnce);
  return {Pipeline(y), {x, weights, bias}};
}

} // namespace

Kernel build_dense_forward(const KernelSpec &spec, const KernelTarget &target) {
  const int inputs = spec.intOf("inputs"), units = spec.intOf("units");
  if (inputs < 1 || units < 1)
    throw KernelError(spec.text() + ": an extent is zero");
  ActivationCode activation(spec);
  ImageParam x = inputBuffer(Float(32), "x", flatTensor(inputs));
  ImageParam weights = inputBuffer(Float(32), "weights", {paddedRow(units), inputs});
  ImageParam bias = inputBuffer(Float(32), "bias", {paddedRow(units)});
  if (target.isGpu())
    return onGpu(spec, activation, x, weights, bias);
  Var l("l"), n("n"), t("t"), b("b"), task("task"), j("j");
  // A task is some columns for some tiles of samples; it passes once over its part of the weights.
  // Fewer than 50 columns use too little of each line (20: 30 % slower); 512 are 128 kB of sums.
  const int mostColumns = std::clamp(iterationsPerTask(2.0 * inputs * tileLanes * 2), 50, 512);
  const int tasks = ceilDiv(units, mostColumns);

  // z collects blocks of rows; each block's sums are made in registers. What is left over after
  // the whole blocks is one shorter block.
  struct Blocks {
    Func sum;
    RDom row, block;
  };
  struct Sums {
    RegisterTile tile;
    int columnsOfTask;
    Func z;
    std::vector<Blocks> all;
  };
  auto sumsOf = [&](int tiles) {
    const int together = std::min(tiles, tilesInRegisters(target));
    Sums sums{chooseTile(target, together, units, together), 0, Func("z"), {}};
    sums.columnsOfTask = roundUp(ceilDiv(units, tasks), sums.tile.columns);
    // The last tile of columns may end behind the row's padding.
    Expr column = task * sums.columnsOfTask + j;
    if (sums.columnsOfTask * tasks > paddedRow(units))
      column = min(column, paddedRow(units) - 1);
    sums.z(l, j, t, task) = bias(column);
    auto addBlocks = [&](int count, int rows, int from) {
      Blocks blocks{Func("sum"), RDom(0, rows, "row"), RDom(0, count, "block")};
      Expr k = from + b * rows + blocks.row;
      blocks.sum(l, j, t, task, b) = 0.0f;
      blocks.sum(l, j, t, task, b) += x(l, k, t) * weights(column, k);
      sums.z(l, j, t, task) += blocks.sum(l, j, t, task, blocks.block);
      sums.all.push_back(blocks);
    };
    const int rows = std::min(blockRows, inputs), rest = inputs % rows;
    addBlocks(inputs / rows, rows, 0);
    if (rest > 0)
      addBlocks(1, rest, inputs - rest);
    return sums;
  };
  Func y("y");
  auto result = [&](const Sums &sums, const Expr &at) -> Tuple {
    Expr before = sums.z(l, n % sums.columnsOfTask, at, n / sums.columnsOfTask);
    Expr value = activation.value(before);
    return spec.flagOf("saves_input") ? Tuple(value, before) : Tuple(value);
  };
  const std::vector<Argument> buffers{x, weights, bias};
  y(l, n, t) = Tuple(std::vector<Expr>(spec.flagOf("saves_input") ? 2 : 1, undef<float>()));
  constrainOutputs(y, flatTensor(units));
  Expr tiles = x.dim(2).extent(), from = 0;
  for (size_t i = 0; i < tilesTogether.size(); ++i) {
    const int together = tilesTogether[i];
    Sums sums = sumsOf(together);
    RDom at(0, together, 0, (tiles - from) / together, "at");
    y(l, n, from + together * at.y + at.x) = result(sums, from + together * at.y + at.x);
    from += (tiles - from) / together * together;
    Var no("no"), ni("ni");
    y.update(static_cast<int>(i))
        .split(n, no, ni, sums.columnsOfTask, TailStrategy::GuardWithIf)
        .reorder(l, ni, at.x, no, at.y)
        .vectorize(l)
        .allow_race_conditions() // stages work on separate tiles, and tasks on separate sums
        .parallel(no)
        .parallel(at.y);
    // Constant sizes keep it on the stack, here and in the other kernels.
    sums.z.compute_at(y, no)
        .store_in(onStack)
        .bound_storage(j, sums.columnsOfTask)
        .bound_storage(t, together)
        .vectorize(l, tileLanes);
    for (size_t k = 0; k < sums.all.size(); ++k) {
      const Blocks &blocks = sums.all[k];
      Var tileIndex("tile"), inTile("in_tile"), to("to"), ti("ti");
      sums.z.update(static_cast<int>(k))
          .split(j, tileIndex, inTile, sums.tile.columns, TailStrategy::RoundUp)
          .split(t, to, ti, sums.tile.rows)
          .reorder(l, inTile, ti, tileIndex, to, blocks.block.x)
          .vectorize(l, tileLanes)
          .unroll(inTile)
          .unroll(ti);
      Func(blocks.sum)
          .compute_at(sums.z, tileIndex)
          .store_in(onStack)
          .vectorize(l, tileLanes)
          .unroll(j)
          .unroll(t)
          .update()
          .reorder(l, t, j, blocks.row.x)
          .vectorize(l, tileLanes)
          .unroll(j)
          .unroll(t)
          .prefetch(weights, blocks.row.x, blocks.row.x, prefetchRows,
                    PrefetchBoundStrategy::NonFaulting);
    }
  }
  return {Pipeline(y), buffers};
}

} // namespace nnx::kernels
