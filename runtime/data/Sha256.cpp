// SHA-256 digests of files and weights, by OpenSSL.
// Its newer interface (EVP) brings 4 MB of other algorithms into every trainer that is linked with
// it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "runtime/data/Sha256.h"

#include <array>

using namespace nnxrt;

Sha256::Sha256() {
  SHA256_Init(&state);
}

void Sha256::add(std::span<const std::byte> bytes) {
  SHA256_Update(&state, bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &state);
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
