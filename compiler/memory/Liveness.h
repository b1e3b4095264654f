// When each buffer of a straight list of kernel calls holds something that is still needed. Plain
// data: buffers and calls are numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnx::memory {

inline constexpr uint32_t noAlias = UINT32_MAX;

// Calls in which a buffer lives, both included. A buffer that no call uses has no calls.
struct Lifetime {
  int firstUse = -1, lastUse = -1;

  bool isUsed() const { return firstUse >= 0; }
  bool operator==(const Lifetime &) const = default;
};

// `uses[i]` are the buffers that call i reads or writes; `aliasOf[b]` is the buffer whose memory b
// views, or noAlias. A use of a view is a use of the buffer behind it, and a view's own lifetime
// stays empty. `aliasOf` must hold no cycle.
std::vector<Lifetime> computeLifetimes(const std::vector<uint32_t> &aliasOf,
                                       const std::vector<std::vector<uint32_t>> &uses);

} // namespace nnx::memory
