// avg_pool: result type, gradient, and the verifier of its gradient op.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferAvgPool(RankedTensorType x, ArrayRef<int64_t> window,
                                         ArrayRef<int64_t> strides, Padding padding,
                                         Complain complain) {
  ArrayRef<int64_t> in = sampleExtents(x);
  if (failed(expectExtents(in, complain)) || failed(expectPair("window", window, complain)) ||
      failed(expectPair("strides", strides, complain)))
    return failure();
  return typeFrom(dsl::poolSizes(dsl::LayerKind::avg_pool, in.vec(), window.vec(), strides.vec(),
                                 padding == Padding::Same),
                  x.getElementType(), complain);
}

LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                          Adaptor op, SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y = inferAvgPool(typeOf(op.getX()), op.getWindow(), op.getStrides(),
                                               op.getPadding(), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  return success();
}

SmallVector<Value> AvgPoolOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  return {buildAt<AvgPoolGradOp>(builder, *this, getX().getType(), resultGradients[0], getWindow(),
                                 getStrides(), getPadding())};
}

LogicalResult AvgPoolGradOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> y =
      inferAvgPool(typeOf(getDx()), getWindow(), getStrides(), getPadding(), complain);
  if (failed(y))
    return failure();
  return expectType("`dy`", *y, getDy().getType(), complain);
}

} // namespace nnx
