// Arrays of NumPy: files of their own (.npy) and members of archives (.npz).
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include "runtime/device/Memory.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nnxrt {

/// A view of an array's numbers, which live as long as the bytes it was read from.
struct NpyArray {
  std::string name; // for messages
  std::vector<uint64_t> dims;
  char kind = 'u';    // 'u', 'i' or 'f', as NumPy calls them, of
  unsigned bytes = 1; // u1, i4, i8, f4 or f8, little endian
  uint64_t count = 0; // the product of dims
  std::span<const std::byte> elements;

  [[nodiscard]] double number(uint64_t index) const;
  [[nodiscard]] bool isBytes() const { return kind == 'u'; }
};

/// Reads versions 1 to 3 in C order. Throws DataError for anything else, and unless the length is
/// exactly what the header says.
NpyArray readNpy(std::span<const std::byte> file, const std::string &name);

} // namespace nnxrt
