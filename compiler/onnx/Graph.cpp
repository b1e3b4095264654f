// The messages of ONNX.
#include "compiler/onnx/Graph.h"

namespace nnx::onnx {
namespace {

constexpr int64_t formatVersion = 8, operatorSet = 17;
constexpr int64_t floatType = 1; // TensorProto.DataType

// AttributeProto: name 1, f 2, i 3, ints 8, type 20.
Message messageOf(const Attribute &attribute) {
  Message message;
  message.text(1, attribute.name);
  if (const auto *real = std::get_if<double>(&attribute.value))
    message.real(2, static_cast<float>(*real)).number(20, 1);
  else if (const auto *whole = std::get_if<int64_t>(&attribute.value))
    message.number(3, *whole).number(20, 2);
  else {
    for (int64_t item : std::get<std::vector<int64_t>>(attribute.value))
      message.number(8, item);
    message.number(20, 7);
  }
  return message;
}

// ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; its elem_type 1, shape 2; a dimension's
// dim_value 1, dim_param 2.
Message valueOf(const std::string &name, const dsl::Shape &sample) {
  Message shape;
  shape.message(1, Message().text(2, "N"));
  for (int64_t extent : sample)
    shape.message(1, Message().number(1, extent));
  Message tensor;
  tensor.number(1, floatType).message(2, shape);
  return Message().text(1, name).message(2, Message().message(1, tensor));
}

} // namespace

std::string Graph::node(const std::string &op, const std::vector<std::string> &inputs,
                        const std::vector<Attribute> &attributes) {
  // NodeProto: input 1, output 2, name 3, op_type 4, attribute 5.
  const std::string name = layer + "/" + op + "_" + std::to_string(++count);
  Message message;
  for (const std::string &input : inputs)
    message.text(1, input);
  message.text(2, name).text(3, name).text(4, op);
  for (const Attribute &attribute : attributes)
    message.message(5, messageOf(attribute));
  nodes.message(1, message);
  return name;
}

std::string Graph::constant(const std::string &name, const std::vector<int64_t> &shape,
                            std::span<const float> values) {
  // TensorProto: dims 1, data_type 2, name 8, raw_data 9 (little endian).
  Message message;
  for (int64_t extent : shape)
    message.number(1, extent);
  message.number(2, floatType).text(8, name);
  message.text(9, {reinterpret_cast<const char *>(values.data()), values.size_bytes()});
  constants.message(5, message);
  return name;
}

std::string Graph::scalar(double value) {
  auto [found, isNew] = scalars.try_emplace(value);
  if (isNew) {
    const auto number = static_cast<float>(value);
    found->second =
        constant("constant_" + std::to_string(scalars.size()), {}, std::span(&number, 1));
  }
  return found->second;
}

std::string Graph::model(const std::string &name, const dsl::Shape &input,
                         const std::string &result, const dsl::Shape &output,
                         const std::vector<std::pair<std::string, std::string>> &notes) {
  nodes.message(
      1, Message().text(1, result).text(2, outputName).text(3, outputName).text(4, "Identity"));
  // GraphProto: node 1, name 2, initializer 5, input 11, output 12.
  Message graph;
  graph.bytes = std::move(nodes.bytes);
  graph.text(2, name);
  graph.bytes += constants.bytes;
  graph.message(11, valueOf(inputName, input)).message(12, valueOf(outputName, output));
  // ModelProto: ir_version 1, producer_name 2, producer_version 3, graph 7, opset_import 8,
  // metadata_props 14.
  Message model;
  model.number(1, formatVersion).text(2, "nnx").text(3, NNX_VERSION).message(7, graph);
  model.message(8, Message().text(1, "").number(2, operatorSet));
  for (const auto &[key, value] : notes)
    model.message(14, Message().text(1, key).text(2, value));
  return std::move(model.bytes);
}

} // namespace nnx::onnx
