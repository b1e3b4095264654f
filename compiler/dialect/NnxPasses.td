//===- NnxPasses.td - the passes of the compiler, in the order they run ---===//

#ifndef NNX_PASSES_TD
#define NNX_PASSES_TD

include "mlir/Pass/PassBase.td"

def DeriveBackward : Pass<"nnx-derive-backward", "::mlir::ModuleOp"> {
  let summary = "Make @step (forward, backward, update) and @evaluate out of @forward";
}

def Fuse : Pass<"nnx-fuse", "::mlir::ModuleOp"> {
  let summary = "Make one op of what one kernel computes";
  let options = [
    Option<"acrossLayers", "across-layers", "bool", /*default=*/"true",
           "Also fuse activations and pools with the layers around them">
  ];
}

def AssignLayouts : Pass<"nnx-assign-layouts", "::mlir::ModuleOp"> {
  let summary = "Say where the elements of each tensor lie in memory";
}

def SelectKernels : Pass<"nnx-select-kernels", "::mlir::ModuleOp"> {
  let summary = "Turn ops on tensors into calls of kernels on buffers";
  let options = [
    Option<"target", "target", "std::string", /*default=*/"\"x86-64-v3\"",
           "The CPU and the device, as kernels::parseKernelTarget reads them">,
    Option<"asserts", "asserts", "bool", /*default=*/"false",
           "Kernels that check the bounds of their buffers">
  ];
}

def PlanMemory : Pass<"nnx-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Give each buffer of the arena its place, for each number of tiles";
  let options = [
    ListOption<"stepTiles", "step-tiles", "int64_t", "Numbers of tiles of training batches">,
    ListOption<"evaluateTiles", "evaluate-tiles", "int64_t", "Numbers of tiles of evaluation">,
    Option<"alignment", "alignment", "uint64_t", /*default=*/"NNXRT_ALIGNMENT",
           "Bytes that each place is a multiple of">
  ];
}

def LowerToCalls : Pass<"nnx-lower-to-calls", "::mlir::ModuleOp"> {
  let summary = "Turn each function into an LLVM function that calls kernels one by one";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // NNX_PASSES_TD
