// Reading a file, plain or gzip, as a stream of bytes.
#include "runtime/data/FileBytes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <zlib.h>

using namespace nnxrt;

namespace {
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0)
      close(number);
  }
};
} // namespace

FileBytes::FileBytes(const std::filesystem::path &path) {
  const auto fail = [&](const char *what) {
    throw DataError(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
  };
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat info{};
  if (file.number < 0 || fstat(file.number, &info) != 0)
    fail("cannot be opened");
  if (!S_ISREG(info.st_mode))
    throw DataError(fmt::format("{}: is no regular file", path.string()));
  const auto expected = static_cast<uint64_t>(info.st_size);
  memory = Memory(expected);
  while (length < expected) {
    const ssize_t got = ::read(file.number, memory.data() + length, expected - length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      fail("cannot be read");
    if (got == 0)
      throw DataError(fmt::format("{}: became shorter while it was read", path.string()));
    length += static_cast<uint64_t>(got);
  }
}

bool FileBytes::isGzip() const {
  return length >= 2 && memory.data()[0] == std::byte{0x1f} && memory.data()[1] == std::byte{0x8b};
}

Memory FileBytes::takeBehind(uint64_t bytes) {
  memory.dropFirst(bytes);
  length = 0;
  return std::move(memory);
}

struct ByteStream::Inflater {
  z_stream stream{};
  bool between = false; // members: one has ended, the next has not begun

  Inflater() {
    if (inflateInit2(&stream, 15 + 16) != Z_OK) // window of 32 KiB, gzip header
      throw MemoryError("not enough memory to unpack a file");
  }
  ~Inflater() { inflateEnd(&stream); }
};

ByteStream::ByteStream(const FileBytes &file, std::string name)
    : rest(file.bytes()), fileLength(file.bytes().size()), name(std::move(name)) {
  if (file.isGzip())
    inflater = std::make_unique<Inflater>();
}

ByteStream::~ByteStream() = default;

uint64_t ByteStream::limit() const {
  return inflater ? fileLength * 1032 : fileLength; // https://zlib.net/zlib_tech.html
}

uint64_t ByteStream::read(std::span<std::byte> target) {
  if (inflater)
    return inflateInto(target);
  const uint64_t count = std::min<uint64_t>(target.size(), rest.size());
  if (count != 0)
    std::memcpy(target.data(), rest.data(), count);
  rest = rest.subspan(count);
  return count;
}

uint64_t ByteStream::inflateInto(std::span<std::byte> target) {
  static constexpr uint64_t piece = uint64_t{1} << 30; // zlib counts in 32 bits
  z_stream &stream = inflater->stream;
  uint64_t done = 0;
  while (done < target.size()) {
    if (inflater->between) {
      if (rest.empty())
        break;
      inflateReset(&stream);
      inflater->between = false;
    }
    const auto in = static_cast<uInt>(std::min<uint64_t>(piece, rest.size()));
    const auto out = static_cast<uInt>(std::min<uint64_t>(piece, target.size() - done));
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(rest.data()));
    stream.avail_in = in;
    stream.next_out = reinterpret_cast<Bytef *>(target.data() + done);
    stream.avail_out = out;
    const int status = inflate(&stream, Z_NO_FLUSH);
    const uint64_t place = fileLength - rest.size() + (in - stream.avail_in);
    rest = rest.subspan(in - stream.avail_in);
    done += out - stream.avail_out;
    if (status == Z_STREAM_END)
      inflater->between = true;
    else if (status == Z_BUF_ERROR || (status == Z_OK && rest.empty() && stream.avail_out != 0))
      throw DataError(fmt::format("{}: the gzip data breaks off at byte {}", name, place));
    else if (status != Z_OK)
      throw DataError(
          fmt::format("{}: corrupt gzip data at byte {}: {}", name, place,
                      stream.msg != nullptr ? stream.msg : "wrong header or check sum"));
  }
  return done;
}
