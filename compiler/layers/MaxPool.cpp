// max_pool: result types, gradient, and the verifier of its gradient op.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferMaxPool(RankedTensorType x, ArrayRef<int64_t> window,
                                         ArrayRef<int64_t> strides, Padding padding,
                                         Complain complain) {
  ArrayRef<int64_t> in = sampleExtents(x);
  if (failed(expectExtents(in, complain)) || failed(expectPair("window", window, complain)) ||
      failed(expectPair("strides", strides, complain)))
    return failure();
  std::optional<int64_t> area = dsl::multiply(window[0], window[1]);
  if (!area || *area > 256)
    return complain("a window has at most 256 places, which a byte counts");
  return typeFrom(dsl::poolSizes(dsl::LayerKind::max_pool, in.vec(), window.vec(), strides.vec(),
                                 padding == Padding::Same),
                  x.getElementType(), complain);
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor op, SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y = inferMaxPool(typeOf(op.getX()), op.getWindow(), op.getStrides(),
                                               op.getPadding(), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  results.push_back(y->clone(IntegerType::get(context, 8, IntegerType::Unsigned)));
  return success();
}

SmallVector<Value> MaxPoolOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  return {buildAt<MaxPoolGradOp>(builder, *this, getX().getType(), resultGradients[0], getArgmax(),
                                 /*saved=*/Value(), getWindow(), getStrides(), getPadding(),
                                 /*activation=*/StringAttr())};
}

template <class GradOp> static LogicalResult verifyScatter(GradOp grad) {
  auto complain = complainAt(grad);
  FailureOr<RankedTensorType> y = inferMaxPool(typeOf(grad.getDx()), grad.getWindow(),
                                               grad.getStrides(), grad.getPadding(), complain);
  if (failed(y) || failed(expectType("`dy`", *y, grad.getDy().getType(), complain)))
    return failure();
  Type ui8 = IntegerType::get(grad.getContext(), 8, IntegerType::Unsigned);
  return expectType("`argmax`", y->clone(ui8), grad.getArgmax().getType(), complain);
}

LogicalResult MaxPoolGradOp::verify() {
  if (failed(verifyScatter(*this)))
    return failure();
  return expectSaved(getSaved(), getActivation(), getDx().getType(), complainAt(*this));
}

LogicalResult MaxPoolSoftmaxGradOp::verify() {
  if (failed(verifyScatter(*this)))
    return failure();
  return expectType("`y`", typeOf(getDx()), getY().getType(), complainAt(*this));
}

} // namespace nnx
