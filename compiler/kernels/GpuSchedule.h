// What the schedules for GPUs share, of OpenCL and CUDA alike.
#pragma once

#include <Halide.h>
#include <vector>

namespace nnx::kernels {

/// Threads of a block: four warps.
constexpr int blockThreads = 128;
/// Bytes that the threads of a block may share: what every GPU has without being asked.
constexpr int sharedBytes = 48 << 10;

/// One thread for each element of a stage, those of the innermost dimension side by side; `dims`
/// are all its loops from the innermost outwards. Returns the loop over threads: what is computed
/// at it is a thread's own.
Halide::Var spreadOverThreads(Halide::Stage stage, const std::vector<Halide::Var> &dims);

/// The same, with what a thread needs of each of `own` computed by itself, in registers. A sum then
/// has the order of its loops, whatever runs beside it.
void spreadOverThreads(Halide::Func out, const std::vector<Halide::Var> &dims,
                       const std::vector<Halide::Func> &own);

/// The same for the elements that update stage 0 of `out` renews in place.
void updateOnThreads(Halide::Func out, const std::vector<Halide::Var> &dims,
                     const std::vector<Halide::Func> &own);

/// The same along `dim` where `gradient` adds the sixteen of `laneSum`(lane, dim): a block sums the
/// lanes of eight elements side by side and shares them.
void updateByLanes(Halide::Func out, const Halide::Var &dim, Halide::Func gradient,
                   Halide::Func laneSum);

} // namespace nnx::kernels
