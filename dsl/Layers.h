// Shape, parameters and FLOPs of every layer: the one place where these formulas stand.
#pragma once

#include "dsl/Diagnostics.h"
#include "dsl/Study.h"

#include <optional>
#include <variant>

namespace nnx::dsl {

// Elements of one tensor, and parameters of one network, that buffers can address (32-bit indices).
inline constexpr int64_t maxElements = 2147483647;

struct LayerSizes {
  Shape output;
  int64_t parameters = 0;
  int64_t flops = 0; // one sample, forward: 2 for a multiply-add, 1 for adding a bias, else nothing
};

// Why a layer cannot take its input: a row of Diagnostics.def and its arguments.
struct LayerProblem {
  DiagnosticId id;
  Texts arguments;

  std::string text() const { return message(id, arguments); }
};

using LayerResult = std::variant<LayerSizes, LayerProblem>;

// Images are height x width x channels, kernels and strides height x width, all at least 1.
// Output positions along one extent (as in Keras): valid: floor((in - window) / stride) + 1,
// same: ceil(in / stride).
LayerResult conv2dSizes(const Shape &input, int64_t filters, const Shape &kernel,
                        const Shape &stride, bool isSame, bool hasBias);
LayerResult maxPoolSizes(const Shape &input, const Shape &window, const Shape &stride);
LayerResult flattenSizes(const Shape &input);
LayerResult denseSizes(const Shape &input, int64_t units, bool hasBias);
LayerResult elementwiseSizes(const Shape &input); // activation, softmax

// Padding in front of the first element for `same`: floor of half of what is missing (as in Keras).
int64_t paddingBefore(int64_t extent, int64_t window, int64_t stride);

// The formula of `kind` with the settings of its row.
LayerResult layerSizes(LayerKind kind, const Settings &settings, const Shape &input);

// a * b, or nothing if it is more than maxElements. Both at least 0.
std::optional<int64_t> multiply(int64_t a, int64_t b);

} // namespace nnx::dsl
