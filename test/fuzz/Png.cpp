// A PNG image, read at the size that it says, up to 64 x 64. The first byte chooses the channels.
#include "runtime/data/Png.h"
#include "runtime/data/FileBytes.h"

#include <algorithm>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t heightAt = 20, widthAt = 16; // each in four bytes, of which the last counts here
  if (size == 0)
    return 0;
  const auto file = std::as_bytes(std::span(data + 1, size - 1));
  const auto extent = [&](size_t at) {
    return file.size() > at + 3 ? std::clamp<int64_t>(int64_t(file[at + 3]), 1, 64) : 1;
  };
  const int64_t channels = data[0] % 3 == 0 ? 1 : data[0] % 3 == 1 ? 3 : 4;
  std::vector<uint8_t> pixels(static_cast<size_t>(extent(heightAt) * extent(widthAt) * channels));
  try {
    nnxrt::readPng(file, "input", {extent(heightAt), extent(widthAt), channels}, pixels);
  } catch (const nnxrt::DataError &) {
  }
  return 0;
}
