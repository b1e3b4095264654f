// Data sets of tests: files in a folder that goes away, and what loading them says.
#pragma once

#include "runtime/data/Dataset.h"

#include "test/unit/runtime/SyntheticDigits.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sodium/utils.h>

#include <fstream>
#include <stdexcept>

namespace nnxrt::test {

inline nlohmann::json goldenData() {
  std::ifstream file(NNX_SOURCE_DIR "/test/golden/data.json");
  return nlohmann::json::parse(file);
}

inline Bytes fromBase64(const std::string &text) {
  Bytes bytes(text.size());
  size_t length = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length,
                        nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    throw std::invalid_argument("not base64");
  bytes.resize(length);
  return bytes;
}

class LoadedDataTest : public testing::Test {
protected:
  LoadedDataTest() {
    spec.name = spec.folder = "small";
    spec.line = 3;
  }

  void write(const std::string &name, const std::string &text) const {
    writeFile(folder / name, Bytes(text.begin(), text.end()));
  }
  [[nodiscard]] Dataset load() const { return {spec, {folder.path}}; }
  [[nodiscard]] std::string failure() const {
    try {
      static_cast<void>(load());
    } catch (const DataError &error) {
      return error.what();
    }
    return "nothing was wrong";
  }
  static std::vector<float> rowOf(const SampleSet &set, int64_t row) {
    return {set.values + row * set.sampleBytes(), set.values + (row + 1) * set.sampleBytes()};
  }

  ScratchFolder folder;
  DatasetSpec spec;
};

} // namespace nnxrt::test
