// A PNG image as bytes, by libpng.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace nnxrt {

/// Unpacks `file` into `pixels`, row by row, as `shape` has it: height, width, and 1 (grey), 3
/// (red, green, blue) or 4 channels (and opacity). A file of another kind is converted by libpng:
/// 16 bits to 8, a palette to its colours, colours to grey by their luminance, what is transparent
/// onto black. Throws DataError: no PNG, damaged, or of another size, which is known before it is
/// unpacked.
void readPng(std::span<const std::byte> file, const std::string &name,
             const std::array<int64_t, 3> &shape, std::span<uint8_t> pixels);

} // namespace nnxrt
