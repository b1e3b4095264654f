// dense: result type, gradient, and the verifiers of its gradient ops and fused forms.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferDense(RankedTensorType x, RankedTensorType weights,
                                       RankedTensorType bias, Complain complain) {
  int64_t inputs = sampleExtents(x)[0], units = weights.getDimSize(1);
  if (weights.getDimSize(0) != inputs)
    return complain("weights take " + Twine(weights.getDimSize(0)) + " numbers, the input has " +
                    Twine(inputs));
  if (bias && bias.getDimSize(0) != units)
    return complain("bias has " + Twine(bias.getDimSize(0)) + " numbers for " + Twine(units) +
                    " units");
  if (failed(expectExtents(weights.getShape(), complain)))
    return failure();
  return typeFrom(dsl::denseSizes({inputs}, units, bool(bias)), x.getElementType(), complain);
}

LogicalResult DenseOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor op,
                                        SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y = inferDense(typeOf(op.getX()), typeOf(op.getWeights()),
                                             typeOf(op.getBias()), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  return success();
}

SmallVector<Value> DenseOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  Value dy = resultGradients[0];
  SmallVector<Value> gradients{
      buildAt<DenseGradInputOp>(builder, *this, getX().getType(), dy, getWeights(),
                                /*saved=*/Value(), /*activation=*/StringAttr()),
      buildAt<DenseGradWeightsOp>(builder, *this, getWeights().getType(), getX(), dy)};
  if (getBias())
    gradients.push_back(buildAt<DenseGradBiasOp>(builder, *this, getBias().getType(), dy));
  return gradients;
}

static LogicalResult verifyDelta(Operation *op, Value x, Value weights, Value dy) {
  FailureOr<RankedTensorType> y = inferDense(typeOf(x), typeOf(weights), {}, complainAt(op));
  if (failed(y))
    return failure();
  return expectType("`dy`", *y, dy.getType(), complainAt(op));
}

LogicalResult DenseGradInputOp::verify() {
  if (failed(verifyDelta(*this, getDx(), getWeights(), getDy())))
    return failure();
  return expectSaved(getSaved(), getActivation(), getDx().getType(), complainAt(*this));
}

LogicalResult DenseGradWeightsOp::verify() {
  return verifyDelta(*this, getX(), getDweights(), getDy());
}

static LogicalResult verifyBias(Operation *op, Value delta, Value bias) {
  int64_t units = sampleExtents(typeOf(delta))[0];
  if (typeOf(bias).getDimSize(0) == units)
    return success();
  return op->emitOpError("bias has ")
         << typeOf(bias).getDimSize(0) << " numbers for " << units << " units";
}

LogicalResult DenseGradBiasOp::verify() {
  return verifyBias(*this, getDy(), getDbias());
}

LogicalResult DenseBlockOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> y =
      inferDense(typeOf(getX()), typeOf(getWeights()), typeOf(getBias()), complain);
  if (failed(y) || failed(expectActivation(getActivation(), complain)) ||
      failed(expectType("`y`", *y, getY().getType(), complain)))
    return failure();
  return getZ() ? expectType("`z`", *y, getZ().getType(), complain) : success();
}

LogicalResult DenseGradWeightsUpdateOp::verify() {
  if (failed(verifyDelta(*this, getX(), getWeights(), getDz())))
    return failure();
  return expectUpdate(getOptimizer(), getWeights(), {}, getSlots(), getUpdated(),
                      complainAt(*this));
}

LogicalResult DenseGradBiasUpdateOp::verify() {
  if (failed(verifyBias(*this, getDz(), getBias())))
    return failure();
  return expectUpdate(getOptimizer(), getBias(), {}, getSlots(), getUpdated(), complainAt(*this));
}

} // namespace nnx
