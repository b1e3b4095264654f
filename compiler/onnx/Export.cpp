// Layer by layer to ONNX. Images are (N, channels, height, width) inside, as ONNX wants them, and
// in Keras's order at the input and where they are flattened.
#include "compiler/onnx/Export.h"

#include "compiler/onnx/Formula.h"
#include "compiler/onnx/Graph.h"
#include "dsl/Layers.h"

#include "llvm/Support/ErrorHandling.h"

namespace nnx::onnx {
namespace {

using Names = std::vector<std::string>;

class Exporter {
public:
  Exporter(const dsl::Variant &variant, const WeightsReader &weights)
      : variant(variant), weights(weights) {}

  std::string run(const std::string &name,
                  const std::vector<std::pair<std::string, std::string>> &notes) {
    graph.beginLayer("input");
    sample = variant.sample.size() == 3
                 ? graph.node("Transpose", {Graph::inputName}, {{"perm", Extents{0, 3, 1, 2}}})
                 : Graph::inputName;
    for (const dsl::LayerInstance &layer : variant.network.layers) {
      graph.beginLayer(layer.name);
      outputs.push_back(build(layer, valueOf(layer.inputs.front())));
    }
    return graph.model(name, variant.sample, outputs.back(), variant.network.layers.back().output,
                       notes);
  }

private:
  using Extents = std::vector<int64_t>;

  const std::string &valueOf(int index) const { return index < 0 ? sample : outputs[index]; }

  std::string build(const dsl::LayerInstance &layer, const std::string &x) {
    switch (layer.kind) {
    case dsl::LayerKind::conv2d:
      return buildConv2d(layer, x);
    case dsl::LayerKind::max_pool:
      return graph.node("MaxPool", {x}, windowOf(layer, "size"));
    case dsl::LayerKind::avg_pool:
      return graph.node("AveragePool", {x}, windowOf(layer, "size"));
    case dsl::LayerKind::global_avg_pool:
      return graph.node("Flatten", {graph.node("GlobalAveragePool", {x})});
    case dsl::LayerKind::flatten:
      return graph.node("Flatten", {graph.node("Transpose", {x}, {{"perm", Extents{0, 2, 3, 1}}})});
    case dsl::LayerKind::dense:
      return buildDense(layer, x);
    case dsl::LayerKind::activation:
      return activate(layer.settings.getName("function"), x);
    case dsl::LayerKind::dropout: // of training alone
      return x;
    case dsl::LayerKind::batch_norm:
      return buildBatchNorm(layer, x);
    case dsl::LayerKind::softmax:
      return activate("softmax", x);
    case dsl::LayerKind::add:
    case dsl::LayerKind::concat:
      return buildJoin(layer);
    }
    llvm_unreachable("every kind of dsl/tables/Layers.def is above");
  }

  // Kernel, strides, dilations and padding (top, left, bottom, right) of a window.
  std::vector<Attribute> windowOf(const dsl::LayerInstance &layer, const char *size) const {
    const dsl::Settings &settings = layer.settings;
    const dsl::Shape &window = settings.getShape(size), &stride = settings.getShape("stride");
    const dsl::Shape dilation =
        settings.has("dilation") ? settings.getShape("dilation") : dsl::Shape{1, 1};
    Extents pads(4, 0);
    for (size_t axis : {0, 1}) {
      if (settings.getName("padding") != "same")
        continue;
      const int64_t extent = dsl::dilatedExtent(window[axis], dilation[axis]);
      const int64_t covered = (layer.output[axis] - 1) * stride[axis] + extent;
      const int64_t missing = std::max<int64_t>(covered - layer.input[axis], 0);
      pads[axis] = dsl::paddingBefore(layer.input[axis], extent, stride[axis]);
      pads[axis + 2] = missing - pads[axis];
    }
    std::vector<Attribute> attributes = {
        {"kernel_shape", window}, {"strides", stride}, {"pads", pads}};
    if (dilation != dsl::Shape{1, 1})
      attributes.push_back({"dilations", dilation});
    return attributes;
  }

  std::string buildConv2d(const dsl::LayerInstance &layer, const std::string &x) {
    const dsl::Shape &kernel = layer.settings.getShape("kernel");
    const int64_t area = kernel[0] * kernel[1], channels = layer.input.back(),
                  filters = layer.output.back();
    const std::span<const float> values =
        weights(layer.name + "/kernel", {kernel[0], kernel[1], channels, filters});
    std::vector<float> turned(values.size()); // (filter, channel, y, x) of (y, x, channel, filter)
    for (int64_t place = 0; place < area; ++place)
      for (int64_t channel = 0; channel < channels; ++channel)
        for (int64_t filter = 0; filter < filters; ++filter)
          turned[(filter * channels + channel) * area + place] =
              values[(place * channels + channel) * filters + filter];
    Names inputs = {x, graph.constant(layer.name + "/kernel",
                                      {filters, channels, kernel[0], kernel[1]}, turned)};
    addBias(layer, filters, inputs);
    return activate(layer.settings.getName("activation"),
                    graph.node("Conv", inputs, windowOf(layer, "kernel")));
  }

  std::string buildDense(const dsl::LayerInstance &layer, const std::string &x) {
    const int64_t units = layer.output.back();
    Names inputs = {x, constant(layer.name + "/kernel", {layer.input.back(), units})};
    addBias(layer, units, inputs);
    return activate(layer.settings.getName("activation"), graph.node("Gemm", inputs));
  }

  std::string buildBatchNorm(const dsl::LayerInstance &layer, const std::string &x) {
    Names inputs = {x};
    for (const char *name : {"gamma", "beta", "moving_mean", "moving_variance"})
      inputs.push_back(constant(layer.name + "/" + name, {layer.input.back()}));
    return graph.node("BatchNormalization", inputs,
                      {{"epsilon", layer.settings.getFloat("epsilon")}});
  }

  std::string buildJoin(const dsl::LayerInstance &layer) {
    Names inputs;
    for (int input : layer.inputs)
      inputs.push_back(valueOf(input));
    if (layer.kind == dsl::LayerKind::add)
      return graph.node("Sum", inputs);
    return graph.node("Concat", inputs, {{"axis", int64_t{1}}});
  }

  std::string activate(const std::string &name, const std::string &x) {
    // Softmax goes over channels, which are second in images and in flat values.
    return name == "softmax" ? graph.node("Softmax", {x}, {{"axis", int64_t{1}}})
                             : addActivation(graph, name, x);
  }

  void addBias(const dsl::LayerInstance &layer, int64_t units, Names &inputs) {
    if (layer.settings.getBool("bias"))
      inputs.push_back(constant(layer.name + "/bias", {units}));
  }

  std::string constant(const std::string &name, const dsl::Shape &shape) {
    return graph.constant(name, shape, weights(name, shape));
  }

  const dsl::Variant &variant;
  const WeightsReader &weights;
  Graph graph;
  std::string sample;
  Names outputs; // of each layer
};

} // namespace

std::string exportModel(const dsl::Variant &variant, const std::string &name,
                        const WeightsReader &weights,
                        const std::vector<std::pair<std::string, std::string>> &notes) {
  return Exporter(variant, weights).run(name, notes);
}

} // namespace nnx::onnx
