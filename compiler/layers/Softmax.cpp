// softmax inside a network: result type and gradient.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor op,
                                          SmallVectorImpl<Type> &results) {
  results.push_back(op.getX().getType());
  return success();
}

SmallVector<Value> SoftmaxOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  return {buildAt<SoftmaxGradOp>(builder, *this, resultGradients[0], getY())};
}

} // namespace nnx
