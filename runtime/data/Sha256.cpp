// SHA-256 digests of files and weights, by libsodium.
#include "runtime/data/Sha256.h"

#include <array>

using namespace nnxrt;

void Sha256::add(std::span<const std::byte> bytes) {
  crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char *>(bytes.data()),
                            bytes.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256_final(&state, digest.data());
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string nnxrt::sha256Hex(std::span<const std::byte> bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}
