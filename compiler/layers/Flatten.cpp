// flatten: result type, gradient, and the verifier of its gradient op.
#include "compiler/layers/Layers.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferFlatten(RankedTensorType x, Complain complain) {
  int64_t count = 1;
  for (int64_t extent : sampleExtents(x))
    if (llvm::MulOverflow(count, extent, count))
      return complain("a sample has more elements than 64 bits count");
  return batched({count}, x.getElementType());
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
