// Inside of the library: a kernel as Halide sees it, and the functions that make one of each kind.
#pragma once

#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/KernelTarget.h"

#include <Halide.h>
#include <set>
#include <string>
#include <vector>

namespace nnx::kernels {

struct Kernel {
  Halide::Pipeline pipeline;
  std::vector<Halide::Argument> inputs; // in the order of argumentsOf
  bool usesDoubles = false;             // on a GPU, where not all have them
  std::set<std::string> shared{};       // buffers that all models of a launch read
};

#define NNX_KERNEL(kind, attributes, inputs, outputs)                                              \
  Kernel build_##kind(const KernelSpec &spec, const KernelTarget &target);
#include "compiler/kernels/Kernels.def"

// Checks the kind and that the attributes are those of Kernels.def, then builds.
Kernel buildKernel(const KernelSpec &spec, const KernelTarget &target);

} // namespace nnx::kernels
