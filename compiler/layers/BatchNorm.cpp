// batch_norm: gradient, form when evaluating, and the verifiers of what it is made of.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

// Only y reaches the loss; the moving averages follow the batch and are not trained.
SmallVector<Value> BatchNormOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  Value dy = resultGradients[0];
  Type features = getGamma().getType();
  auto parameters =
      buildAt<BatchNormGradParametersOp>(builder, *this, TypeRange{features, features}, getX(), dy,
                                         getMean(), getVariance(), getEpsilon());
  Value dx = buildAt<BatchNormGradInputOp>(builder, *this, getX().getType(), getX(), dy, getGamma(),
                                           getMean(), getVariance(), parameters.getDgamma(),
                                           parameters.getDbeta(), getEpsilon());
  return {dx, parameters.getDgamma(), parameters.getDbeta(), Value(), Value()};
}

SmallVector<Value> BatchNormOp::buildInference(OpBuilder &builder) {
  Value y = buildAt<NormalizeOp>(builder, *this, getY().getType(), getX(), getGamma(), getBeta(),
                                 getMovingMean(), getMovingVariance(), getEpsilon());
  return {y, Value(), Value(), Value(), Value()};
}

Value BatchNormOp::getNewState(Value parameter) {
  if (parameter == getMovingMean())
    return getNewMovingMean();
  return parameter == getMovingVariance() ? getNewMovingVariance() : Value();
}

// All of `values` have one number per channel, or per number of a flat sample.
static LogicalResult expectFeatures(Operation *op, Value x, ValueRange values) {
  int64_t features = typeOf(x).getShape().back();
  for (Value value : values)
    if (typeOf(value).getDimSize(0) != features)
      return op->emitOpError("expects tensors of ")
             << features << " numbers, found " << value.getType();
  return success();
}

static LogicalResult expectEpsilon(Operation *op, const APFloat &epsilon) {
  return epsilon.convertToDouble() > 0 ? success() : op->emitOpError("`epsilon` is above 0");
}

static LogicalResult expectMomentum(Operation *op, const APFloat &momentum) {
  double value = momentum.convertToDouble();
  return value >= 0 && value <= 1 ? success() : op->emitOpError("`momentum` is between 0 and 1");
}

LogicalResult BatchNormOp::verify() {
  if (failed(expectType("`y`", getX().getType(), getY().getType(), complainAt(*this))) ||
      failed(expectEpsilon(*this, getEpsilon())) || failed(expectMomentum(*this, getMomentum())))
    return failure();
  return expectFeatures(*this, getX(),
                        {getGamma(), getBeta(), getMovingMean(), getMovingVariance(), getMean(),
                         getVariance(), getNewMovingMean(), getNewMovingVariance()});
}

LogicalResult NormalizeOp::verify() {
  if (failed(expectType("`y`", getX().getType(), getY().getType(), complainAt(*this))) ||
      failed(expectEpsilon(*this, getEpsilon())))
    return failure();
  return expectFeatures(*this, getX(), {getGamma(), getBeta(), getMean(), getVariance()});
}

LogicalResult BatchNormGradParametersOp::verify() {
  if (failed(expectType("`dy`", getX().getType(), getDy().getType(), complainAt(*this))) ||
      failed(expectEpsilon(*this, getEpsilon())))
    return failure();
  return expectFeatures(*this, getX(), {getMean(), getVariance(), getDgamma(), getDbeta()});
}

LogicalResult BatchNormGradInputOp::verify() {
  if (failed(expectType("`dy`", getX().getType(), getDy().getType(), complainAt(*this))) ||
      failed(expectType("`dx`", getX().getType(), getDx().getType(), complainAt(*this))) ||
      failed(expectEpsilon(*this, getEpsilon())))
    return failure();
  return expectFeatures(*this, getX(),
                        {getGamma(), getMean(), getVariance(), getDgamma(), getDbeta()});
}

LogicalResult BatchNormStatisticsOp::verify() {
  if (failed(expectMomentum(*this, getMomentum())))
    return failure();
  return expectFeatures(*this, getX(),
                        {getMovingMean(), getMovingVariance(), getMean(), getVariance(),
                         getNewMovingMean(), getNewMovingVariance()});
}

} // namespace nnx
