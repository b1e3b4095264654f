// conv2d_grad_weights_update by minimal filtering: 16 products for a window of the 2x2 pool behind
// it instead of 36.
//   g = G^T [sum over tiles (A dz A^T) . (B^T d B)] G,  d 4x4 inputs, dz 2x2 deltas,
// of which the pool left one;
// the adjoint of the forward form (Conv2dTransforms.h). The sums over tiles and samples are
// products of matrices, one for each of the sixteen elements: filters stand side by side in a
// vector, so that a sum goes over samples too, and no lanes are left to add.
#include "compiler/kernels/Conv2dWinogradGrad.h"

#include "compiler/kernels/Conv2dTransforms.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

namespace {

// The greatest divisor of `extent` that `step` divides and that is at most `most`; 0: none.
int divisor(int extent, int step, int most) {
  for (int found = most / step * step; found > 0; found -= step)
    if (extent % found == 0)
      return found;
  return 0;
}

} // namespace

// 32 filters and channels at a time: the transformed deltas and inputs of a row of windows stay in
// L2 (2 x 32 kB a window), those of one element and the sums in L1.
MinimalCorrelation::Blocks::Blocks(const Conv2dGeometry &g, const KernelTarget &target) {
  filters = divisor(paddedRow(g.filters), 16, 32);
  columns = std::min(filters, 2 * target.vectorLanes);
  const int most = accumulatorsOf(target) / (columns / target.vectorLanes) >= 12 ? 8 : 4;
  rows = divisor(g.channels, 4, most);
  channels = rows == 0 ? 0 : divisor(g.channels, rows, 32);
  const int mostWindows = 7;
  windows = ceilDiv(g.pooledWidth, ceilDiv(g.pooledWidth, mostWindows));
}

bool canCorrelateMinimally(const Conv2dGeometry &g, const KernelTarget &target) {
  return !target.isGpu() && isFilterable(g) && g.poolH == 2 && g.poolW == 2 && g.channels % 4 == 0;
}

MinimalCorrelation::MinimalCorrelation(const Conv2dGeometry &geometry, const KernelTarget &target,
                                       const Expr &samples)
    : g(geometry), target(target), blocks(g, target),
      input(inputBuffer(Float(32), "x", g.inputExtents())),
      dz(inputBuffer(Float(32), "dz", g.pooledExtents())),
      argmax(inputBuffer(UInt(8), "argmax", g.pooledExtents())),
      place(0, blocks.windows, 0, tileLanes, "place"),
      block(0, ceilDiv(g.pooledWidth, blocks.windows), 0, g.pooledHeight, 0,
            (samples + tileLanes - 1) / tileLanes, "block") {
  Expr channel = min(c, g.filters - 1);  // a block of filters may reach into the weights' padding
  Expr atX = min(tx, g.pooledWidth - 1); // the last block may reach over the end
  turned(c, l, tx, ty, t) = Tuple(select(tx < g.pooledWidth, dz(l, atX, ty, channel, t), 0.0f),
                                  argmax(l, atX, ty, channel, t));
  FuncRef window = turned(c, l, tx, ty, t);
  auto delta = [&](int p, int q) {
    return select(window[1] == cast<uint8_t>(2 * q + p), window[0], 0.0f);
  };
  d(c, l, i, j, tx, ty, t) = transformDelta(
      j, [&](int q) { return transformDelta(i, [&](int p) { return delta(p, q); }); });
  v(l, i, j, tx, ty, ci, t) = transformInput(j, [&](int dy) {
    return transformInput(
        i, [&](int dx) { return input(l, min(2 * tx + dx, g.width - 1), 2 * ty + dy, ci, t); });
  });
  Var bx("bx"), by("by"), bt("bt");
  Expr at = bx * blocks.windows + place.x;
  place.where(bt * tileLanes + place.y < samples);
  blockSum(c, ci, i, j, bx, by, bt) = 0.0f;
  blockSum(c, ci, i, j, bx, by, bt) +=
      d(c, place.y, i, j, at, by, bt) * v(place.y, i, j, at, by, ci, bt);
  m(c, ci, i, j) = 0.0f;
  m(c, ci, i, j) += blockSum(c, ci, i, j, block.x, block.y, block.z);
  gradient(c, kx, ky, ci) = gradientOfKernel(
      ky, [&](int q) { return gradientOfKernel(kx, [&](int p) { return m(c, ci, p, q); }); });
}

void MinimalCorrelation::schedule(Func weights, Stage step) {
  Var co("co"), cc("cc"), cio("cio"), cii("cii"), ct("ct"), cv("cv"), cit("cit"), civ("civ");
  step.split(c, co, cc, blocks.filters)
      .split(ci, cio, cii, blocks.channels)
      .reorder(cc, kx, ky, cii, cio, co)
      .vectorize(cc, target.vectorLanes)
      .parallel(cio)
      .parallel(co);
  gradient.compute_at(weights, cii)
      .store_in(onStack)
      .bound(kx, 0, 3)
      .bound(ky, 0, 3)
      .reorder(kx, ky, c, ci)
      .vectorize(c, target.vectorLanes)
      .unroll(kx)
      .unroll(ky);
  m.compute_at(weights, cio)
      .store_in(onStack)
      .bound_extent(c, blocks.filters)
      .bound_extent(ci, blocks.channels)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .vectorize(c, target.vectorLanes);
  m.update()
      .split(c, ct, cv, blocks.columns)
      .split(ci, cit, civ, blocks.rows)
      .reorder(cv, civ, cit, ct, i, j, block.x, block.y, block.z)
      .vectorize(cv, target.vectorLanes)
      .unroll(cv)
      .unroll(civ);
  blockSum.compute_at(m, cit)
      .store_in(onStack)
      .bound_extent(c, blocks.columns)
      .bound_extent(ci, blocks.rows)
      .vectorize(c, target.vectorLanes)
      .unroll(c)
      .unroll(ci);
  blockSum.update()
      .reorder(c, ci, place.x, place.y)
      .vectorize(c, target.vectorLanes)
      .unroll(c)
      .unroll(ci);
  d.compute_at(m, block.x)
      .store_in(onStack)
      .reorder_storage(c, tx, l, i, j, ty, t)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_extent(c, blocks.filters)
      .bound_storage(tx, blocks.windows)
      .bound_storage(l, skewed(tileLanes))
      .reorder(i, j, c, l, tx, ty, t)
      .vectorize(c, target.vectorLanes)
      .unroll(i)
      .unroll(j);
  turned.compute_at(d, tx)
      .store_in(onStack)
      .bound_extent(c, blocks.filters)
      .reorder_storage(c, l, tx, ty, t)
      .bound_extent(l, tileLanes)
      .vectorize(l);
  v.compute_at(m, block.x)
      .store_in(onStack)
      .reorder_storage(l, tx, ci, i, j, ty, t)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_extent(l, tileLanes)
      .bound_storage(tx, blocks.windows)
      .bound_storage(ci, skewed(blocks.channels))
      .reorder(l, i, j, tx, ci, ty, t)
      .vectorize(l, target.vectorLanes)
      .unroll(i)
      .unroll(j);
}

} // namespace nnx::kernels
