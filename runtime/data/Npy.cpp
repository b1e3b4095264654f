// Reading the NPY format: magic, version, length of the header, a header in Python's notation, the
// elements.
#include "runtime/data/Npy.h"

#include "runtime/data/FileBytes.h"

#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

using namespace nnxrt;

namespace {
constexpr size_t mostDimensions = 8;

struct NpyType {
  std::string_view text;
  char kind;
  unsigned bytes;
};
constexpr std::array<NpyType, 5> npyTypes{
    {{"|u1", 'u', 1}, {"<i4", 'i', 4}, {"<i8", 'i', 8}, {"<f4", 'f', 4}, {"<f8", 'f', 8}}};

/// The header: {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }
class HeaderReader {
public:
  HeaderReader(std::string_view text, NpyArray &array) : text(text), array(array) {}

  void read() {
    expect("{");
    while (!accept("}")) {
      const std::string_view key = readText();
      expect(":");
      if (key == "descr")
        readType();
      else if (key == "fortran_order")
        readOrder();
      else if (key == "shape")
        readShape();
      else
        fail(fmt::format("the unknown key `{}`", key));
      if (!accept(","))
        expectNext("}");
    }
    if (!hasType || !hasOrder || !hasShape)
      fail("no `descr`, `fortran_order` or `shape`");
  }

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw DataError(fmt::format("{}: the NPY header has {} at character {}", array.name, what, at));
  }

  void skipSpace() { at = std::min(text.find_first_not_of(" \t\n", at), text.size()); }
  bool accept(std::string_view token) {
    skipSpace();
    if (!text.substr(at).starts_with(token))
      return false;
    at += token.size();
    return true;
  }
  void expectNext(std::string_view token) {
    skipSpace();
    if (!text.substr(at).starts_with(token))
      fail(fmt::format("no `{}`", token));
  }
  void expect(std::string_view token) {
    expectNext(token);
    at += token.size();
  }

  std::string_view readText() {
    skipSpace();
    if (at == text.size() || (text[at] != '\'' && text[at] != '"'))
      fail("no text");
    const size_t first = at + 1, end = text.find(text[at], first);
    if (end == std::string_view::npos)
      fail("a text without an end");
    at = end + 1;
    return text.substr(first, end - first);
  }

  void readType() {
    expectNextIsText();
    const std::string_view type = readText();
    for (const NpyType &known : npyTypes)
      if (type == known.text) {
        array.kind = known.kind;
        array.bytes = known.bytes;
        hasType = true;
        return;
      }
    throw DataError(fmt::format(
        "{}: elements of type `{}`; read are u1, and i4, i8, f4 and f8 in "
        "little endian order{}",
        array.name, type,
        type.find('O') != std::string_view::npos ? " (this file holds Python objects)" : ""));
  }

  /// A structured type is a list.
  void expectNextIsText() {
    skipSpace();
    if (at < text.size() && text[at] == '[')
      throw DataError(fmt::format("{}: holds records of several fields; arrays of numbers are read",
                                  array.name));
  }

  void readOrder() {
    if (accept("True"))
      throw DataError(fmt::format("{}: the array lies in Fortran order; save it with "
                                  "numpy.ascontiguousarray",
                                  array.name));
    expect("False");
    hasOrder = true;
  }

  void readShape() {
    expect("(");
    while (!accept(")")) {
      skipSpace();
      uint64_t extent = 0;
      const auto [end, error] =
          std::from_chars(text.data() + at, text.data() + text.size(), extent);
      if (error != std::errc())
        fail("no extent");
      at = static_cast<size_t>(end - text.data());
      array.dims.push_back(extent);
      if (array.dims.size() > mostDimensions)
        fail(fmt::format("more than {} dimensions", mostDimensions));
      if (!accept(","))
        expectNext(")");
    }
    hasShape = true;
  }

  std::string_view text;
  NpyArray &array;
  size_t at = 0;
  bool hasType = false, hasOrder = false, hasShape = false;
};
} // namespace

double NpyArray::number(uint64_t index) const {
  const auto as = [&]<typename T>(T value) {
    std::memcpy(&value, elements.data() + index * sizeof(T), sizeof(T));
    return static_cast<double>(value);
  };
  if (kind == 'u')
    return as(uint8_t{0});
  if (kind == 'i')
    return bytes == 4 ? as(int32_t{0}) : as(int64_t{0});
  return bytes == 4 ? as(0.0F) : as(0.0);
}

NpyArray nnxrt::readNpy(std::span<const std::byte> file, const std::string &name) {
  constexpr std::string_view magic = "\x93NUMPY";
  const auto byteAt = [&](size_t place) { return static_cast<uint32_t>(file[place]); };
  const std::string_view text(reinterpret_cast<const char *>(file.data()), file.size());
  if (!text.starts_with(magic))
    throw DataError(fmt::format("{}: is no NPY file: it does not start with \\x93NUMPY", name));
  const uint32_t version = file.size() > 6 ? byteAt(6) : 0;
  const size_t start = version == 1 ? 10 : 12; // behind a length of two or four bytes
  if (file.size() < start)
    throw DataError(fmt::format("{}: breaks off inside its header", name));
  if (version < 1 || version > 3)
    throw DataError(fmt::format("{}: NPY version {}; 1 to 3 are read", name, version));
  uint64_t length = byteAt(8) | byteAt(9) << 8;
  if (version > 1)
    length |= byteAt(10) << 16 | byteAt(11) << 24;
  if (length > file.size() - start)
    throw DataError(fmt::format("{}: breaks off inside its header of {} bytes", name, length));
  NpyArray array;
  array.name = name;
  HeaderReader(text.substr(start, length), array).read();
  array.elements = file.subspan(start + length);
  array.count = 1;
  uint64_t bytes = array.bytes;
  for (const uint64_t extent : array.dims)
    if (__builtin_mul_overflow(array.count, extent, &array.count) ||
        __builtin_mul_overflow(bytes, extent, &bytes))
      throw DataError(fmt::format("{}: the header says {}: more than memory holds", name,
                                  fmt::join(array.dims, "x")));
  if (bytes != array.elements.size())
    throw DataError(fmt::format("{}: the header says {} numbers ({}), {} bytes, but {} follow",
                                name, array.count, fmt::join(array.dims, "x"), bytes,
                                array.elements.size()));
  return array;
}
