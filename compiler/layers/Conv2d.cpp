// conv2d: result type, gradient, and the verifiers of its gradient ops and fused forms.
#include "compiler/layers/Layers.h"

#include "dsl/Activations.h"

using namespace mlir;

namespace nnx {

FailureOr<RankedTensorType> inferConv2d(RankedTensorType x, RankedTensorType weights,
                                        RankedTensorType bias, ArrayRef<int64_t> strides,
                                        ArrayRef<int64_t> dilations, Padding padding,
                                        Complain complain) {
  ArrayRef<int64_t> in = sampleExtents(x), kernel = weights.getShape();
  if (kernel[2] != in[2])
    return complain("weights take " + Twine(kernel[2]) + " channels, the input has " +
                    Twine(in[2]));
  if (bias && bias.getDimSize(0) != kernel[3])
    return complain("bias has " + Twine(bias.getDimSize(0)) + " numbers for " + Twine(kernel[3]) +
                    " filters");
  if (failed(expectExtents(in, complain)) || failed(expectExtents(kernel, complain)) ||
      failed(expectPair("strides", strides, complain)) ||
      failed(expectPair("dilations", dilations, complain)))
    return failure();
  return typeFrom(dsl::conv2dSizes(in.vec(), kernel[3], kernel.take_front(2).vec(), strides.vec(),
                                   dilations.vec(), padding == Padding::Same, bool(bias)),
                  x.getElementType(), complain);
}

LogicalResult Conv2dOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                         Adaptor op, SmallVectorImpl<Type> &results) {
  FailureOr<RankedTensorType> y =
      inferConv2d(typeOf(op.getX()), typeOf(op.getWeights()), typeOf(op.getBias()), op.getStrides(),
                  op.getDilations(), op.getPadding(), complainAt(location));
  if (failed(y))
    return failure();
  results.push_back(*y);
  return success();
}

SmallVector<Value> Conv2dOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  Value dy = resultGradients[0];
  SmallVector<Value> gradients{
      buildAt<Conv2dGradInputOp>(
          builder, *this, getX().getType(), dy, /*argmax=*/Value(), getWeights(),
          /*saved=*/Value(), getStridesAttr(), getDilationsAttr(), getPaddingAttr(),
          /*window=*/DenseI64ArrayAttr(), /*pool_strides=*/DenseI64ArrayAttr(),
          /*activation=*/StringAttr()),
      buildAt<Conv2dGradWeightsOp>(builder, *this, getWeights().getType(), getX(), dy, getStrides(),
                                   getDilations(), getPadding())};
  if (getBias())
    gradients.push_back(buildAt<Conv2dGradBiasOp>(builder, *this, getBias().getType(), dy));
  return gradients;
}

// The gradient ops name the types of the layer's input and weights, so that dy must be what the
// layer makes of them.
static LogicalResult verifyDelta(Operation *op, Value x, Value weights, Value dy,
                                 ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                                 Padding padding) {
  FailureOr<RankedTensorType> y =
      inferConv2d(typeOf(x), typeOf(weights), {}, strides, dilations, padding, complainAt(op));
  if (failed(y))
    return failure();
  return expectType("`dy`", *y, dy.getType(), complainAt(op));
}

LogicalResult Conv2dGradWeightsOp::verify() {
  return verifyDelta(*this, getX(), getDweights(), getDy(), getStrides(), getDilations(),
                     getPadding());
}

// A bias has one number per channel, the last dimension of what it is added to.
static LogicalResult verifyBias(Operation *op, Value delta, Value bias) {
  int64_t channels = typeOf(delta).getShape().back();
  if (typeOf(bias).getDimSize(0) == channels)
    return success();
  return op->emitOpError("bias has ")
         << typeOf(bias).getDimSize(0) << " numbers for " << channels << " channels";
}

LogicalResult Conv2dGradBiasOp::verify() {
  return verifyBias(*this, getDy(), getDbias());
}

