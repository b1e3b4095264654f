// softmax_cross_entropy: result types, gradient, and the verifiers of its gradient and fused form.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

LogicalResult SoftmaxCrossEntropyOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                                      Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType logits = typeOf(op.getLogits());
  results.push_back(batched({}, logits.getElementType()));
  results.push_back(logits);
  return success();
}

SmallVector<Value> SoftmaxCrossEntropyOp::buildGradient(OpBuilder &builder, ValueRange) {
  return {buildAt<SoftmaxCrossEntropyGradOp>(builder, *this, getLogits().getType(),
                                             getProbabilities(), getLabels(),
                                             getLabelSmoothingAttr()),
          Value()};
}

static LogicalResult expectSmoothing(const APFloat &smoothing, Complain complain) {
  const double share = smoothing.convertToDouble();
  return share >= 0 && share <= 1 ? success() : complain("`label_smoothing` is between 0 and 1");
}

LogicalResult SoftmaxCrossEntropyGradOp::verify() {
  if (failed(expectSmoothing(getLabelSmoothing(), complainAt(*this))))
    return failure();
  return expectType("`dlogits`", getProbabilities().getType(), getDlogits().getType(),
                    complainAt(*this));
}

LogicalResult SoftmaxCrossEntropyBlockOp::verify() {
  Type type = getLogits().getType();
  if (failed(expectSmoothing(getLabelSmoothing(), complainAt(*this))))
    return failure();
  if (failed(expectType("`probabilities`", type, getProbabilities().getType(), complainAt(*this))))
    return failure();
  return expectType("`dlogits`", type, getDlogits().getType(), complainAt(*this));
}

} // namespace nnx
