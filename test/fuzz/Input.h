// The input of a fuzzer as a file, for readers that take paths.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace nnx::fuzz {

/// A file in memory, gone with the object.
class Input {
public:
  explicit Input(std::span<const uint8_t> bytes) : descriptor(memfd_create("input", 0)) {
    if (descriptor < 0 || write(descriptor, bytes.data(), bytes.size()) != ssize_t(bytes.size()))
      std::abort();
  }
  ~Input() { close(descriptor); }
  Input(const Input &) = delete;
  Input &operator=(const Input &) = delete;

  [[nodiscard]] std::filesystem::path path() const {
    return "/proc/self/fd/" + std::to_string(descriptor);
  }

private:
  int descriptor;
};

} // namespace nnx::fuzz
