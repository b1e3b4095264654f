// Convolution and pool by minimal filtering: see the source file.
#pragma once

#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/KernelTarget.h"

#include <Halide.h>
#include <vector>

namespace nnx::kernels {

/// 3x3 kernels, stride 1, a 2x2 pool behind them, enough channels that the products count, and not
/// so many that their transforms leave the stack.
bool canFilterMinimally(const Conv2dGeometry &geometry, const KernelTarget &target);

/// z(l, c, p, q, x, y, t): bias + convolution at place (2 x + p, 2 y + q), and what it reads.
class MinimalFilter {
public:
  MinimalFilter(const Conv2dGeometry &geometry, const KernelTarget &target);

  /// Schedules `out`(l, x, y, c, t), the pooled result, and its `extremes`, functions of z.
  void schedule(Halide::Func out, const std::vector<Halide::Func> &extremes);

private:
  Conv2dGeometry g;
  KernelTarget target;

public:
  Halide::ImageParam input, weights, bias;
  Halide::Var l{"l"}, x{"x"}, y{"y"}, c{"c"}, t{"t"};
  Halide::Func z{"z"};

private:
  Halide::Var i{"i"}, j{"j"}, ci{"ci"};
  Halide::RDom r;
  // Transformed kernels and inputs, their products' sums in registers, and in memory.
  Halide::Func u{"u"}, v{"v"}, sum{"sum"}, m{"m"};
};

/// The same for the gradient by the input, whose tiles are those of dz: with a pool, its windows.
bool canScatterMinimally(const Conv2dGeometry &geometry, const KernelTarget &target);

/// The gradient by the input, and what it reads.
class MinimalScatter {
public:
  MinimalScatter(const Conv2dGeometry &geometry, const KernelTarget &target);

  /// Schedules `out`(l, x, y, ci, t), a function of `value` at its place.
  void schedule(Halide::Func out);

private:
  Conv2dGeometry g;
  KernelTarget target;

public:
  Halide::ImageParam dz, argmax, weights;
  Halide::Expr value; // at (l, x, y, ci, t)

private:
  Halide::Var l{"l"}, x{"x"}, y{"y"}, ci{"ci"}, t{"t"};
  Halide::Var c{"c"}, i{"i"}, j{"j"}, tx{"tx"}, ty{"ty"};
  Halide::RDom r;
  // Transformed kernels and deltas, their products' sums in registers and in memory, and what those
  // say of the inputs of each tile.
  Halide::Func u{"u"}, d{"d"}, sum{"sum"}, m{"m"}, patch{"patch"};
};

} // namespace nnx::kernels
