// Formulas of the layers, in checked arithmetic.
#include "dsl/Layers.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

LayerProblem tooLarge(LayerKind kind, const char *what, int64_t most = maxElements) {
  return {DiagnosticId::too_many_elements, {nameOf(kind), what, most}};
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

// The places of a window along height and width, each with `channels` numbers.
Shape placesOf(const Shape &input, const Shape &window, const Shape &stride, bool isSame,
               int64_t channels) {
  Shape places;
  for (int axis : {0, 1})
    places.push_back(isSame ? sameExtent(input[axis], stride[axis])
                            : validExtent(input[axis], window[axis], stride[axis]));
  places.push_back(channels);
  return places;
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

int64_t dilatedExtent(int64_t kernel, int64_t dilation) {
  return (kernel - 1) * dilation + 1;
}

int64_t paddingBefore(int64_t extent, int64_t window, int64_t stride) {
  int64_t covered = (sameExtent(extent, stride) - 1) * stride + window;
  return std::max<int64_t>(covered - extent, 0) / 2;
}

LayerResult conv2dSizes(const Shape &input, int64_t filters, const Shape &kernel,
                        const Shape &stride, const Shape &dilation, bool isSame, bool hasBias) {
  if (input.size() != 3)
    return wantsImage(LayerKind::conv2d, input);
  bool isStrided = stride != Shape{1, 1}, isDilated = dilation != Shape{1, 1};
  if (isStrided && isDilated)
    return LayerProblem{DiagnosticId::stride_with_dilation, {toText(stride), toText(dilation)}};
  Shape window;
  for (std::size_t axis : {0, 1})
    window.push_back(dilatedExtent(kernel[axis], dilation[axis]));
  if (!isSame && !fits(window, input))
    return LayerProblem{DiagnosticId::window_too_large,
                        {nameOf(LayerKind::conv2d), isDilated ? "dilated kernel" : "kernel",
                         toText(window), toText(input)}};
  LayerSizes sizes;
  sizes.output = placesOf(input, window, stride, isSame, filters);
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

LayerResult poolSizes(LayerKind kind, const Shape &input, const Shape &window, const Shape &stride,
                      bool isSame) {
  if (input.size() != 3)
    return wantsImage(kind, input);
  if (!isSame && !fits(window, input))
    return LayerProblem{DiagnosticId::window_too_large,
                        {nameOf(kind), "size", toText(window), toText(input)}};
  constexpr int64_t mostPlaces = 256; // a byte says which of them was the greatest
  if (kind == LayerKind::max_pool && window[0] * window[1] > mostPlaces)
    return tooLarge(kind, "places in its window", mostPlaces);
  return LayerSizes{placesOf(input, window, stride, isSame, input[2]), 0, 0};
}

LayerResult globalAvgPoolSizes(const Shape &input) {
  if (input.size() != 3)
    return wantsImage(LayerKind::global_avg_pool, input);
  return LayerSizes{{input[2]}, 0, 0};
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

LayerResult batchNormSizes(const Shape &input) {
  std::optional<int64_t> parameters = multiply(2, input.back());
  if (!parameters)
    return tooLarge(LayerKind::batch_norm, "parameters");
  return LayerSizes{input, *parameters, 0};
}

LayerResult addSizes(const std::vector<Shape> &inputs) {
  for (const Shape &input : inputs)
    if (input != inputs.front())
      return LayerProblem{DiagnosticId::branches_differ,
                          {nameOf(LayerKind::add), toText(inputs.front()), toText(input),
                           "all branches give the same shape"}};
  return elementwiseSizes(inputs.front());
}

LayerResult concatSizes(const std::vector<Shape> &inputs) {
  Shape output = inputs.front();
  output.back() = 0;
  for (const Shape &input : inputs) {
    bool fits =
        input.size() == output.size() && std::equal(input.begin(), input.end() - 1, output.begin());
    if (!fits)
      return LayerProblem{DiagnosticId::branches_differ,
                          {nameOf(LayerKind::concat), toText(inputs.front()), toText(input),
                           "all branches are flat, or images of the same height and width"}};
    output.back() += input.back();
  }
  if (!countOf(output))
    return tooLarge(LayerKind::concat, "outputs");
  return elementwiseSizes(output);
}

LayerResult layerSizes(LayerKind kind, const Settings &settings, const std::vector<Shape> &inputs) {
  const Shape &input = inputs.front();
  switch (kind) {
  case LayerKind::conv2d:
    return conv2dSizes(input, settings.getInt("filters"), settings.getShape("kernel"),
                       settings.getShape("stride"), settings.getShape("dilation"),
                       settings.getName("padding") == "same", settings.getBool("bias"));
  case LayerKind::max_pool:
  case LayerKind::avg_pool:
    return poolSizes(kind, input, settings.getShape("size"), settings.getShape("stride"),
                     settings.getName("padding") == "same");
  case LayerKind::global_avg_pool:
    return globalAvgPoolSizes(input);
  case LayerKind::flatten:
    return flattenSizes(input);
  case LayerKind::dense:
    return denseSizes(input, settings.getInt("units"), settings.getBool("bias"));
  case LayerKind::batch_norm:
    return batchNormSizes(input);
  case LayerKind::add:
    return addSizes(inputs);
  case LayerKind::concat:
    return concatSizes(inputs);
  case LayerKind::activation:
  case LayerKind::dropout:
  case LayerKind::softmax:
    break;
  }
  return elementwiseSizes(input);
}

} // namespace nnx::dsl
