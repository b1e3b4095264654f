// Writes protocol buffers: fields, varints and nested messages, which is all that our files need.
// https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace nnx::protobuf {

class Message {
public:
  Message &number(uint32_t field, int64_t value) {
    tag(field, 0);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  Message &real(uint32_t field, float value) { return fixed(field, 5, value); }
  Message &real64(uint32_t field, double value) { return fixed(field, 1, value); }
  Message &text(uint32_t field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    bytes.append(value);
    return *this;
  }
  Message &message(uint32_t field, const Message &value) { return text(field, value.bytes); }

  std::string bytes;

private:
  void tag(uint32_t field, uint32_t wireType) { varint(uint64_t{field} << 3 | wireType); }
  template <typename Real> Message &fixed(uint32_t field, uint32_t wireType, Real value) {
    char bits[sizeof value];
    std::memcpy(bits, &value, sizeof value);
    tag(field, wireType);
    bytes.append(bits, sizeof bits);
    return *this;
  }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      bytes += static_cast<char>(value | 0x80);
    bytes += static_cast<char>(value);
  }
};

} // namespace nnx::protobuf
