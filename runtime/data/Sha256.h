// SHA-256 digests of files and weights, by libsodium.
#pragma once

#include <cstddef>
#include <sodium/crypto_hash_sha256.h>
#include <span>
#include <string>

namespace nnxrt {

class Sha256 {
public:
  Sha256() { crypto_hash_sha256_init(&state); }
  void add(std::span<const std::byte> bytes);
  /// Lower-case hex of everything added; to be called once.
  std::string hex();

private:
  crypto_hash_sha256_state state;
};

std::string sha256Hex(std::span<const std::byte> bytes);

} // namespace nnxrt
