// A folder for the intermediate files of one build, removed with everything in it at the end.
#pragma once

#include "llvm/Support/Error.h"

#include <string>

namespace nnx::emit {

class ScratchFolder {
public:
  // Fails where the system's folder for temporary files cannot be written.
  static llvm::Expected<ScratchFolder> create();

  ScratchFolder(ScratchFolder &&other) noexcept : root(std::move(other.root)) {
    other.root.clear();
  }
  ScratchFolder &operator=(ScratchFolder &&) = delete;
  ~ScratchFolder();

  std::string pathOf(llvm::StringRef name) const;

private:
  explicit ScratchFolder(std::string root) : root(std::move(root)) {}

  std::string root;
};

} // namespace nnx::emit
