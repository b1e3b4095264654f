// Weights in files of the safetensors format (https://huggingface.co/docs/safetensors): the length
// of a JSON header (u64), the header, then the numbers of all tensors, row major, little endian.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace nnxrt {

/// "28x28x1"; "scalar" without extents.
std::string shapeText(std::span<const int64_t> shape);

struct WeightTensor {
  std::string name; // "conv2d_1/kernel"
  std::string type; // "F32"
  std::vector<int64_t> shape;
  std::vector<float> values; // row major; empty where the type is not F32
};

/// Texts about a file, in its order.
using WeightsNotes = std::vector<std::pair<std::string, std::string>>;

/// The bytes of a file with these tensors, all of type F32.
std::string safetensorsOf(std::span<const WeightTensor> tensors, const WeightsNotes &notes);

/// A file, read whole and checked: every length fits, tensors neither overlap nor leave gaps.
class WeightsFile {
public:
  /// Throws DataError and MemoryError.
  explicit WeightsFile(const std::filesystem::path &path);

  /// Null if the file has no tensor of that name.
  [[nodiscard]] const WeightTensor *find(std::string_view name) const;
  /// Empty if the file has no note of that name.
  [[nodiscard]] std::string note(std::string_view name) const;

  std::string name;   // of the file
  std::string digest; // SHA-256 of the file
  std::vector<WeightTensor> tensors;
  WeightsNotes notes;
};

} // namespace nnxrt
