// The CPU that kernels are compiled for: an explicit list of features, and what schedules ask of
// it.
#pragma once

#include <string>

namespace nnx::kernels {

struct KernelTarget {
  // Halide's notation, without the switches below: "x86-64-linux-avx-avx2-f16c-fma-sse41".
  std::string text;
  bool asserts = false; // check every buffer's bounds and strides (tests)

  int vectorRegisters = 16;
  int vectorLanes = 8; // floats in one register

  bool operator==(const KernelTarget &) const = default;
};

// Reads a target from its text; the parts may come in any order. Accepted beside the names of
// features: `x86-64-v3` and `x86-64-v4` for the usual sets. Throws KernelError for an unknown name
// or a set that is neither AVX2 with FMA nor that with AVX-512 F, BW, CD, DQ and VL.
KernelTarget parseKernelTarget(const std::string &text);

// The better of the two sets that this CPU and its operating system offer, asked by CPUID. Throws
// KernelError where AVX2, FMA or F16C is missing.
KernelTarget hostKernelTarget();

} // namespace nnx::kernels
