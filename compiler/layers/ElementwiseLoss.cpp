// elementwise_loss: result types, gradient and verifiers.
#include "compiler/layers/Layers.h"

#include "dsl/Losses.h"

using namespace mlir;

namespace nnx {

LogicalResult ElementwiseLossOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                                  Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType x = typeOf(op.getX());
  results.push_back(batched({}, x.getElementType()));
  results.push_back(x);
  return success();
}

SmallVector<Value> ElementwiseLossOp::buildGradient(OpBuilder &builder, ValueRange) {
  return {buildAt<ElementwiseLossGradOp>(builder, *this, getX().getType(), getPredictions(),
                                         getTargets(), getKind()),
          Value()};
}

// `kind` is a loss of one output, and the targets are labels or have the type of the outputs.
static LogicalResult expectLoss(StringRef kind, Value x, Value targets, Complain complain) {
  const dsl::LossRow *loss = dsl::findLoss(kind);
  if (!loss || loss->isCrossEntropy())
    return complain("unknown loss `" + kind + "` of one output");
  if (typeOf(targets).getRank() == 1)
    return typeOf(targets).getElementType().isInteger(32)
               ? success()
               : complain("expects labels or the targets of each sample");
  if (loss->targets == dsl::LossTargets::classes)
    return complain("`" + kind + "` takes labels");
  return expectType("`targets`", x.getType(), targets.getType(), complain);
}

LogicalResult ElementwiseLossOp::verify() {
  return expectLoss(getKind(), getX(), getTargets(), complainAt(*this));
}

LogicalResult ElementwiseLossGradOp::verify() {
  if (failed(expectLoss(getKind(), getPredictions(), getTargets(), complainAt(*this))))
    return failure();
  return expectType("`dx`", getPredictions().getType(), getDx().getType(), complainAt(*this));
}

LogicalResult ElementwiseLossBlockOp::verify() {
  Type type = getX().getType();
  if (failed(expectLoss(getKind(), getX(), getTargets(), complainAt(*this))) ||
      failed(expectType("`predictions`", type, getPredictions().getType(), complainAt(*this))))
    return failure();
  return expectType("`dx`", type, getDx().getType(), complainAt(*this));
}

} // namespace nnx
