// flatten: result type, gradient, and the verifier of its gradient op.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferFlatten(RankedTensorType x, Complain complain) {
  if (failed(expectExtents(sampleExtents(x), complain)))
    return failure();
  return typeFrom(dsl::flattenSizes(sampleExtents(x).vec()), x.getElementType(), complain);
}

LogicalResult FlattenOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                          Adaptor op, SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y = inferFlatten(typeOf(op.getX()), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  return success();
}

SmallVector<Value> FlattenOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  return {buildAt<FlattenGradOp>(builder, *this, getX().getType(), resultGradients[0])};
}

LogicalResult FlattenGradOp::verify() {
  FailureOr<RankedTensorType> y = inferFlatten(typeOf(getDx()), complainAt(*this));
  if (failed(y))
    return failure();
  return expectType("`dy`", *y, getDy().getType(), complainAt(*this));
}

} // namespace nnx
