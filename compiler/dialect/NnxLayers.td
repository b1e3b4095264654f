//===- NnxLayers.td - kinds of operands, and the ops of the forward pass ---===//

#ifndef NNX_LAYERS_TD
#define NNX_LAYERS_TD

include "compiler/dialect/NnxDialect.td"
include "compiler/dialect/NnxInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Kinds of operands
//===----------------------------------------------------------------------===//

def IsBatched : CPred<[{
    ::llvm::cast<::mlir::RankedTensorType>($_self).getRank() > 0 &&
    ::llvm::cast<::mlir::RankedTensorType>($_self).isDynamicDim(0) &&
    ::llvm::cast<::mlir::RankedTensorType>($_self).getNumDynamicDims() == 1}]>;

class Nnx_Samples<Type element, int rank, string what>
    : ConfinedType<TensorRankOf<[element], [rank]>, [IsBatched], what,
                   "::mlir::RankedTensorType">;
def Nnx_Image : Nnx_Samples<F32, 4, "images, tensor<?xHxWxCxf32>">;
def Nnx_Flat : Nnx_Samples<F32, 2, "flat samples, tensor<?xKxf32>">;
def Nnx_PerSample : Nnx_Samples<F32, 1, "one number per sample, tensor<?xf32>">;
def Nnx_Labels : Nnx_Samples<I32, 1, "one label per sample, tensor<?xi32>">;
def Nnx_Targets : ConfinedType<TensorRankOf<[I32, F32], [1, 2]>, [IsBatched],
    "one label per sample or numbers per sample, tensor<?xi32> or tensor<?xKxf32>",
    "::mlir::RankedTensorType">;
def Nnx_Argmax : Nnx_Samples<UI8, 4, "places in pooling windows, tensor<?xHxWxCxui8>">;
def Nnx_Batch : ConfinedType<TensorRankOf<[F32], [2, 4]>, [IsBatched],
    "images or flat samples, tensor<?x...xf32>", "::mlir::RankedTensorType">;

class Nnx_Weights<int rank, string what>
    : ConfinedType<TensorRankOf<[F32], [rank]>, [HasStaticShapePred], what,
                   "::mlir::RankedTensorType">;
def Nnx_ConvKernel : Nnx_Weights<4, "a convolution kernel, tensor<KHxKWxCIxCOxf32>">;
def Nnx_DenseKernel : Nnx_Weights<2, "a dense kernel, tensor<KxNxf32>">;
def Nnx_Bias : Nnx_Weights<1, "a bias, tensor<Nxf32>">;
def Nnx_Parameter : ConfinedType<RankedTensorOf<[F32]>, [HasStaticShapePred],
    "a parameter, tensor<...xf32>", "::mlir::RankedTensorType">;

// Windows, strides and dilations are [along y, along x].
defvar Nnx_Pair = DenseI64ArrayAttr;
def Nnx_Dilations : DefaultValuedAttr<Nnx_Pair, "{1, 1}">;
def Nnx_LabelSmoothing : DefaultValuedAttr<F64Attr, "0.0">;
def Nnx_PoolPadding : DefaultValuedAttr<Nnx_PaddingAttr, "::nnx::Padding::Valid">;

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

class Nnx_Op<string mnemonic, list<Trait> traits = []>
    : Op<Nnx_Dialect, mnemonic, traits>;

