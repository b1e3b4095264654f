// The object files of a study's kernels: from the store, or compiled on all cores.
#pragma once

#include "compiler/emit/ObjectStore.h"
#include "compiler/emit/ScratchFolder.h"
#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/KernelTarget.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace nnx::emit {

struct KernelObject {
  std::string symbol;
  std::string path; // in the scratch folder
  bool compiled = false;
};

// One object for each spec, in the order given; specs may repeat. A store that cannot be written
// costs a warning, since the objects are at hand anyway. Fails with the message of the first kernel
// that does not compile, behind its place among `places`, "file:line:column: " or none for each.
llvm::Expected<std::vector<KernelObject>>
makeKernelObjects(llvm::ArrayRef<kernels::KernelSpec> specs, const kernels::KernelTarget &target,
                  const ObjectStore &store, const ScratchFolder &scratch,
                  llvm::raw_ostream &warnings, llvm::ArrayRef<std::string> places = {});

// True where the store holds the kernel, so that it need not be compiled.
bool isKept(const kernels::KernelSpec &spec, const kernels::KernelTarget &target,
            const ObjectStore &store);

} // namespace nnx::emit
