// Reading the IDX format.
#include "runtime/data/Idx.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace nnxrt;

namespace {
struct IdxType {
  uint8_t code;
  const char *name;
};
constexpr uint8_t unsignedByte = 0x08;
constexpr std::array<IdxType, 6> idxTypes{{{unsignedByte, "unsigned bytes"},
                                           {0x09, "signed bytes"},
                                           {0x0b, "16-bit integers"},
                                           {0x0c, "32-bit integers"},
                                           {0x0d, "32-bit floats"},
                                           {0x0e, "64-bit floats"}}};
constexpr unsigned mostDimensions = 8; // far more than images have; keeps the header small
} // namespace

static const char *nameOfType(uint8_t code) {
  for (const IdxType &type : idxTypes)
    if (type.code == code)
      return type.name;
  return nullptr;
}

IdxArray nnxrt::readIdx(FileBytes file, const std::string &name) {
  ByteStream stream(file, name);
  std::array<std::byte, 4> magic{};
  const uint64_t got = stream.read(magic);
  if (got < magic.size())
    throw DataError(
        fmt::format("{}: {} bytes are too short for the header of an IDX file", name, got));
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0})
    throw DataError(
        fmt::format("{}: is no IDX file: starts with the bytes {:02x} {:02x}, not 00 00", name,
                    static_cast<int>(magic[0]), static_cast<int>(magic[1])));
  const auto code = static_cast<uint8_t>(magic[2]);
  if (code != unsignedByte) {
    const char *const type = nameOfType(code);
    throw DataError(
        fmt::format("{}: byte 2: the element type is {:#04x} ({}); unsigned bytes (0x08) "
                    "are read",
                    name, code, type != nullptr ? type : "unknown"));
  }
  const auto rank = static_cast<unsigned>(magic[3]);
  if (rank == 0 || rank > mostDimensions)
    throw DataError(
        fmt::format("{}: byte 3: {} dimensions; 1 to {} can be", name, rank, mostDimensions));

  std::array<std::byte, size_t{4} * mostDimensions> header{};
  if (stream.read(std::span(header).first(size_t{4} * rank)) < size_t{4} * rank)
    throw DataError(
        fmt::format("{}: breaks off inside its header of {} bytes", name, 4 + 4 * rank));
  IdxArray array{name, {}, {}};
  uint64_t count = 1;
  bool overflow = false;
  for (unsigned d = 0; d < rank; ++d) {
    uint64_t extent = 0;
    for (unsigned byte = 0; byte < 4; ++byte)
      extent = extent << 8 | static_cast<uint64_t>(header[4 * d + byte]);
    array.dims.push_back(extent);
    overflow |= __builtin_mul_overflow(count, extent, &count);
  }
  const uint64_t headerBytes = 4 + uint64_t{4} * rank;
  const std::string shape = fmt::format("{}", fmt::join(array.dims, "x"));
  if (std::ranges::count(array.dims, 0U) != 0)
    throw DataError(fmt::format("{}: the header says {}: no elements", name, shape));
  if (overflow || count > stream.limit())
    throw DataError(fmt::format("{}: the header says {}, more than a file of {} bytes can hold: "
                                "truncated, or no IDX file",
                                name, shape, file.bytes().size()));
  uint64_t held = file.bytes().size() - std::min<uint64_t>(file.bytes().size(), headerBytes);
  if (file.isGzip()) {
    array.elements = Memory(count);
    held = stream.read({array.elements.data(), count});
    std::array<std::byte, 1> extra{};
    held += stream.read(extra);
  }
  if (held < count)
    throw DataError(fmt::format("{}: truncated: the header says {}, {} bytes, but {} are there",
                                name, shape, headerBytes + count, headerBytes + held));
  if (held > count)
    throw DataError(fmt::format("{}: the header says {}, {} bytes, but more follow", name, shape,
                                headerBytes + count));
  if (!file.isGzip())
    array.elements = file.takeBehind(headerBytes);
  return array;
}
