// An ONNX graph as it grows: nodes, constants, names. Numbers of fields are those of onnx.proto
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), version 8 of its format.
#pragma once

#include "compiler/Protobuf.h"
#include "dsl/Study.h"

#include <map>
#include <span>
#include <vector>

namespace nnx::onnx {

using protobuf::Message;

struct Attribute {
  std::string name;
  std::variant<int64_t, double, std::vector<int64_t>> value;
};

class Graph {
public:
  /// The output of a node of this kind.
  std::string node(const std::string &op, const std::vector<std::string> &inputs,
                   const std::vector<Attribute> &attributes = {});
  /// A constant array; a scalar without extents.
  std::string constant(const std::string &name, const std::vector<int64_t> &shape,
                       std::span<const float> values);
  /// A scalar, the same one for equal values.
  std::string scalar(double value);
  /// Names of the nodes that follow begin with that.
  void beginLayer(const std::string &name) { layer = name; }

  /// The whole model. The extents behind the batch are `input` and `output`.
  [[nodiscard]] std::string model(const std::string &name, const dsl::Shape &input,
                                  const std::string &result, const dsl::Shape &output,
                                  const std::vector<std::pair<std::string, std::string>> &notes);

  static constexpr const char *inputName = "samples", *outputName = "outputs";

private:
  Message nodes, constants; // fields of the graph
  std::map<double, std::string> scalars;
  std::string layer;
  int count = 0;
};

} // namespace nnx::onnx