// What is left of `y` behind an optional pool; window and strides stand together.
static FailureOr<RankedTensorType> pooled(Operation *op, RankedTensorType y,
                                          std::optional<ArrayRef<int64_t>> window,
                                          std::optional<ArrayRef<int64_t>> strides) {
  if (window.has_value() != strides.has_value())
    return op->emitOpError("expects `window` and `pool_strides` together");
  return window ? inferMaxPool(y, *window, *strides, Padding::Valid, complainAt(op)) : y;
}

static LogicalResult verifyArgmax(Operation *op, Value argmax, RankedTensorType pooled) {
  if (!argmax)
    return success();
  Type ui8 = IntegerType::get(op->getContext(), 8, IntegerType::Unsigned);
  return expectType("`argmax`", pooled.clone(ui8), argmax.getType(), complainAt(op));
}

LogicalResult Conv2dGradInputOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> y = inferConv2d(typeOf(getDx()), typeOf(getWeights()), {},
                                              getStrides(), getDilations(), getPadding(), complain);
  if (succeeded(y))
    y = pooled(*this, *y, getWindow(), getPoolStrides());
  if (failed(y) || failed(expectType("`dy`", *y, getDy().getType(), complain)))
    return failure();
  if (bool(getArgmax()) != getWindow().has_value())
    return emitOpError("expects `argmax` and `window` together");
  if (failed(verifyArgmax(*this, getArgmax(), *y)))
    return failure();
  return expectSaved(getSaved(), getActivation(), getDx().getType(), complain);
}

LogicalResult Conv2dBlockOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> y =
      inferConv2d(typeOf(getX()), typeOf(getWeights()), typeOf(getBias()), getStrides(),
                  getDilations(), getPadding(), complain);
  if (succeeded(y))
    y = pooled(*this, *y, getWindow(), getPoolStrides());
  if (failed(y) || failed(expectActivation(getActivation(), complain)))
    return failure();
  if (getWindow() && dsl::findActivation(getActivation())->shape == dsl::ActivationShape::Unknown)
    return emitOpError("`") << getActivation() << "` has no known shape, which a pool needs";
  if (getArgmax() && !getWindow())
    return emitOpError("has an argmax without a pool");
  if (failed(verifyArgmax(*this, getArgmax(), *y)) ||
      failed(expectType("`y`", *y, getY().getType(), complain)))
    return failure();
  return getZ() ? expectType("`z`", *y, getZ().getType(), complain) : success();
}

LogicalResult Conv2dSoftmaxOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> y =
      inferConv2d(typeOf(getX()), typeOf(getWeights()), typeOf(getBias()), getStrides(),
                  getDilations(), getPadding(), complain);
  return failed(y) ? failure() : expectType("`y`", *y, getY().getType(), complain);
}

LogicalResult Conv2dGradWeightsUpdateOp::verify() {
  auto complain = complainAt(*this);
  FailureOr<RankedTensorType> delta =
      inferConv2d(typeOf(getX()), typeOf(getWeights()), {}, getStrides(), getDilations(),
                  getPadding(), complain);
  if (succeeded(delta))
    delta = pooled(*this, *delta, getWindow(), getPoolStrides());
  if (failed(delta) || failed(expectType("`dz`", *delta, getDz().getType(), complain)) ||
      failed(verifyArgmax(*this, getArgmax(), *delta)))
    return failure();
  if (bool(getArgmax()) != getWindow().has_value())
    return emitOpError("expects `argmax` with a pool and only there");
  return expectUpdate(getOptimizer(), getWeights(), {}, getSlots(), getUpdated(), complain);
}

LogicalResult Conv2dGradBiasUpdateOp::verify() {
  if (failed(verifyBias(*this, getDz(), getBias())))
    return failure();
  return expectUpdate(getOptimizer(), getBias(), {}, getSlots(), getUpdated(), complainAt(*this));
}

} // namespace nnx
