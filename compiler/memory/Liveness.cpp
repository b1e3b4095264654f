// Lifetimes of buffers in straight-line code.
#include "compiler/memory/Liveness.h"

namespace nnx::memory {

std::vector<Lifetime> computeLifetimes(const std::vector<uint32_t> &aliasOf,
                                       const std::vector<std::vector<uint32_t>> &uses) {
  std::vector<Lifetime> lifetimes(aliasOf.size());
  for (std::size_t call = 0; call < uses.size(); ++call) {
    for (uint32_t buffer : uses[call]) {
      while (aliasOf[buffer] != noAlias)
        buffer = aliasOf[buffer];
      Lifetime &lifetime = lifetimes[buffer];
      if (!lifetime.isUsed())
        lifetime.firstUse = int(call);
      lifetime.lastUse = int(call);
    }
  }
  return lifetimes;
}

} // namespace nnx::memory
