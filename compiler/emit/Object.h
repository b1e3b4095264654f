// LLVM IR to an object file or to assembly.
#pragma once

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <string>

namespace nnx::emit {

enum class CodeForm { Object, Assembly };

// Optimizes the module (O2) for the target of createTargetMachine and returns the file's content.
llvm::Expected<std::string> emitCode(llvm::Module &module, CodeForm form);

} // namespace nnx::emit
