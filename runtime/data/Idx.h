// The IDX format of MNIST: a big-endian header (two zero bytes, the element type, the number of
// dimensions, the dimensions) and the elements, row major. http://yann.lecun.com/exdb/mnist
#pragma once

#include "runtime/data/FileBytes.h"

#include <cstdint>
#include <string>
#include <vector>

namespace nnxrt {

/// An array of unsigned bytes.
struct IdxArray {
  std::string name; // the file, for messages
  std::vector<uint64_t> dims;
  Memory elements; // the product of dims

  [[nodiscard]] const uint8_t *data() const {
    return reinterpret_cast<const uint8_t *>(elements.data());
  }
};

/// Reads `file`, plain or gzip, whose messages call it `name`. Throws DataError unless it is an IDX
/// file of unsigned bytes whose length is exactly what its header says. The elements of a plain
/// file stay where they were read to.
IdxArray readIdx(FileBytes file, const std::string &name);

} // namespace nnxrt
