// The transforms of minimal filtering F(2x2, 3x3) along one dimension, and where they apply.
// Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, 4.1: with G of the
// kernel g, B^T of the input d and A^T of the products, y = A^T [(G g G^T) . (B^T d B)] A. All have
// small exact coefficients (0, 1, 1/2), so the rounding error stays within twice that of plain
// sums.
#pragma once

#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/MinimalFiltering.h"

#include <Halide.h>
#include <functional>

namespace nnx::kernels {

/// The elements of a row or column.
using Line = std::function<Halide::Expr(int)>;

/// Element i of G g.
inline Halide::Expr transformKernel(const Halide::Expr &i, const Line &g) {
  Halide::Expr ends = (g(0) + g(2)) * 0.5f, middle = g(1) * 0.5f;
  return mux(i, {g(0), ends + middle, ends - middle, g(2)});
}

/// Element i of B^T d.
inline Halide::Expr transformInput(const Halide::Expr &i, const Line &d) {
  return mux(i, {d(0) - d(2), d(1) + d(2), d(2) - d(1), d(1) - d(3)});
}

/// Element p of A^T m.
inline Halide::Expr transformOutput(const Halide::Expr &p, const Line &m) {
  return mux(p, {m(0) + m(1) + m(2), m(1) - m(2) - m(3)});
}

// Their adjoints, by which gradients go back.

/// Element i of A dz.
inline Halide::Expr transformDelta(const Halide::Expr &i, const Line &dz) {
  return mux(i, {dz(0), dz(0) + dz(1), dz(0) - dz(1), -dz(1)});
}

/// Element k of B m.
inline Halide::Expr scatterProducts(const Halide::Expr &k, const Line &m) {
  return mux(k, {m(0), m(1) - m(2) + m(3), m(1) + m(2) - m(0), -m(3)});
}

/// Element k of G^T m.
inline Halide::Expr gradientOfKernel(const Halide::Expr &k, const Line &m) {
  Halide::Expr sum = (m(1) + m(2)) * 0.5f;
  return mux(k, {m(0) + sum, (m(1) - m(2)) * 0.5f, sum + m(3)});
}

/// The sixteen parts of a transform are stored together, a part apart: where that is a multiple of
/// 4 kB they share the same few lines of L1 (the deltas of 64 filters: 5 times slower).
constexpr int skewed(int extent) {
  return extent + 1;
}

inline bool isFilterable(const Conv2dGeometry &g) {
  return isFilterable(FilterShape{{g.kernelH, g.kernelW},
                                  {g.strideH, g.strideW},
                                  {g.dilationH, g.dilationW},
                                  g.isPadded,
                                  g.channels,
                                  g.filters});
}

/// Whether tiles of 2x2 over all outputs pay: what lies over the end must cost less than the
/// products saved.
inline bool tilesPay(const Conv2dGeometry &g) {
  return ceilDiv(g.outWidth, 2) * ceilDiv(g.outHeight, 2) * 16 * 1.5 <=
         g.outWidth * g.outHeight * 9;
}

} // namespace nnx::kernels
