// add, concat and slice, which takes a concat apart again: types and gradients.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

SmallVector<Value> AddOp::buildGradient(OpBuilder &, ValueRange resultGradients) {
  return {resultGradients[0], resultGradients[0]};
}

FailureOr<RankedTensorType> inferConcat(RankedTensorType lhs, RankedTensorType rhs,
                                        Complain complain) {
  return typeFrom(dsl::concatSizes({sampleExtents(lhs).vec(), sampleExtents(rhs).vec()}),
                  lhs.getElementType(), complain);
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                         Adaptor op, SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y =
      inferConcat(typeOf(op.getLhs()), typeOf(op.getRhs()), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  return success();
}

SmallVector<Value> ConcatOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  int64_t behind = typeOf(getLhs()).getShape().back();
  Value dy = resultGradients[0];
  return {buildAt<SliceOp>(builder, *this, getLhs().getType(), dy, /*offset=*/0),
          buildAt<SliceOp>(builder, *this, getRhs().getType(), dy, behind)};
}

LogicalResult SliceOp::verify() {
  ArrayRef<int64_t> x = typeOf(getX()).getShape(), y = typeOf(getY()).getShape();
  if (x.drop_back() != y.drop_back())
    return emitOpError("changes more than the last extent");
  auto offset = static_cast<int64_t>(getOffset());
  if (offset < 0 || offset > x.back() - y.back())
    return emitOpError("takes ") << y.back() << " of " << x.back() << " from " << offset << " on";
  return success();
}

} // namespace nnx
