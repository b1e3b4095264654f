//===- NnxInterfaces.td - what passes ask of ops --------------------------===//
//
// Passes know no ops: the backward pass asks GradientOpInterface, shape inference asks MLIR's
// InferTypeOpInterface, the interpreter and memory planning ask by op name or effect.
//
//===----------------------------------------------------------------------===//

#ifndef NNX_INTERFACES_TD
#define NNX_INTERFACES_TD

include "mlir/IR/OpBase.td"

def GradientOpInterface : OpInterface<"GradientOpInterface"> {
  let cppNamespace = "::nnx";
  let description = "An op of the forward function that can say its own gradient.";
  let methods = [
    InterfaceMethod<[{
        Builds the gradients of the batch's mean loss with respect to each operand, from those with
        respect to each result (a null Value stands for zero). Returns one Value per operand, of the
        operand's type, null where there is none (labels).
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildGradient",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGradients)>,
    InterfaceMethod<[{
        True for an op whose first result is the loss of each sample: the backward pass starts
        there, and buildGradient then gets no gradients.
      }],
      "bool", "isLoss", (ins), "", "return false;">
  ];
}

def InferenceFormOpInterface : OpInterface<"InferenceFormOpInterface"> {
  let cppNamespace = "::nnx";
  let description = "An op that computes one thing while a network is trained and another afterwards.";
  let methods = [
    InterfaceMethod<[{
        Builds what stands for each result in @evaluate; null for a result that only a step has.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildInference", (ins "::mlir::OpBuilder &":$builder)>,
    InterfaceMethod<[{
        The result that a parameter of this op becomes in a step, or null for one that the optimizer
        trains.
      }],
      "::mlir::Value", "getNewState", (ins "::mlir::Value":$parameter), "",
      "(void)parameter; return {};">
  ];
}

#endif // NNX_INTERFACES_TD
