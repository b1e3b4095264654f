// How many sums a kernel keeps in registers, and how it cuts loops into tasks.
#pragma once

#include "compiler/kernels/KernelTarget.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

/// A block of sums held in registers: `lanes` samples x `rows` x `columns`. Each step of the
/// reduction loads `rows` vectors of samples and broadcasts `columns` weights (or the reverse).
struct RegisterTile {
  int lanes;
  int rows;
  int columns;
};

/// Vectors of sums that fit beside operands: 12 of AVX2's 16 registers, 24 of AVX-512's 32. Two
/// multiply-adds a cycle of four cycles' latency need at least eight.
int accumulatorsOf(const KernelTarget &target);

/// Tiles of samples that share the weights of a dense layer in registers. AVX-512 needs two: a load
/// for each multiply-add holds it back (dense_forward of 5408 to 100: 242 to 145 us). AVX2 is
/// slower with two, whose blocks are of three columns.
int tilesInRegisters(const KernelTarget &target);

/// The tile for `rows` x `columns` outputs of 16 lanes that wastes least: the work on outputs past
/// the end, times the cost of loads for each multiply-add. At most `maxRows` rows and `maxLanes`
/// lanes.
RegisterTile chooseTile(const KernelTarget &target, int rows, int columns, int maxRows,
                        int maxLanes = tileLanes);

/// Iterations for one task of a parallel loop, each `flops` operations long: about 20 us on one
/// core, since a task costs about 1 us to hand over.
int iterationsPerTask(double flops);

} // namespace nnx::kernels
