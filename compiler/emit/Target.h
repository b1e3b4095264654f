// The CPU a study is compiled for, as kernels and LLVM see it.
#pragma once

#include "compiler/kernels/KernelTarget.h"

#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace nnx::emit {

// Reads the value of --target: `host` asks this CPU and its operating system; `x86-64-v3`,
// `x86-64-v4` and explicit lists are those of kernels::parseKernelTarget.
llvm::Expected<kernels::KernelTarget> parseTarget(llvm::StringRef text);

// LLVM's machine for the code around the kernels: position-independent, O2.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine();

} // namespace nnx::emit
