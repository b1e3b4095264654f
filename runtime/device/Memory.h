// Large zeroed blocks of memory for weights, arenas and samples.
#pragma once

#include "runtime/device/RunError.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace nnxrt {

/// The system does not give the memory that is asked for; the message says how much.
struct MemoryError : RunError {
  using RunError::RunError;
};

/// A block that starts on a page, is zero, and goes back to the system when it ends. Blocks of two
/// megabytes and more start on such a boundary and ask for huge pages: the samples and the weights
/// of a dense layer are walked with strides that would miss in a TLB of small pages.
class Memory {
public:
  Memory() = default;
  explicit Memory(uint64_t bytes); // throws MemoryError
  Memory(Memory &&other) noexcept
      : start(std::exchange(other.start, nullptr)), mapped(std::exchange(other.mapped, 0)),
        dropped(std::exchange(other.dropped, 0)) {}
  Memory &operator=(Memory &&other) noexcept {
    std::swap(start, other.start);
    std::swap(mapped, other.mapped);
    std::swap(dropped, other.dropped);
    return *this;
  }
  ~Memory();

  /// Moves the start of the block behind its first `bytes`.
  void dropFirst(uint64_t bytes) { dropped += bytes; }

  [[nodiscard]] std::byte *data() const { return start + dropped; }
  [[nodiscard]] uint64_t size() const { return mapped - dropped; } // up to the end of a page

private:
  std::byte *start = nullptr;
  uint64_t mapped = 0, dropped = 0;
};

/// Throws MemoryError if the system does not have `bytes` to give.
void demandMemory(uint64_t bytes);

/// "1.5 GiB"
std::string bytesText(uint64_t bytes);

} // namespace nnxrt
