// update and squared_norm: the verifiers of one optimizer step.
#include "compiler/layers/Layers.h"

#include "dsl/Optimizers.h"

using namespace mlir;

namespace nnx {

LogicalResult UpdateOp::verify() {
  if (auto choice = dsl::parseOptimizerChoice(getOptimizer());
      choice && choice->row->readsNorm(choice->flags) != bool(getSquaredNorm()))
    return emitOpError("expects `squared_norm` where the optimizer clips by norm, and only there");
  if (Value norm = getSquaredNorm(); norm && typeOf(norm).getDimSize(0) != 1)
    return emitOpError("expects one number as `squared_norm`");
  return expectUpdate(getOptimizer(), getWeights(), getGradient(), getSlots(), getUpdated(),
                      complainAt(*this));
}

LogicalResult SquaredNormOp::verify() {
  auto one = RankedTensorType::get({1}, Float32Type::get(getContext()));
  if (getSum().getType() != one || (getBefore() && getBefore().getType() != one))
    return emitOpError("sums are one number: tensor<1xf32>");
  return success();
}

} // namespace nnx
