// Links a study's object files, in this process and without a C++ compiler.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace nnx::emit {

enum class LinkMode {
  Trainer, // an executable: the objects with the runtime's main
  Shared   // a shared library that exports nnxrt_study_table and takes halide_* from its loader
};

// The folder with the runtime that trainers are linked with: nnx_runner.o, made when nnx is built,
// and what libc needs around a program. $NNX_RUNTIME_DIR, else ../lib beside the running
// executable's folder.
std::string runtimeFolder();

// The file of the runtime of this name; fails where it is missing.
llvm::Expected<std::string> findRuntimeFile(llvm::StringRef name);

// Writes `output` through a temporary file beside it, so that it is whole or absent. Fails with the
// linker's own messages, or where a file of the runtime is missing.
llvm::Error link(LinkMode mode, llvm::ArrayRef<std::string> objects, llvm::StringRef output);

} // namespace nnx::emit
