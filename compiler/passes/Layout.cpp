// Layouts of tensors: formulas of docs/architecture.md, "Layout of tensors".
#include "compiler/passes/Layout.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace nnx {

static constexpr int64_t lanes = NNXRT_LANES;

static int64_t padded(int64_t n) {
  return static_cast<int64_t>(llvm::alignTo(n, lanes));
}

// Strides of a dense buffer whose dimensions have these sizes, padding included.
static SmallVector<int64_t> packed(ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> strides{1};
  for (int64_t size : sizes.drop_back())
    strides.push_back(strides.back() * size);
  return strides;
}

Layout Layout::ofSamples(RankedTensorType type) {
  ArrayRef<int64_t> sample = type.getShape().drop_front();
  if (sample.size() == 3) {
    int64_t height = sample[0], width = sample[1], channels = sample[2];
    SmallVector<int64_t> extents{lanes, width, height, channels, NNXRT_TILES};
    SmallVector<int64_t> strides = packed(extents);
    return {extents, strides, {height, width, channels}, {strides[2], strides[1], strides[3]}};
  }
  SmallVector<int64_t> extents{lanes};
  extents.append(sample.begin(), sample.end());
  extents.push_back(NNXRT_TILES);
  SmallVector<int64_t> steps(sample.size(), lanes);
  return {extents, packed(extents), SmallVector<int64_t>(sample), steps};
}

Layout Layout::ofFlattened(RankedTensorType image) {
  Layout layout = ofSamples(image);
  if (layout.dims.size() == 1)
    return layout;
  int64_t count = layout.dims[0] * layout.dims[1] * layout.dims[2];
  layout.extents = {lanes, count, NNXRT_TILES};
  layout.strides = packed(layout.extents);
  // Where x, y, c is the order y, x, c anyway, k is one dimension.
  if (layout.dims[2] == 1 || layout.dims[0] * layout.dims[1] == 1) {
    layout.dims = {count};
    layout.steps = {lanes};
  }
  return layout;
}

Layout Layout::ofTransposedDelta(RankedTensorType flat) {
  int64_t n = flat.getDimSize(1);
  SmallVector<int64_t> extents{padded(n), lanes, NNXRT_TILES};
  return {extents, packed(extents), {n}, {1}};
}

Layout Layout::ofConvKernel(RankedTensorType weights) {
  ArrayRef<int64_t> shape = weights.getShape(); // ky, kx, ci, co
  SmallVector<int64_t> extents{padded(shape[3]), shape[1], shape[0], shape[2]};
  SmallVector<int64_t> strides = packed(extents);
  SmallVector<int64_t> steps{strides[2], strides[1], strides[3], 1};
  return {extents, strides, SmallVector<int64_t>(shape), steps};
}

Layout Layout::ofDenseKernel(RankedTensorType weights, const Layout &input) {
  int64_t inputs = weights.getDimSize(0), units = weights.getDimSize(1), row = padded(units);
  Layout layout{{row, inputs}, {1, row}, input.dims, {}};
  for (int64_t step : input.steps)
    layout.steps.push_back(step / lanes * row);
  layout.dims.push_back(units);
  layout.steps.push_back(1);
  return layout;
}

Layout Layout::ofDenseInput(RankedTensorType flat, const Layout &weights) {
  Layout layout = ofSamples(flat);
  layout.dims.assign(weights.dims.begin(), weights.dims.end() - 1);
  layout.steps.clear();
  for (int64_t step : ArrayRef(weights.steps).drop_back())
    layout.steps.push_back(step / weights.strides[1] * lanes);
  return layout;
}

Layout Layout::ofBias(RankedTensorType bias) {
  int64_t n = bias.getDimSize(0);
  return {{padded(n)}, {1}, {n}, {1}};
}

Layout Layout::ofFeatures(RankedTensorType features, const Layout &samples) {
  Layout layout = ofBias(features);
  bool isFlat = samples.extents.size() == 3;
  if (!isFlat)
    return layout;
  layout.dims = samples.dims;
  layout.steps.clear();
  for (int64_t step : samples.steps)
    layout.steps.push_back(step / lanes);
  return layout;
}

Layout Layout::fromAttr(LayoutAttr attr) {
  auto list = [](DenseI64ArrayAttr array) { return SmallVector<int64_t>(array.asArrayRef()); };
  return {list(attr.getExtents()), list(attr.getStrides()), list(attr.getDims()),
          list(attr.getSteps())};
}

LayoutAttr Layout::toAttr(MLIRContext *context) const {
  auto array = [&](ArrayRef<int64_t> list) { return DenseI64ArrayAttr::get(context, list); };
  return LayoutAttr::get(context, array(extents), array(strides), array(dims), array(steps));
}

int64_t Layout::allocatedElements() const {
  return overSamples() ? strides.back() : strides.back() * extents.back();
}

Layout layoutOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return Layout::fromAttr(
        function.getArgAttrOfType<LayoutAttr>(argument.getArgNumber(), kLayoutAttr));
  }
  auto result = cast<OpResult>(value);
  auto layouts = result.getOwner()->getAttrOfType<ArrayAttr>(kLayoutsAttr);
  return Layout::fromAttr(cast<LayoutAttr>(layouts[result.getResultNumber()]));
}

} // namespace nnx
