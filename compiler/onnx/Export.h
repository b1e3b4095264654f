// A trained network as an ONNX model.
#pragma once

#include "dsl/Study.h"

#include <functional>
#include <span>

namespace nnx::onnx {

/// The array of a layer, "conv2d_1/kernel", of exactly this shape.
using WeightsReader =
    std::function<std::span<const float>(const std::string &name, const dsl::Shape &shape)>;

/// The bytes of a model of operator set 17: input `samples`, (N, height, width, channels) as the
/// data set gives them after its scale; output `outputs`, (N, classes). `notes` become metadata.
std::string exportModel(const dsl::Variant &variant, const std::string &name,
                        const WeightsReader &weights,
                        const std::vector<std::pair<std::string, std::string>> &notes);

} // namespace nnx::onnx
