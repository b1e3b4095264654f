// max_pool: result types, gradient, and the verifier of its gradient op.
#include "compiler/layers/Layers.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferMaxPool(RankedTensorType x, ArrayRef<int64_t> window,
                                         ArrayRef<int64_t> strides, Complain complain) {
  ArrayRef<int64_t> in = sampleExtents(x);
  FailureOr<SmallVector<int64_t>> places =
      windowPlaces(in.take_front(2), window, strides, Padding::Valid, complain);
  if (failed(places))
    return failure();
  int64_t area = 0;
  if (llvm::MulOverflow(window[0], window[1], area) || area > 256)
    return complain("a window has at most 256 places, which a byte counts");
  return batched({(*places)[0], (*places)[1], in[2]}, x.getElementType());
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor op, SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y =
      inferMaxPool(typeOf(op.getX()), op.getWindow(), op.getStrides(), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  results.push_back(y->clone(IntegerType::get(context, 8, IntegerType::Unsigned)));
  return success();
}

SmallVector<Value> MaxPoolOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  return {buildAt<MaxPoolGradOp>(builder, *this, getX().getType(), resultGradients[0], getArgmax(),
                                 /*saved=*/Value(), getWindow(), getStrides(),
                                 /*activation=*/StringAttr())};
}

LogicalResult MaxPoolGradOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> y =
      inferMaxPool(typeOf(getDx()), getWindow(), getStrides(), complain);
  if (failed(y) || failed(expectType("`dy`", *y, getDy().getType(), complain)))
    return failure();
  Type ui8 = IntegerType::get(getContext(), 8, IntegerType::Unsigned);
  if (failed(expectType("`argmax`", y->clone(ui8), getArgmax().getType(), complain)))
    return failure();
  return expectSaved(getSaved(), getActivation(), getDx().getType(), complain);
}

} // namespace nnx