// A layer infers its result types from the formulas of dsl/Layers.h and knows its gradient.
class Nnx_LayerOp<string mnemonic, list<Trait> traits = []>
    : Nnx_Op<mnemonic, !listconcat([Pure,
        InferTypeOpAdaptor,
        DeclareOpInterfaceMethods<GradientOpInterface>], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Nnx_Conv2dOp : Nnx_LayerOp<"conv2d"> {
  let summary = "y[b,oy,ox,co] = bias[co] + sum x[b, sy*oy+ry*ky-py, sx*ox+rx*kx-px, ci] * w[ky,kx,ci,co]";
  let description = "A correlation, as in Keras. x outside its extent is 0 (padding = same).";
  let arguments = (ins Nnx_Image:$x, Nnx_ConvKernel:$weights, Optional<Nnx_Bias>:$bias,
    Nnx_Pair:$strides, Nnx_Dilations:$dilations, Nnx_PaddingAttr:$padding);
  let results = (outs Nnx_Image:$y);
}

def Nnx_DenseOp : Nnx_LayerOp<"dense"> {
  let summary = "y[b,n] = bias[n] + sum over k of x[b,k] * w[k,n]";
  let arguments = (ins Nnx_Flat:$x, Nnx_DenseKernel:$weights, Optional<Nnx_Bias>:$bias);
  let results = (outs Nnx_Flat:$y);
}

def Nnx_ActivationOp : Nnx_LayerOp<"activation"> {
  let summary = "y = f(x) element by element, f a row of dsl/tables/Activations.def";
  let arguments = (ins Nnx_Batch:$x, StrAttr:$kind);
  let results = (outs Nnx_Batch:$y);
  let hasVerifier = 1;
  let assemblyFormat = "$kind `,` $x attr-dict `:` functional-type(operands, results)";
}

def Nnx_MaxPoolOp : Nnx_LayerOp<"max_pool"> {
  let summary = "the largest of each window, and its place in the window";
  let description = [{
    What of a window lies outside of x (padding = same) does not count. The place counts row by row
    from 0; among equals the first wins, and a NaN wins over what stands before it.
  }];
  let arguments = (ins Nnx_Image:$x, Nnx_Pair:$window, Nnx_Pair:$strides,
    Nnx_PoolPadding:$padding);
  let results = (outs Nnx_Image:$y, Nnx_Argmax:$argmax);
}

def Nnx_AvgPoolOp : Nnx_LayerOp<"avg_pool"> {
  let summary = "the mean of what of each window lies inside of x";
  let arguments = (ins Nnx_Image:$x, Nnx_Pair:$window, Nnx_Pair:$strides,
    Nnx_PoolPadding:$padding);
  let results = (outs Nnx_Image:$y);
}

def Nnx_FlattenOp : Nnx_LayerOp<"flatten"> {
  let summary = "y[b, (oy * W + ox) * C + c] = x[b,oy,ox,c]";
  let arguments = (ins Nnx_Image:$x);
  let results = (outs Nnx_Flat:$y);
}

def Nnx_SoftmaxOp : Nnx_LayerOp<"softmax"> {
  let summary = "y = exp(x - max) / sum exp(x - max) along the last axis";
  let arguments = (ins Nnx_Batch:$x);
  let results = (outs Nnx_Batch:$y);
}

def Nnx_SoftmaxCrossEntropyOp : Nnx_LayerOp<"softmax_cross_entropy"> {
  let summary = "loss = log(sum over n of exp(logits[n])) - logits[label], probabilities = softmax(logits)";
  let description = [{
    What Keras 3 computes for a network that ends in softmax: it takes the loss from the logits, with
    no clipping. One loss per sample; what is trained on is the mean over the batch. Labels are
    smoothed: loss = log sum exp(logits) - sum over n of t[n] * logits[n], with
    t[n] = (1 - label_smoothing) * [n = label] + label_smoothing / classes.
  }];
  let arguments = (ins Nnx_Flat:$logits, Nnx_Labels:$labels, Nnx_LabelSmoothing:$label_smoothing);
  let results = (outs Nnx_PerSample:$loss, Nnx_Flat:$probabilities);
  let extraClassDeclaration = "bool isLoss() { return true; }";
}

def Nnx_ElementwiseLossOp : Nnx_LayerOp<"elementwise_loss"> {
  let summary = "loss = mean over n of f(x[n], t[n]), f a row of dsl/tables/Losses.def; predictions = x";
  let description = [{
    Labels stand for t[n] = [n = label]. One loss per sample; what is trained on is the mean over the
    batch.
  }];
  let arguments = (ins Nnx_Flat:$x, Nnx_Targets:$targets, StrAttr:$kind);
  let results = (outs Nnx_PerSample:$loss, Nnx_Flat:$predictions);
  let hasVerifier = 1;
  let extraClassDeclaration = "bool isLoss() { return true; }";
  let assemblyFormat = "$kind `,` $x `,` $targets attr-dict `:` functional-type(operands, results)";
}

def Nnx_AddOp : Nnx_Op<"add", [Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<GradientOpInterface>]> {
  let summary = "the sum of two branches, or of the gradients of a value used more than once";
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$sum);
  let assemblyFormat = "operands attr-dict `:` type($sum)";
}

def Nnx_ConcatOp : Nnx_LayerOp<"concat"> {
  let summary = "y = lhs, and behind it rhs, along the last axis";
  let arguments = (ins Nnx_Batch:$lhs, Nnx_Batch:$rhs);
  let results = (outs Nnx_Batch:$y);
}

