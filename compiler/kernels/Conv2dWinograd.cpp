// conv2d_forward and conv2d_grad_input by minimal filtering, F(2x2, 3x3): 16 products for 4 outputs
// instead of 36.
//   A^T [(G g G^T) . (B^T d B)] A,  d 4x4 inputs, g the 3x3 kernel, . element by element, summed
//   over the channels between the transforms (Conv2dTransforms.h)
// A tile of outputs is a window of the pool behind it.
#include "compiler/kernels/Conv2dWinograd.h"

#include "compiler/kernels/Conv2dTransforms.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>
#include <array>

namespace nnx::kernels {

using namespace Halide;

namespace {

Expr transformedKernel(const ImageParam &weights, const Var &c, const Var &i, const Var &j,
                       const Var &ci) {
  return transformKernel(j, [&](int ky) {
    return transformKernel(i, [&](int kx) { return weights(c, kx, ky, ci); });
  });
}

// Transforms all kernels, u(c, i, j, ci), before anything else.
void keepKernels(Func u, const Conv2dGeometry &g, const KernelTarget &target) {
  const std::vector<Var> at = u.args();
  const Var &c = at[0], &i = at[1], &j = at[2], &ci = at[3];
  u.compute_root()
      .store_in(onStack)
      .reorder_storage(c, ci, i, j)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound(c, 0, paddedRow(g.filters))
      .bound_storage(ci, skewed(g.channels))
      .reorder(i, j, c, ci)
      .vectorize(c, target.vectorLanes)
      .unroll(i)
      .unroll(j);
}

// Whether transformed kernels and `floats` more of scratch leave half of a thread's 8 MB.
bool fitsStack(const Conv2dGeometry &g, double floats) {
  const double kernels = 16.0 * paddedRow(g.filters) * skewed(g.channels);
  return (kernels + floats) * sizeof(float) <= (4 << 20);
}

constexpr int together = 32; // channels whose sums are made from one pass over what is transformed

} // namespace

namespace {

struct WindowTiles {
  int windows, filters; // worked on together
  RegisterTile tile;

