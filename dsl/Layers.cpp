// Formulas of the layers, in checked arithmetic.
#include "dsl/Layers.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

LayerProblem tooLarge(LayerKind kind, const char *what) {
  return {DiagnosticId::too_many_elements, {nameOf(kind), what, maxElements}};
}

LayerProblem wantsImage(LayerKind kind, const Shape &input) {
  return {DiagnosticId::wants_image, {nameOf(kind), toText(input)}};
}

std::optional<int64_t> countOf(const Shape &shape) {
  std::optional<int64_t> count = 1;
  for (int64_t extent : shape)
    count = count ? multiply(*count, extent) : std::nullopt;
  return count;
}

int64_t validExtent(int64_t extent, int64_t window, int64_t stride) {
  return (extent - window) / stride + 1;
}

int64_t sameExtent(int64_t extent, int64_t stride) {
  return (extent - 1) / stride + 1;
}

bool fits(const Shape &window, const Shape &input) {
  return window[0] <= input[0] && window[1] <= input[1];
}

// outputs * (2 * multiply-adds of one output + its bias); nothing if it does not fit 64 bits.
std::optional<int64_t> flopsOf(int64_t outputs, int64_t terms, bool hasBias) {
  int64_t result = 0;
  if (__builtin_mul_overflow(outputs, 2 * terms + hasBias, &result))
    return std::nullopt;
  return result;
}

} // namespace

std::optional<int64_t> multiply(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result) || result > maxElements)
    return std::nullopt;
  return result;
}

int64_t paddingBefore(int64_t extent, int64_t window, int64_t stride) {
  int64_t covered = (sameExtent(extent, stride) - 1) * stride + window;
  return std::max<int64_t>(covered - extent, 0) / 2;
}

LayerResult conv2dSizes(const Shape &input, int64_t filters, const Shape &kernel,
                        const Shape &stride, bool isSame, bool hasBias) {
  if (input.size() != 3)
    return wantsImage(LayerKind::conv2d, input);
  if (!isSame && !fits(kernel, input))
    return LayerProblem{DiagnosticId::window_too_large,
                        {nameOf(LayerKind::conv2d), "kernel", toText(kernel), toText(input)}};
  LayerSizes sizes;
  for (int axis : {0, 1})
    sizes.output.push_back(isSame ? sameExtent(input[axis], stride[axis])
                                  : validExtent(input[axis], kernel[axis], stride[axis]));
  sizes.output.push_back(filters);
  std::optional<int64_t> outputs = countOf(sizes.output);
  if (!outputs)
    return tooLarge(LayerKind::conv2d, "outputs");
  std::optional<int64_t> terms = countOf({kernel[0], kernel[1], input[2]});
  std::optional<int64_t> weights = terms ? multiply(*terms, filters) : std::nullopt;
  if (!weights || *weights > maxElements - filters)
    return tooLarge(LayerKind::conv2d, "parameters");
  sizes.parameters = *weights + (hasBias ? filters : 0);
  std::optional<int64_t> flops = flopsOf(*outputs, *terms, hasBias);
  if (!flops)
    return tooLarge(LayerKind::conv2d, "multiplications");
  sizes.flops = *flops;
  return sizes;
}

LayerResult maxPoolSizes(const Shape &input, const Shape &window, const Shape &stride) {
  if (input.size() != 3)
    return wantsImage(LayerKind::max_pool, input);
  if (!fits(window, input))
    return LayerProblem{DiagnosticId::window_too_large,
                        {nameOf(LayerKind::max_pool), "size", toText(window), toText(input)}};
  return LayerSizes{{validExtent(input[0], window[0], stride[0]),
                     validExtent(input[1], window[1], stride[1]), input[2]},
                    0,
                    0};
}

LayerResult flattenSizes(const Shape &input) {
  if (input.size() == 1)
    return LayerProblem{DiagnosticId::already_flat, {toText(input)}};
  return LayerSizes{{elementCount(input)}, 0, 0};
}

LayerResult denseSizes(const Shape &input, int64_t units, bool hasBias) {
  if (input.size() != 1)
    return LayerProblem{DiagnosticId::wants_flat, {nameOf(LayerKind::dense), toText(input)}};
  std::optional<int64_t> weights = multiply(input[0], units);
  if (!weights || *weights > maxElements - units)
    return tooLarge(LayerKind::dense, "parameters");
  return LayerSizes{{units}, *weights + (hasBias ? units : 0), *flopsOf(units, input[0], hasBias)};
}

LayerResult elementwiseSizes(const Shape &input) {
  return LayerSizes{input, 0, 0};
}

LayerResult layerSizes(LayerKind kind, const Settings &settings, const Shape &input) {
  switch (kind) {
  case LayerKind::conv2d:
    return conv2dSizes(input, settings.getInt("filters"), settings.getShape("kernel"),
                       settings.getShape("stride"), settings.getName("padding") == "same",
                       settings.getBool("bias"));
  case LayerKind::max_pool:
    return maxPoolSizes(input, settings.getShape("size"), settings.getShape("stride"));
  case LayerKind::flatten:
    return flattenSizes(input);
  case LayerKind::dense:
    return denseSizes(input, settings.getInt("units"), settings.getBool("bias"));
  case LayerKind::activation:
  case LayerKind::softmax:
    break;
  }
  return elementwiseSizes(input);
}

} // namespace nnx::dsl
