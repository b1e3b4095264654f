// The parts of the ZIP format that archives of arrays use. APPNOTE.TXT of PKWARE, 4.3.
#include "runtime/data/Zip.h"

#include "runtime/data/FileBytes.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>
#include <zlib.h>

using namespace nnxrt;

namespace {
struct Entry {
  std::string_view name;
  uint32_t flags, method, checkSum;
  uint64_t packed, length, place; // place: of the local header
};

class ZipReader {
public:
  ZipReader(std::span<const std::byte> archive, const std::string &name)
      : archive(archive), name(name) {}

  ZipMember read(const std::string &wanted) const {
    std::vector<std::string_view> names;
    for (const Entry &entry : readDirectory()) {
      if (entry.name == wanted)
        return unpack(entry);
      names.push_back(entry.name);
    }
    throw DataError(
        fmt::format("{}: has no member `{}`; it has {}", name, wanted, fmt::join(names, ", ")));
  }

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw DataError(fmt::format("{}: {}", name, what));
  }

  /// A number of `bytes` bytes, little endian.
  [[nodiscard]] uint32_t number(uint64_t place, unsigned bytes) const {
    if (place + bytes > archive.size())
      fail(fmt::format("the archive breaks off at byte {}", archive.size()));
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i)
      value |= static_cast<uint32_t>(archive[place + i]) << 8 * i;
    return value;
  }

  [[nodiscard]] uint64_t findEnd() const {
    constexpr uint64_t size = 22, longestComment = 65535;
    if (archive.size() >= size)
      for (uint64_t back = size; back <= std::min(archive.size(), size + longestComment); ++back)
        if (number(archive.size() - back, 4) == 0x06054b50)
          return archive.size() - back;
    fail("is no zip archive, or breaks off: its directory is missing");
  }

  [[nodiscard]] std::vector<Entry> readDirectory() const {
    const uint64_t end = findEnd();
    if (number(end + 4, 2) != 0 || number(end + 8, 2) != number(end + 10, 2))
      fail("an archive of several parts is not read");
    std::vector<Entry> entries;
    uint64_t at = number(end + 16, 4);
    for (uint32_t left = number(end + 10, 2); left > 0; --left) {
      if (number(at, 4) != 0x02014b50)
        fail(fmt::format("the archive's directory is damaged at byte {}", at));
      const uint32_t nameLength = number(at + 28, 2);
      static_cast<void>(number(at + 46 + nameLength, 0)); // inside the file
      entries.push_back({{reinterpret_cast<const char *>(archive.data()) + at + 46, nameLength},
                         number(at + 8, 2),
                         number(at + 10, 2),
                         number(at + 16, 4),
                         number(at + 20, 4),
                         number(at + 24, 4),
                         number(at + 42, 4)});
      at += 46 + uint64_t{nameLength} + number(at + 30, 2) + number(at + 32, 2);
    }
    return entries;
  }

  [[nodiscard]] ZipMember unpack(const Entry &entry) const {
    constexpr uint64_t tooLarge = 0xffffffff, mostPacked = 1032; // deflate's limit
    constexpr uint32_t stored = 0, deflated = 8, encrypted = 1;
    if ((entry.flags & encrypted) != 0)
      fail(fmt::format("member `{}` is encrypted", entry.name));
    if (entry.packed == tooLarge || entry.length == tooLarge || entry.place == tooLarge)
      fail(fmt::format("member `{}` needs the form for more than 4 GiB, which is not read",
                       entry.name));
    if (entry.method != stored && entry.method != deflated)
      fail(fmt::format("member `{}` is packed by method {}; stored (0) and deflated (8) are read",
                       entry.name, entry.method));
    if (number(entry.place, 4) != 0x04034b50)
      fail(fmt::format("member `{}` is damaged at byte {}", entry.name, entry.place));
    const uint64_t start =
        entry.place + 30 + number(entry.place + 26, 2) + number(entry.place + 28, 2);
    if (start > archive.size() || entry.packed > archive.size() - start)
      fail(fmt::format("breaks off inside member `{}`", entry.name));
    if (entry.method == stored ? entry.length != entry.packed
                               : entry.length / mostPacked > entry.packed)
      fail(fmt::format("member `{}` says {} bytes, more than {} packed ones hold", entry.name,
                       entry.length, entry.packed));
    demandMemory(entry.length);
    ZipMember member{Memory(entry.length), entry.length};
    const auto packed = archive.subspan(start, entry.packed);
    if (entry.method == stored)
      std::ranges::copy(packed, member.contents.data());
    else
      inflateInto(member, packed, entry);
    if (crc32_z(0, reinterpret_cast<const Bytef *>(member.contents.data()), member.length) !=
        entry.checkSum)
      fail(fmt::format("member `{}` is damaged: its check sum is wrong", entry.name));
    return member;
  }

  void inflateInto(const ZipMember &member, std::span<const std::byte> packed,
                   const Entry &entry) const {
    constexpr int rawWindow = -15; // deflate without a header
    z_stream stream{};
    if (inflateInit2(&stream, rawWindow) != Z_OK)
      throw MemoryError("not enough memory to unpack a file");
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef *>(member.contents.data());
    stream.avail_out = static_cast<uInt>(member.length);
    const int status = inflate(&stream, Z_FINISH);
    const uint64_t got = stream.total_out;
    inflateEnd(&stream);
    if (status != Z_STREAM_END || got != member.length)
      fail(fmt::format("member `{}` is damaged: {} of {} bytes unpack", entry.name, got,
                       member.length));
  }

  std::span<const std::byte> archive;
  const std::string &name;
};
} // namespace

ZipMember nnxrt::readZipMember(std::span<const std::byte> archive, const std::string &wanted,
                               const std::string &name) {
  return ZipReader(archive, name).read(wanted);
}
