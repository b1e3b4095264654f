// From a kernel's spec to an object file. Any number of threads may compile at once; the functions
// throw KernelError, and leave no file behind then.
#pragma once

#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/KernelTarget.h"

#include <string>

namespace nnx::kernels {

// Everything that decides the code of a kernel: spec, formulas of its activation or optimizer,
// Halide's version, the version of the kernels' source, target, asserts.
std::string cacheKeyText(const KernelSpec &spec, const KernelTarget &target);

// A C identifier: the kind and a hash of cacheKeyText, "dense_forward_1f0c9a33d2b87e45".
std::string symbolOf(const KernelSpec &spec, const KernelTarget &target);

// Writes the object file `path` (through a temporary beside it) with one global function, `symbol`.
// It needs Halide's runtime, which the build
// makes as ${CMAKE_BINARY_DIR}/lib/halide_runtime.o (target nnx_halide_runtime).
void compileToObject(const KernelSpec &spec, const KernelTarget &target, const std::string &symbol,
                     const std::string &path);

// Writes the loop nest that the schedule makes, as text.
void compileToLoopNest(const KernelSpec &spec, const KernelTarget &target, const std::string &path);

// Writes the code that a device's driver compiles: PTX for CUDA, OpenCL C.
void compileToDeviceCode(const KernelSpec &spec, const KernelTarget &target,
                         const std::string &path);

// Writes the assembly.
void compileToAssembly(const KernelSpec &spec, const KernelTarget &target,
                       const std::string &symbol, const std::string &path);

} // namespace nnx::kernels
