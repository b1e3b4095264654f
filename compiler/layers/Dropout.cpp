// dropout: gradient, form when evaluating, verifier.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

// What a mask lets through has the slope 1 / (1 - rate): the same mask and factor once more.
SmallVector<Value> DropoutOp::buildGradient(OpBuilder &builder, ValueRange resultGradients) {
  return {buildAt<DropoutOp>(builder, *this, resultGradients[0], getRate(), getStream())};
}

SmallVector<Value> DropoutOp::buildInference(OpBuilder &) {
  return {getX()};
}

LogicalResult DropoutOp::verify() {
  double rate = getRate().convertToDouble();
  if (!(rate >= 0 && rate < 1))
    return emitOpError("`rate` is at least 0 and below 1");
  if (getStream() > INT32_MAX)
    return emitOpError("`stream` is a number of 31 bits");
  return success();
}

} // namespace nnx
