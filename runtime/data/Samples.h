// Samples that own their memory, on the way from the files of a data set to its shares.
#pragma once

#include "runtime/device/Memory.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nnxrt {

enum class ElementType : uint8_t { byte, real32, real64 };

constexpr uint64_t bytesOf(ElementType type) {
  return type == ElementType::byte ? 1 : type == ElementType::real32 ? 4 : 8;
}

struct Samples {
  std::string name; // of the file, for messages
  uint64_t count = 0, features = 0;
  ElementType type = ElementType::byte;
  Memory elements;             // count x features
  std::vector<uint8_t> labels; // one a sample, or none where `targets` are
  std::vector<float> targets;  // sample after sample

  /// Memory for `count` samples; throws MemoryError before it is taken from a system without it.
  Samples(std::string name, uint64_t count, uint64_t features, ElementType type);
  Samples() = default;

  template <typename T> [[nodiscard]] T *data() const {
    return reinterpret_cast<T *>(elements.data());
  }
  /// One number, whatever its type.
  [[nodiscard]] double number(uint64_t sample, uint64_t feature) const;
};

/// Takes `rows` (ascending) out of `all`: they are returned, the others move together. Both keep
/// their order.
Samples takeRows(Samples &all, std::span<const uint32_t> rows);

} // namespace nnxrt