def Nnx_SliceOp : Nnx_Op<"slice", [Pure]> {
  let summary = "y[..., i] = x[..., offset + i]: a part of x along the last axis";
  let description = "nnx-assign-layouts also makes it to bring a flat tensor into another order.";
  let arguments = (ins Nnx_Batch:$x, I64Attr:$offset);
  let results = (outs Nnx_Batch:$y);
  let hasVerifier = 1;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Nnx_UpdateOp : Nnx_Op<"update", [Pure, AttrSizedOperandSegments]> {
  let summary = "one step of the optimizer: new weights and state from old ones and the gradient";
  let description = [{
    `optimizer` is a row of dsl/tables/Optimizers.def with its settings that are no run-time values:
    "sgd(nesterov=false)". Hyperparameters (lr, momentum) come with the call. Results: the new
    weights, then one new value per slot, in the order of the row. `squared_norm` stands where the
    optimizer clips by norm.
  }];
  let arguments = (ins Nnx_Parameter:$weights, Nnx_Parameter:$gradient,
    Optional<Nnx_Bias>:$squared_norm, Variadic<Nnx_Parameter>:$slots, StrAttr:$optimizer);
  let results = (outs Variadic<Nnx_Parameter>:$updated);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $optimizer `,` $weights `,` $gradient (`squared_norm` `(` $squared_norm^ `)`)?
    (`slots` `(` $slots^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Nnx_SquaredNormOp : Nnx_Op<"squared_norm", [Pure]> {
  let summary = "one number: the sum of the squares of the gradient, and `before` if it is there";
  let arguments = (ins Nnx_Parameter:$gradient, Optional<Nnx_Bias>:$before);
  let results = (outs Nnx_Bias:$sum);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $gradient (`before` `(` $before^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Layers that train otherwise than they evaluate
//===----------------------------------------------------------------------===//

class Nnx_TrainingOp<string mnemonic, list<Trait> traits = []>
    : Nnx_Op<mnemonic, !listconcat([Pure,
        DeclareOpInterfaceMethods<GradientOpInterface>], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Nnx_DropoutOp : Nnx_TrainingOp<"dropout", [SameOperandsAndResultType,
    DeclareOpInterfaceMethods<InferenceFormOpInterface>]> {
  let summary = "y = x / (1 - rate) where a random number keeps it, else 0; x when evaluating";
  let description = [{
    The random number of element k (Keras's order) of sample b is word k mod 4 of Philox 4x32-10 with
    the key `seed` and the counter (k / 4, b, step, stream + 2^31); the element is kept where it is
    at least rate * 2^32. Seed and step come with the call. Its own gradient.
  }];
  let arguments = (ins Nnx_Batch:$x, F64Attr:$rate, I64Attr:$stream);
  let results = (outs Nnx_Batch:$y);
  let hasVerifier = 1;
  let assemblyFormat = "operands attr-dict `:` type($y)";
}

def Nnx_BatchNormOp : Nnx_TrainingOp<"batch_norm", [
    DeclareOpInterfaceMethods<InferenceFormOpInterface, ["getNewState"]>]> {
  let summary = "normalize by the mean and variance of the batch, and moving averages of both";
  let description = [{
    Per channel of images, per number of flat samples; the variance is that of the samples (divided
    by their count). new_moving_mean = momentum * moving_mean + (1 - momentum) * mean, and so is the
    variance. Evaluating, it is normalize by the moving averages.
  }];
  let arguments = (ins Nnx_Batch:$x, Nnx_Bias:$gamma, Nnx_Bias:$beta, Nnx_Bias:$moving_mean,
    Nnx_Bias:$moving_variance, F64Attr:$momentum, F64Attr:$epsilon);
  let results = (outs Nnx_Batch:$y, Nnx_Bias:$mean, Nnx_Bias:$variance, Nnx_Bias:$new_moving_mean,
    Nnx_Bias:$new_moving_variance);
  let hasVerifier = 1;
}

def Nnx_NormalizeOp : Nnx_Op<"normalize", [Pure]> {
  let summary = "y[..., c] = gamma[c] * (x[..., c] - mean[c]) / sqrt(variance[c] + epsilon) + beta[c]";
  let arguments = (ins Nnx_Batch:$x, Nnx_Bias:$gamma, Nnx_Bias:$beta, Nnx_Bias:$mean,
    Nnx_Bias:$variance, F64Attr:$epsilon);
  let results = (outs Nnx_Batch:$y);
  let hasVerifier = 1;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // NNX_LAYERS_TD
