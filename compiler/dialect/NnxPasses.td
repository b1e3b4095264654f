//===- NnxPasses.td - the passes of the compiler, in the order they run ---===//

#ifndef NNX_PASSES_TD
#define NNX_PASSES_TD

include "mlir/Pass/PassBase.td"

def DeriveBackward : Pass<"nnx-derive-backward", "::mlir::ModuleOp"> {
  let summary = "Make @step (forward, backward, update) and @evaluate out of @forward";
}

#endif // NNX_PASSES_TD
