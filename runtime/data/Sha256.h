// SHA-256 digests of files and weights, by OpenSSL, which uses the processor's own instructions for
// it where there are some: five times faster than portable code, and a trainer digests all its data
// at its start.
#pragma once

#include <cstddef>
#include <openssl/sha.h>
#include <span>
#include <string>

namespace nnxrt {

class Sha256 {
public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  /// Lower-case hex of everything added; to be called once.
  std::string hex();

private:
  SHA256_CTX state{};
};

std::string sha256Hex(std::span<const std::byte> bytes);

} // namespace nnxrt
