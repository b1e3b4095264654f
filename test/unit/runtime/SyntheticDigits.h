// Small data sets in the form of MNIST for tests, in a folder that goes away with them.
#pragma once

#include "runtime/data/Dataset.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace nnxrt::test {

/// A new empty folder, removed at the end.
class ScratchFolder {
public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;

  [[nodiscard]] std::filesystem::path operator/(const std::string &name) const {
    return path / name;
  }
  const std::filesystem::path path;
};

using Bytes = std::vector<uint8_t>;

void writeFile(const std::filesystem::path &path, const Bytes &bytes);
Bytes readBytes(const std::filesystem::path &path);
Bytes gzip(const Bytes &bytes);

/// An IDX file of unsigned bytes.
Bytes idxFile(const std::vector<uint32_t> &dims, const Bytes &elements);

/// Blobs that a linear classifier can tell apart: `count` samples of 28 x 28, 10 classes.
struct Digits {
  Bytes pixels, labels;
};
Digits makeDigits(uint32_t count, uint32_t seed);

/// Writes the four files that the fake study names.
void writeDigits(const std::filesystem::path &folder, uint32_t train, uint32_t test);

} // namespace nnxrt::test
