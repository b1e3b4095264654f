// The processor's own instruction for CRC-32C; every x86-64 with AVX2 has it.
#include "Records.h"

#include <cstdint>
#include <cstring>
#include <nmmintrin.h>

namespace nnx::tensorboard {

[[gnu::target("sse4.2")]] static uint32_t maskedCrc(std::string_view data) {
  uint32_t crc = 0xffffffff;
  for (const char byte : data)
    crc = _mm_crc32_u8(crc, static_cast<uint8_t>(byte));
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8; // so that a CRC may stand in data of a CRC
}

template <typename T> static std::string bytesOf(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string recordOf(std::string_view data) {
  const std::string length = bytesOf(uint64_t{data.size()});
  return length + bytesOf(maskedCrc(length)) + std::string(data) + bytesOf(maskedCrc(data));
}

} // namespace nnx::tensorboard
