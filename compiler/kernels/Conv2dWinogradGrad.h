// The gradient of a convolution by its weights, by minimal filtering: see the source file.
#pragma once

#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/KernelTarget.h"

#include <Halide.h>

namespace nnx::kernels {

/// 3x3 kernels, stride 1, a 2x2 pool behind them, enough channels that the products count.
bool canCorrelateMinimally(const Conv2dGeometry &geometry, const KernelTarget &target);

/// The gradient by the weights, and what it reads.
class MinimalCorrelation {
public:
  MinimalCorrelation(const Conv2dGeometry &geometry, const KernelTarget &target,
                     const Halide::Expr &samples);

  /// Schedules `weights`, all but whose `step`, over `at` = (co, kx, ky, ci), adds `gradient`.
  void schedule(Halide::Func weights, Halide::Stage step);

private:
  Conv2dGeometry g;
  KernelTarget target;
  struct Blocks {
    int windows, filters, channels; // worked on together
    int rows, columns;              // sums in registers: channels, filters
    Blocks(const Conv2dGeometry &g, const KernelTarget &target);
  } blocks;

public:
  Halide::ImageParam input, dz, argmax;
  Halide::Var c{"c"}, kx{"kx"}, ky{"ky"}, ci{"ci"};
  Halide::Func gradient{"gradient"}; // at (c, kx, ky, ci)

private:
  Halide::Var l{"l"}, i{"i"}, j{"j"}, tx{"tx"}, ty{"ty"}, t{"t"}, part{"part"};
  Halide::RDom place, block;
  // dz and the place in its window with filters side by side; it and the input transformed; the
  // sums over a block of windows, and over all.
  Halide::Func turned{"turned"}, d{"d"}, v{"v"}, blockSum{"block_sum"}, m{"m"};
};

} // namespace nnx::kernels