  // The transformed inputs of a block of windows stay in L2, the sums of some filters in L1.
  WindowTiles(const Conv2dGeometry &g, const KernelTarget &target)
      : windows(windowsOf(g)), filters(std::min(together, g.filters)),
        tile(chooseTile(target, windows, filters, 6)) {}
  // Floats that a thread keeps of both.
  double scratch(const Conv2dGeometry &g) const {
    return 16.0 * windows * (double(skewed(g.channels)) * tileLanes + double(filters) * tile.lanes);
  }

private:
  static int windowsOf(const Conv2dGeometry &g) {
    const int most = std::max(1, (192 << 10) / (16 * g.channels * tileLanes * 4));
    return ceilDiv(g.pooledWidth, ceilDiv(g.pooledWidth, most));
  }
};

} // namespace

// The products m(l, x, c, around), of `sum` over `r`: a block of x by c at a time stays in
// registers.
static void sumInRegisters(Func m, Func sum, const RDom &r, const std::array<Var, 3> &block,
                           const std::array<Var, 4> &around, const RegisterTile &tile) {
  const auto &[l, x, c] = block;
  Var xo("xo"), xi("xi"), co("co"), ci("ci");
  m.split(x, xo, xi, tile.rows, TailStrategy::ShiftInwards)
      .split(c, co, ci, tile.columns, TailStrategy::ShiftInwards)
      .reorder(l, xi, ci, xo, co, around[0], around[1], around[2], around[3])
      .vectorize(l)
      .unroll(xi)
      .unroll(ci);
  sum.compute_at(m, xo).store_in(onStack).vectorize(l).unroll(x).unroll(c);
  sum.update().reorder(l, x, c, r).vectorize(l).unroll(x).unroll(c);
}

bool canFilterMinimally(const Conv2dGeometry &g, const KernelTarget &target) {
  return !target.isGpu() && isFilterable(g) && g.poolH == 2 && g.poolW == 2 &&
         fitsStack(g, WindowTiles(g, target).scratch(g));
}

MinimalFilter::MinimalFilter(const Conv2dGeometry &geometry, const KernelTarget &target)
    : g(geometry), target(target), input(inputBuffer(Float(32), "x", g.inputExtents())),
      weights(inputBuffer(Float(32), "weights", g.weightExtents())),
      bias(inputBuffer(Float(32), "bias", {paddedRow(g.filters)})), r(0, g.channels, "channel") {
  u(c, i, j, ci) = transformedKernel(weights, c, i, j, ci);
  v(l, i, j, x, y, ci, t) = transformInput(j, [&](int dy) {
    return transformInput(i, [&](int dx) { return input(l, 2 * x + dx, 2 * y + dy, ci, t); });
  });
  sum(l, c, i, j, x, y, t) = 0.0f;
  sum(l, c, i, j, x, y, t) += u(c, i, j, r) * v(l, i, j, x, y, r, t);
  m(l, c, i, j, x, y, t) = sum(l, c, i, j, x, y, t);
  z(l, c, i, j, x, y, t) =
      bias(c) + transformOutput(j, [&](int q) {
        return transformOutput(i, [&](int p) { return m(l, c, p, q, x, y, t); });
      });
}

void MinimalFilter::schedule(Func out, const std::vector<Func> &extremes) {
  const WindowTiles tiles(g, target);
  const int windows = tiles.windows, filters = tiles.filters;
  const RegisterTile tile = tiles.tile;
  const double rowFlops = 2.0 * tileLanes * g.pooledWidth * 16 * g.filters * g.channels;
  Var xo("xo"), xi("xi"), co("co"), cc("cc"), lo("lo"), li("li"), task("task"), row("row");
  constrainOutputs(out, g.pooledExtents());
  out.split(x, xo, xi, windows, TailStrategy::ShiftInwards)
      .split(c, co, cc, filters, TailStrategy::ShiftInwards)
      .split(l, lo, li, tile.lanes)
      .split(y, task, row, std::min(iterationsPerTask(rowFlops), g.pooledHeight),
             TailStrategy::GuardWithIf)
      .reorder(li, cc, xi, lo, co, xo, row, task, t)
      .vectorize(li)
      .parallel(task)
      .parallel(t);
  keepKernels(u, g, target);
  v.compute_at(out, xo)
      .store_in(onStack)
      .reorder_storage(l, x, ci, i, j, y, t)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_storage(x, windows)
      .bound_storage(ci, skewed(g.channels))
      .reorder(l, i, j, x, ci, y, t)
      .vectorize(l, target.vectorLanes)
      .unroll(i)
      .unroll(j);
  m.compute_at(out, lo)
      .store_in(onStack)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_extent(l, tile.lanes)
      .bound_extent(x, windows)
      .bound_extent(c, filters);
  sumInRegisters(m, sum, r, {l, x, c}, {i, j, y, t}, tile);
  z.compute_at(out, cc)
      .store_in(onStack)
      .bound(i, 0, 2)
      .bound(j, 0, 2)
      .vectorize(l)
      .unroll(i)
      .unroll(j);
  for (Func extreme : extremes)
    extreme.compute_at(out, cc).store_in(onStack).vectorize(l);
}

namespace {

struct DeltaTiles {
  int width, height;
  RegisterTile tile;

