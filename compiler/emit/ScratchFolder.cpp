// A private folder under the system's folder for temporary files.
#include "compiler/emit/ScratchFolder.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace nnx::emit {

llvm::Expected<ScratchFolder> ScratchFolder::create() {
  llvm::SmallString<128> path;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("nnxc", path))
    return llvm::createFileError(path.empty() ? "temporary folder" : path.str(), error);
  return ScratchFolder(std::string(path));
}

ScratchFolder::~ScratchFolder() {
  if (!root.empty())
    (void)llvm::sys::fs::remove_directories(root);
}

std::string ScratchFolder::pathOf(llvm::StringRef name) const {
  llvm::SmallString<128> path(root);
  llvm::sys::path::append(path, name);
  return std::string(path);
}

} // namespace nnx::emit
