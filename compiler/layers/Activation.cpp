// activation: result type, gradient, verifiers.
#include "compiler/layers/Layers.h"

#include "dsl/Activations.h"

using namespace mlir;

namespace nnx {

LogicalResult ActivationOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor op,
                                             SmallVectorImpl<Type> &results) {
  results.push_back(op.getX().getType());
  return success();
}

SmallVector<Value> ActivationOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  bool byOutput = dsl::findActivation(getKind())->derivativeOfOutput.has_value();
  return {buildAt<ActivationGradOp>(builder, *this, resultGradients[0], byOutput ? getY() : getX(),
                                    getKind())};
}

LogicalResult ActivationOp::verify() {
  return expectActivation(getKind(), complainAt(*this));
}

LogicalResult ActivationGradOp::verify() {
  return expectActivation(getKind(), complainAt(*this));
}

} // namespace nnx
