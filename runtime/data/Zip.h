// Members of a zip archive, as numpy.savez and numpy.savez_compressed write them.
#pragma once

#include "runtime/device/Memory.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nnxrt {

struct ZipMember {
  Memory contents;
  uint64_t length = 0;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {contents.data(), length}; }
};

/// Unpacks member `wanted`, stored or deflated, and checks its check sum. Throws DataError: an
/// archive that is damaged, encrypted, of several parts or beyond 4 GiB, or without the member.
ZipMember readZipMember(std::span<const std::byte> archive, const std::string &wanted,
                        const std::string &name);

} // namespace nnxrt