  DeltaTiles(const Conv2dGeometry &g, const KernelTarget &target)
      : width(g.isPooled ? g.pooledWidth : ceilDiv(g.outWidth, 2)),
        height(g.isPooled ? g.pooledHeight : ceilDiv(g.outHeight, 2)),
        tile(chooseTile(target, width, std::min(together, g.channels), 6)) {}
  // Floats that a thread keeps: the transformed deltas of a row of tiles, the sums of some
  // channels.
  double scratch(const Conv2dGeometry &g) const {
    return 16.0 * width * (g.filters + height * together) * tile.lanes;
  }
};

} // namespace

bool canScatterMinimally(const Conv2dGeometry &g, const KernelTarget &target) {
  const DeltaTiles tiles(g, target);
  return !target.isGpu() && isFilterable(g) &&
         (g.isPooled ? g.poolH == 2 && g.poolW == 2 : tilesPay(g)) &&
         fitsStack(g, tiles.scratch(g));
}

MinimalScatter::MinimalScatter(const Conv2dGeometry &geometry, const KernelTarget &target)
    : g(geometry), target(target), dz(inputBuffer(Float(32), "dz", g.pooledExtents())),
      argmax(inputBuffer(UInt(8), "argmax", g.pooledExtents())),
      weights(inputBuffer(Float(32), "weights", g.weightExtents())), r(0, g.filters, "filter") {
  const DeltaTiles tiles(g, target);
  u(c, i, j, ci) = transformedKernel(weights, c, i, j, ci);
  auto delta = [&](int p, int q) {
    if (g.isPooled)
      return select(argmax(l, tx, ty, c, t) == cast<uint8_t>(2 * q + p), dz(l, tx, ty, c, t), 0.0f);
    Expr atX = 2 * tx + p, atY = 2 * ty + q;
    return select(atX < g.outWidth && atY < g.outHeight,
                  dz(l, min(atX, g.outWidth - 1), min(atY, g.outHeight - 1), c, t), 0.0f);
  };
  d(l, i, j, tx, ty, c, t) = transformDelta(
      j, [&](int q) { return transformDelta(i, [&](int p) { return delta(p, q); }); });
  sum(l, i, j, tx, ty, ci, t) = 0.0f;
  sum(l, i, j, tx, ty, ci, t) += u(r, i, j, ci) * d(l, i, j, tx, ty, r, t);
  m(l, i, j, tx, ty, ci, t) = sum(l, i, j, tx, ty, ci, t);
  patch(l, i, j, tx, ty, ci, t) = scatterProducts(j, [&](int q) {
    return scatterProducts(i, [&](int p) { return m(l, p, q, tx, ty, ci, t); });
  });
  // A place lies in the patches of up to four tiles, which are 4x4 at every other place.
  Expr total = 0.0f;
  for (int down : {0, 1})
    for (int right : {0, 1}) {
      Expr atX = x / 2 - right, atY = y / 2 - down;
      Expr part = patch(l, x % 2 + 2 * right, y % 2 + 2 * down, clamp(atX, 0, tiles.width - 1),
                        clamp(atY, 0, tiles.height - 1), ci, t);
      Expr exists = atX >= 0 && atX < tiles.width && atY >= 0 && atY < tiles.height;
      total += select(exists, part, 0.0f);
    }
  value = total;
}

void MinimalScatter::schedule(Func out) {
  const DeltaTiles tiles(g, target);
  const int channels = std::min(together, g.channels);
  Var co("co"), cc("cc"), lo("lo"), li("li");
  constrainOutputs(out, g.inputExtents());
  out.split(ci, co, cc, channels, TailStrategy::ShiftInwards)
      .split(l, lo, li, tiles.tile.lanes)
      .reorder(li, x, y, cc, co, lo, t)
      .vectorize(li)
      .parallel(lo)
      .parallel(t);
  keepKernels(u, g, target);
  d.compute_at(m, ty)
      .store_in(onStack)
      .reorder_storage(l, tx, c, ty, i, j, t)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_storage(tx, tiles.width)
      .bound_storage(c, skewed(g.filters))
      .reorder(l, i, j, tx, c, ty, t)
      .vectorize(l, target.vectorLanes)
      .unroll(i)
      .unroll(j);
  m.compute_at(out, co)
      .store_in(onStack)
      .reorder_storage(l, i, j, tx, ty, ci, t)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_extent(l, tiles.tile.lanes)
      .bound_extent(tx, tiles.width)
      .bound_extent(ty, tiles.height)
      .bound_extent(ci, channels);
  sumInRegisters(m, sum, r, {l, tx, ci}, {i, j, ty, t}, tiles.tile);
  patch.compute_at(out, cc)
      .store_in(onStack)
      .bound(i, 0, 4)
      .bound(j, 0, 4)
      .bound_storage(tx, tiles.width)
      .bound_storage(ty, tiles.height)
      .vectorize(l)
      .unroll(i)
      .unroll(j)
      .reorder(l, i, j, tx, ty);
}

} // namespace nnx::kernels
