// update: the verifier of one optimizer step.
#include "compiler/layers/Layers.h"

using namespace mlir;

namespace nnx {

LogicalResult UpdateOp::verify() {
  return expectUpdate(getOptimizer(), getWeights(), getGradient(), getSlots(), getUpdated(),
                      complainAt(*this));
}

} // namespace nnx
