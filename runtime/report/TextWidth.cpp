// Text on a terminal. Expects UTF-8; a byte that is none counts one column.
#include "runtime/report/TextWidth.h"

#include <cstdint>

namespace nnxrt {

struct Character {
  uint32_t code;
  size_t bytes;
};

static Character nextCharacter(std::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
  const uint8_t first = byte(0);
  const size_t bytes = first < 0x80   ? 1
                       : first < 0xc0 ? 0
                       : first < 0xe0 ? 2
                       : first < 0xf0 ? 3
                                      : 4;
  if (bytes < 2 || text.size() < bytes)
    return {.code = first, .bytes = 1};
  uint32_t code = first & (0xffU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return {.code = first, .bytes = 1};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  return {.code = code, .bytes = bytes};
}

// Blocks of Unicode's EastAsianWidth.txt (W and F) and of its combining marks, as ranges.
static size_t widthOf(uint32_t code) {
  const auto in = [&](uint32_t low, uint32_t high) { return low <= code && code <= high; };
  if (in(0x300, 0x36f) || in(0x200b, 0x200f) || in(0xfe00, 0xfe0f) || in(0x20d0, 0x20ff))
    return 0;
  if (in(0x1100, 0x115f) || in(0x2e80, 0xa4cf) || in(0xac00, 0xd7a3) || in(0xf900, 0xfaff) ||
      in(0xfe30, 0xfe6f) || in(0xff00, 0xff60) || in(0xffe0, 0xffe6) || in(0x1f300, 0x1faff) ||
      in(0x20000, 0x3fffd))
    return 2;
  return 1;
}

size_t textWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character character = nextCharacter(text);
    width += widthOf(character.code);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string cutToWidth(std::string_view text, size_t columns) {
  size_t width = 0, bytes = 0;
  while (bytes < text.size()) {
    const Character character = nextCharacter(text.substr(bytes));
    width += widthOf(character.code);
    if (width > columns)
      break;
    bytes += character.bytes;
  }
  return std::string(text.substr(0, bytes));
}

std::string printable(std::string_view text) {
  std::string result(text);
  for (char &c : result)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return result;
}

std::string padded(std::string text, size_t columns) {
  const size_t width = textWidth(text);
  return std::move(text) + std::string(columns - std::min(columns, width), ' ');
}

} // namespace nnxrt
