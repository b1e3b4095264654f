// Buffers of kernels: the layouts of docs/architecture.md as constraints on Halide's parameters.
#pragma once

#include "compiler/kernels/KernelSpec.h"

#include <Halide.h>
#include <string>
#include <vector>

namespace nnx::kernels {

/// Samples of one tile, side by side in memory.
constexpr int tileLanes = 16;
constexpr int runTime = 0;

constexpr int ceilDiv(int a, int b) {
  return (a + b - 1) / b;
}
constexpr int roundUp(int a, int b) {
  return ceilDiv(a, b) * b;
}
/// A row of weights, bias, state or transposed deltas ends on a multiple of this.
constexpr int paddedRow(int extent) {
  return roundUp(extent, 16);
}

/// Where scratch lives. Halide's MemoryType::Stack takes memory from halide_malloc for more than 16
/// kB; Register never does. Every scratch has a constant size (bound_storage), see checkScratch.
constexpr Halide::MemoryType onStack = Halide::MemoryType::Register;

/// Extents from the innermost dimension outwards, packed; runTime where known at run time only.
/// Rows are given by their padded length.
using Extents = std::vector<int>;

inline Extents flatTensor(int k) {
  return {tileLanes, k, runTime};
}
inline Extents imageTensor(int width, int height, int channels) {
  return {tileLanes, width, height, channels, runTime};
}

/// An input buffer with these extents: min 0, constant strides as far as extents are constant,
/// aligned to 64 bytes.
Halide::ImageParam inputBuffer(Halide::Type type, const std::string &name, const Extents &extents);

/// The same for the outputs of `func`, all of the same extents.
void constrainOutputs(Halide::Func func, const Extents &extents);

/// The elements of a Tuple that an update reads before it writes any of them. Halide 21 does not
/// see what a value reads inside of a call (sqrt, strict_lt: SplitTuples.cpp, Checker) and may then
/// store one element before another is read, so the reads are bound by name around every value.
class OldElements {
public:
  explicit OldElements(const std::vector<Halide::Expr> &reads);
  const Halide::Expr &operator[](size_t i) const { return names[i]; }
  Halide::Tuple bind(std::vector<Halide::Expr> values) const;

private:
  std::vector<Halide::Expr> reads, names;
};

} // namespace nnx::kernels
