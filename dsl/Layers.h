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
                        const Shape &stride, const Shape &dilation, bool isSame, bool hasBias);
LayerResult poolSizes(LayerKind kind, const Shape &input, const Shape &window, const Shape &stride,
                      bool isSame);
LayerResult globalAvgPoolSizes(const Shape &input);
LayerResult flattenSizes(const Shape &input);
LayerResult denseSizes(const Shape &input, int64_t units, bool hasBias);
LayerResult elementwiseSizes(const Shape &input); // activation, softmax, dropout
LayerResult batchNormSizes(const Shape &input);   // two trained numbers for each mean
// Inputs that have one shape; inputs that differ in the last extent at most. At least two.
LayerResult addSizes(const std::vector<Shape> &inputs);
LayerResult concatSizes(const std::vector<Shape> &inputs);

// Extent of a kernel whose elements stand `dilation` apart.
int64_t dilatedExtent(int64_t kernel, int64_t dilation);
// Padding in front of the first element for `same`: floor of half of what is missing (as in Keras).
int64_t paddingBefore(int64_t extent, int64_t window, int64_t stride);

// The formula of `kind` with the settings of its row; only joins take several inputs.
LayerResult layerSizes(LayerKind kind, const Settings &settings, const std::vector<Shape> &inputs);

// a * b, or nothing if it is more than maxElements. Both at least 0.
std::optional<int64_t> multiply(int64_t a, int64_t b);

} // namespace nnx::dsl
