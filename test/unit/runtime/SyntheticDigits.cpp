// Small data sets for tests.
#include "test/unit/runtime/SyntheticDigits.h"

#include <fstream>
#include <iterator>
#include <random>
#include <stdlib.h>
#include <zlib.h>

using namespace nnxrt;
using namespace nnxrt::test;
namespace fs = std::filesystem;

static fs::path makeScratch() {
  std::string name = (fs::temp_directory_path() / "nnx-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no scratch folder");
  return name;
}

ScratchFolder::ScratchFolder() : path(makeScratch()) {}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

void test::writeFile(const fs::path &path, const Bytes &bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char *>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

Bytes test::readBytes(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Bytes test::gzip(const Bytes &bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&stream, bytes.size()) + 64);
  stream.next_in = const_cast<Bytef *>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Bytes test::idxFile(const std::vector<uint32_t> &dims, const Bytes &elements) {
  Bytes bytes{0, 0, 8, static_cast<uint8_t>(dims.size())};
  for (const uint32_t dim : dims)
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<uint8_t>(dim >> shift));
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

Digits test::makeDigits(uint32_t count, uint32_t seed) {
  constexpr uint32_t pixels = 28 * 28, classes = 10;
  std::mt19937 random(seed);
  Digits digits;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t label = random() % classes;
    digits.labels.push_back(static_cast<uint8_t>(label));
    for (uint32_t p = 0; p < pixels; ++p)
      digits.pixels.push_back(
          static_cast<uint8_t>(random() % 100 + (p / 28 % classes == label ? 100 : 0)));
  }
  return digits;
}

void test::writeDigits(const fs::path &folder, uint32_t train, uint32_t test) {
  for (const auto &[name, count, seed] :
       {std::tuple("train", train, 1U), std::tuple("test", test, 2U)}) {
    const Digits digits = makeDigits(count, seed);
    writeFile(folder / (std::string(name) + "-images"), idxFile({count, 28, 28}, digits.pixels));
    writeFile(folder / (std::string(name) + "-labels"), idxFile({count}, digits.labels));
  }
}
