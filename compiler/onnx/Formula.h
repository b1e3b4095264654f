// Activations in ONNX: an operator where there is one, else the formula's own operations.
#pragma once

#include "compiler/onnx/Graph.h"

namespace nnx::onnx {

/// The value of an activation (a text that dsl::findActivation knows) of `x`.
std::string addActivation(Graph &graph, const std::string &activation, const std::string &x);

} // namespace nnx::onnx
