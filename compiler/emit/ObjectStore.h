// Files kept between builds under the hash of what they were made from. Any number of processes may
// share a folder: an entry appears whole, by a rename, and is checked whenever it is read.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>

namespace nnx::emit {

class ObjectStore {
public:
  static constexpr uint64_t defaultLimit = uint64_t(512) << 20;

  // The folder is made when the first entry is saved.
  explicit ObjectStore(std::string folder, uint64_t limitBytes = defaultLimit);

  // $NNX_KERNEL_CACHE, else $XDG_CACHE_HOME/nnx/kernels, else ~/.cache/nnx/kernels.
  static std::string defaultFolder();

  const std::string &folder() const { return root; }

  // The content saved under `key`, or nothing. A damaged entry is removed and counts as absent.
  std::optional<std::string> load(llvm::StringRef key) const;

  // True where an entry of this key exists, whatever its state.
  bool contains(llvm::StringRef key) const;

  // Fails where the folder cannot be made or written, or the disk is full; nothing is left then.
  llvm::Error save(llvm::StringRef key, llvm::StringRef content) const;

  // Removes the entries used longest ago until the rest takes three quarters of the limit, if all
  // of them together are beyond it, and temporary files that a killed process left.
  void trim() const;

private:
  std::string pathOf(llvm::StringRef key) const;

  std::string root;
  uint64_t limitBytes;
};

} // namespace nnx::emit
