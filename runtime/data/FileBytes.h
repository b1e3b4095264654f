// Reading a file, plain or gzip, as a stream of bytes whose length must come out exactly.
#pragma once

#include "runtime/device/Memory.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace nnxrt {

/// A file of a data set is missing or wrong. The message starts with the file's name.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The contents of a file on the disk, read whole: a mapping would end the program when somebody
/// shortens the file while it trains.
class FileBytes {
public:
  /// Throws DataError (cannot be opened or read, a folder) and MemoryError.
  explicit FileBytes(const std::filesystem::path &path);

  [[nodiscard]] std::span<const std::byte> bytes() const { return {memory.data(), length}; }
  [[nodiscard]] bool isGzip() const;
  /// The memory itself, which starts behind the first `bytes`; nothing is left here.
  Memory takeBehind(uint64_t bytes);

private:
  Memory memory;
  uint64_t length = 0;
};

/// The bytes of a file in order, unpacked if it is gzip (members one after another count as one).
class ByteStream {
public:
  ByteStream(const FileBytes &file, std::string name);
  ~ByteStream();
  ByteStream(const ByteStream &) = delete;
  ByteStream &operator=(const ByteStream &) = delete;

  /// Fills `target` as far as the stream goes; returns how many bytes that was. Throws DataError
  /// where the packed data is corrupt or breaks off.
  uint64_t read(std::span<std::byte> target);

  /// The most bytes the whole stream can hold: its length, or for gzip 1032 times the packed
  /// length, deflate's limit. A header that promises more is wrong, whatever it says.
  [[nodiscard]] uint64_t limit() const;

private:
  struct Inflater;
  uint64_t inflateInto(std::span<std::byte> target);

  std::span<const std::byte> rest; // not yet read, or not yet given to the inflater
  uint64_t fileLength;
  std::string name;
  std::unique_ptr<Inflater> inflater; // null: the file is plain
};

} // namespace nnxrt
