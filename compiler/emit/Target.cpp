// Targets: from the command line's text to Halide's and LLVM's notations.
#include "compiler/emit/Target.h"

#include "compiler/kernels/KernelSpec.h"

#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"

namespace nnx::emit {

llvm::Expected<kernels::KernelTarget> parseTarget(llvm::StringRef text) {
  try {
    return text == "host" ? kernels::hostKernelTarget() : kernels::parseKernelTarget(text.str());
  } catch (const kernels::KernelError &error) {
    return llvm::createStringError(error.what());
  }
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string message;
  const llvm::Target *registered = llvm::TargetRegistry::lookupTarget(triple, message);
  if (!registered)
    return llvm::createStringError(message);
  // The code around the kernels only calls them: every x86-64 runs it, and none runs it faster.
  llvm::StringRef cpu = "x86-64";
  std::unique_ptr<llvm::TargetMachine> machine(registered->createTargetMachine(
      triple, cpu, /*Features=*/"", llvm::TargetOptions(), llvm::Reloc::PIC_));
  machine->setOptLevel(llvm::CodeGenOptLevel::Default);
  return machine;
}

} // namespace nnx::emit
