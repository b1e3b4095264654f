// Reading and writing the safetensors format.
#include "runtime/data/Safetensors.h"

#include "runtime/data/FileBytes.h"
#include "runtime/data/Sha256.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace nnxrt {

using Json = nlohmann::ordered_json;

static constexpr uint64_t lengthBytes = 8;
static constexpr uint64_t mostHeaderBytes = 100'000'000; // the format's own limit
static constexpr const char *notesKey = "__metadata__";

std::string shapeText(std::span<const int64_t> shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

std::string safetensorsOf(std::span<const WeightTensor> tensors, const WeightsNotes &notes) {
  Json header = Json::object();
  for (const auto &[name, text] : notes)
    header[notesKey][name] = text;
  uint64_t end = 0;
  for (const WeightTensor &tensor : tensors) {
    const uint64_t begin = end;
    end += tensor.values.size() * sizeof(float);
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + lengthBytes - 1) / lengthBytes * lengthBytes, ' '); // aligns numbers
  const uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char *>(&length), lengthBytes);
  bytes.reserve(lengthBytes + length + end);
  bytes += text;
  for (const WeightTensor &tensor : tensors)
    bytes.append(reinterpret_cast<const char *>(tensor.values.data()),
                 tensor.values.size() * sizeof(float));
  return bytes;
}

namespace {

/// A tensor as the header describes it.
struct Row {
  WeightTensor tensor;
  uint64_t begin = 0, end = 0; // of its numbers, behind the header
};

class HeaderReader {
public:
  HeaderReader(const std::string &file, uint64_t dataBytes) : file(file), dataBytes(dataBytes) {}

  void read(const std::string &text, std::vector<Row> &rows, WeightsNotes &notes) const {
    const Json header = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!header.is_object())
      fail("its header is no JSON object");
    for (const auto &[name, value] : header.items()) {
      if (name == notesKey)
        readNotes(value, notes);
      else
        rows.push_back(readRow(name, value));
    }
    std::ranges::sort(rows, {}, [](const Row &row) { return std::pair(row.begin, row.end); });
    uint64_t place = 0;
    for (const Row &row : rows) {
      if (row.begin != place)
        fail(fmt::format("tensor `{}` does not begin where the one before it ends",
                         row.tensor.name));
      place = row.end;
    }
    if (place != dataBytes)
      fail(fmt::format("its tensors take {} bytes, behind the header are {}", place, dataBytes));
  }

private:
  void readNotes(const Json &value, WeightsNotes &notes) const {
    if (!value.is_object())
      fail("its metadata is no JSON object");
    for (const auto &[name, text] : value.items()) {
      if (!text.is_string())
        fail(fmt::format("`{}` of its metadata is no text", name));
      notes.emplace_back(name, text.get<std::string>());
    }
  }

  [[nodiscard]] Row readRow(const std::string &name, const Json &value) const {
    const auto wrong = [&](const char *what) {
      fail(fmt::format("tensor `{}` has no right `{}`", name, what));
    };
    const auto part = [&](const char *key) {
      const auto found = value.is_object() ? value.find(key) : value.end();
      if (!value.is_object() || found == value.end())
        wrong(key);
      return *found;
    };
    Row row;
    row.tensor.name = name;
    const Json type = part("dtype"), shape = part("shape"), offsets = part("data_offsets");
    if (!type.is_string())
      wrong("dtype");
    row.tensor.type = type.get<std::string>();
    if (!shape.is_array())
      wrong("shape");
    uint64_t elements = 1;
    for (const Json &extent : shape) {
      if (!extent.is_number_unsigned() ||
          extent.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()} ||
          __builtin_mul_overflow(elements, extent.get<uint64_t>(), &elements))
        wrong("shape");
      row.tensor.shape.push_back(extent.get<int64_t>());
    }
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned())
      wrong("data_offsets");
    row.begin = offsets[0].get<uint64_t>();
    row.end = offsets[1].get<uint64_t>();
    if (row.begin > row.end || row.end > dataBytes)
      fail(fmt::format("tensor `{}` lies at bytes {} to {}, of {}", name, row.begin, row.end,
                       dataBytes));
    uint64_t bytes = 0;
    if (row.tensor.type == "F32" &&
        (__builtin_mul_overflow(elements, sizeof(float), &bytes) || bytes != row.end - row.begin))
      fail(fmt::format("tensor `{}` of {} has {} bytes, not 4 for each number", name,
                       shapeText(row.tensor.shape), row.end - row.begin));
    return row;
  }

  [[noreturn]] void fail(const std::string &what) const {
    throw DataError(fmt::format("{}: is no right safetensors file: {}", file, what));
  }

  const std::string &file;
  const uint64_t dataBytes;
};

} // namespace

WeightsFile::WeightsFile(const std::filesystem::path &path) : name(path.string()) {
  const FileBytes file(path);
  const std::span<const std::byte> bytes = file.bytes();
  uint64_t length = 0;
  if (bytes.size() >= lengthBytes)
    std::memcpy(&length, bytes.data(), lengthBytes);
  if (bytes.size() < lengthBytes || length > bytes.size() - lengthBytes)
    throw DataError(fmt::format("{}: is no right safetensors file: its header of {} bytes does not "
                                "fit into its {} bytes",
                                name, length, bytes.size()));
  if (length > mostHeaderBytes)
    throw DataError(
        fmt::format("{}: is no right safetensors file: a header of {} bytes is more than {}", name,
                    length, mostHeaderBytes));
  const std::span<const std::byte> data = bytes.subspan(lengthBytes + length);
  std::vector<Row> rows;
  HeaderReader(name, data.size())
      .read({reinterpret_cast<const char *>(bytes.data()) + lengthBytes, length}, rows, notes);
  for (Row &row : rows) {
    if (row.tensor.type == "F32" && row.end > row.begin) {
      row.tensor.values.resize((row.end - row.begin) / sizeof(float));
      std::memcpy(row.tensor.values.data(), data.data() + row.begin, row.end - row.begin);
    }
    tensors.push_back(std::move(row.tensor));
  }
  digest = sha256Hex(bytes);
}

const WeightTensor *WeightsFile::find(std::string_view tensor) const {
  const auto found = std::ranges::find(tensors, tensor, &WeightTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

std::string WeightsFile::note(std::string_view key) const {
  const auto found = std::ranges::find(notes, key, &std::pair<std::string, std::string>::first);
  return found == notes.end() ? "" : found->second;
}

} // namespace nnxrt
