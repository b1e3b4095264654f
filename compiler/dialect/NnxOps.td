//===- NnxOps.td - the ops of the nnx dialect -----------------------------===//
//
// In four groups: layers (forward), their gradients, what fusion makes of both, and the calls on
// buffers that kernel selection makes of those. A tensor over samples has the dynamic batch first
// and then Keras's logical order: images are tensor<?xHxWxCxf32>, flat ones tensor<?xKxf32>.
//
//===----------------------------------------------------------------------===//

#ifndef NNX_OPS_TD
#define NNX_OPS_TD

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

// Windows and strides are [along y, along x].
defvar Nnx_Pair = DenseI64ArrayAttr;

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
  let summary = "y[b,oy,ox,co] = bias[co] + sum x[b, sy*oy+ky-py, sx*ox+kx-px, ci] * w[ky,kx,ci,co]";
  let description = "A correlation, as in Keras. x outside its extent is 0 (padding = same).";
  let arguments = (ins Nnx_Image:$x, Nnx_ConvKernel:$weights, Optional<Nnx_Bias>:$bias,
    Nnx_Pair:$strides, Nnx_PaddingAttr:$padding);
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
    Windows lie wholly inside x. The place counts row by row from 0; among equals the first wins,
    and a NaN wins over what stands before it.
  }];
  let arguments = (ins Nnx_Image:$x, Nnx_Pair:$window, Nnx_Pair:$strides);
  let results = (outs Nnx_Image:$y, Nnx_Argmax:$argmax);
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
    no clipping. One loss per sample; what is trained on is the mean over the batch.
  }];
  let arguments = (ins Nnx_Flat:$logits, Nnx_Labels:$labels);
  let results = (outs Nnx_PerSample:$loss, Nnx_Flat:$probabilities);
  let extraClassDeclaration = "bool isLoss() { return true; }";
}

def Nnx_AddOp : Nnx_Op<"add", [Pure, SameOperandsAndResultType]> {
  let summary = "the sum of the gradients of a value used more than once";
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$sum);
  let assemblyFormat = "operands attr-dict `:` type($sum)";
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
// Gradients
//
// dy is the gradient with respect to a layer's result, of its shape. Where a gradient op has a
// `saved` operand and an `activation`, it also multiplies by the derivative of that activation,
// which stood before the layer: saved is the activation's output where its row gives the derivative
// as a function of the output, else its input; it has the shape of the result.
//===----------------------------------------------------------------------===//

class Nnx_GradientOp<string mnemonic, list<Trait> traits = []>
    : Nnx_Op<mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

class Nnx_SavedFormat<string before> {
  string format = before # [{
    (`saved` `(` $saved^ `)`)? attr-dict `:` functional-type(operands, results)}];
}

def Nnx_Conv2dGradInputOp : Nnx_GradientOp<"conv2d_grad_input"> {
  let summary = "dx[b,iy,ix,ci] = sum dy[b,oy,ox,co] * w[ky,kx,ci,co], over the places that read x[iy,ix]";
  let arguments = (ins Nnx_Image:$dy, Nnx_ConvKernel:$weights, Optional<Nnx_Image>:$saved,
    Nnx_Pair:$strides, Nnx_PaddingAttr:$padding, OptionalAttr<StrAttr>:$activation);
  let results = (outs Nnx_Image:$dx);
  let assemblyFormat = Nnx_SavedFormat<"$dy `,` $weights">.format;
}

def Nnx_Conv2dGradWeightsOp : Nnx_GradientOp<"conv2d_grad_weights"> {
  let summary = "dw[ky,kx,ci,co] = sum over b,oy,ox of x[b, sy*oy+ky-py, sx*ox+kx-px, ci] * dy[b,oy,ox,co]";
  let arguments = (ins Nnx_Image:$x, Nnx_Image:$dy, Nnx_Pair:$strides, Nnx_PaddingAttr:$padding);
  let results = (outs Nnx_ConvKernel:$dweights);
}

def Nnx_Conv2dGradBiasOp : Nnx_GradientOp<"conv2d_grad_bias"> {
  let summary = "db[co] = sum over b,oy,ox of dy[b,oy,ox,co]";
  let arguments = (ins Nnx_Image:$dy);
  let results = (outs Nnx_Bias:$dbias);
}

def Nnx_DenseGradInputOp : Nnx_GradientOp<"dense_grad_input"> {
  let summary = "dx[b,k] = sum over n of dy[b,n] * w[k,n]";
  let arguments = (ins Nnx_Flat:$dy, Nnx_DenseKernel:$weights, Optional<Nnx_Flat>:$saved,
    OptionalAttr<StrAttr>:$activation);
  let results = (outs Nnx_Flat:$dx);
  let assemblyFormat = Nnx_SavedFormat<"$dy `,` $weights">.format;
}

def Nnx_DenseGradWeightsOp : Nnx_GradientOp<"dense_grad_weights"> {
  let summary = "dw[k,n] = sum over b of x[b,k] * dy[b,n]";
  let arguments = (ins Nnx_Flat:$x, Nnx_Flat:$dy);
  let results = (outs Nnx_DenseKernel:$dweights);
}

def Nnx_DenseGradBiasOp : Nnx_GradientOp<"dense_grad_bias"> {
  let summary = "db[n] = sum over b of dy[b,n]";
  let arguments = (ins Nnx_Flat:$dy);
  let results = (outs Nnx_Bias:$dbias);
}

def Nnx_ActivationGradOp
    : Nnx_GradientOp<"activation_grad", [SameOperandsAndResultType]> {
  let summary = "dx = dy * f'(x), by way of y = f(x) where the row of f says so";
  let arguments = (ins Nnx_Batch:$dy, Nnx_Batch:$saved, StrAttr:$kind);
  let results = (outs Nnx_Batch:$dx);
  let assemblyFormat = "$kind `,` $dy `,` $saved attr-dict `:` type($dx)";
}

def Nnx_MaxPoolGradOp : Nnx_GradientOp<"max_pool_grad"> {
  let summary = "dx = the sum of the dy of the windows whose largest element stood there";
  let arguments = (ins Nnx_Image:$dy, Nnx_Argmax:$argmax, Optional<Nnx_Image>:$saved,
    Nnx_Pair:$window, Nnx_Pair:$strides, OptionalAttr<StrAttr>:$activation);
  let results = (outs Nnx_Image:$dx);
  let assemblyFormat = Nnx_SavedFormat<"$dy `,` $argmax">.format;
}

def Nnx_FlattenGradOp : Nnx_GradientOp<"flatten_grad"> {
  let summary = "dx[b,oy,ox,c] = dy[b, (oy * W + ox) * C + c]";
  let arguments = (ins Nnx_Flat:$dy);
  let results = (outs Nnx_Image:$dx);
}

def Nnx_SoftmaxGradOp : Nnx_GradientOp<"softmax_grad", [SameOperandsAndResultType]> {
  let summary = "dx[i] = y[i] * (dy[i] - sum over j of dy[j] * y[j]) along the last axis";
  let arguments = (ins Nnx_Batch:$dy, Nnx_Batch:$y);
  let results = (outs Nnx_Batch:$dx);
  let hasVerifier = 0;
  let assemblyFormat = "operands attr-dict `:` type($dx)";
}

def Nnx_SoftmaxCrossEntropyGradOp : Nnx_GradientOp<"softmax_cross_entropy_grad"> {
  let summary = "the gradient of the batch's mean loss with respect to the logits";
  let description = "dlogits[n] = (probabilities[n] - [n = label]) / samples.";
  let arguments = (ins Nnx_Flat:$probabilities, Nnx_Labels:$labels);
  let results = (outs Nnx_Flat:$dlogits);
}

//===----------------------------------------------------------------------===//
// Fused: one op is one kernel (docs/architecture.md, "Kernels")
//===----------------------------------------------------------------------===//

class Nnx_FusedOp<string mnemonic, list<Trait> traits = []>
    : Nnx_Op<mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
}

def Nnx_Conv2dBlockOp : Nnx_FusedOp<"conv2d_block", [AttrSizedResultSegments]> {
  let summary = "y = max_pool(activation(conv2d(x)))";
  let description = [{
    `window` and `pool_strides` stand together or not at all. The activation is monotone where there
    is a pool; argmax is that of the pooled pre-activation, z the pooled pre-activation itself.
  }];
  let arguments = (ins Nnx_Image:$x, Nnx_ConvKernel:$weights, Optional<Nnx_Bias>:$bias,
    Nnx_Pair:$strides, Nnx_PaddingAttr:$padding, StrAttr:$activation,
    OptionalAttr<Nnx_Pair>:$window, OptionalAttr<Nnx_Pair>:$pool_strides);
  let results = (outs Nnx_Image:$y, Optional<Nnx_Argmax>:$argmax, Optional<Nnx_Image>:$z);
  let assemblyFormat = [{
    $activation `,` $x `,` $weights (`bias` `(` $bias^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Nnx_DenseBlockOp : Nnx_FusedOp<"dense_block"> {
  let summary = "y = activation(z), z = dense(x); z is kept where the gradient needs it";
  let arguments = (ins Nnx_Flat:$x, Nnx_DenseKernel:$weights, Optional<Nnx_Bias>:$bias,
    StrAttr:$activation);
  let results = (outs Nnx_Flat:$y, Optional<Nnx_Flat>:$z);
  let assemblyFormat = [{
    $activation `,` $x `,` $weights (`bias` `(` $bias^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Nnx_SoftmaxCrossEntropyBlockOp : Nnx_FusedOp<"softmax_cross_entropy_block"> {
  let summary = "softmax_cross_entropy and softmax_cross_entropy_grad in one";
  let arguments = (ins Nnx_Flat:$logits, Nnx_Labels:$labels);
  let results = (outs Nnx_PerSample:$loss, Nnx_Flat:$probabilities, Nnx_Flat:$dlogits);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Nnx_Conv2dGradWeightsUpdateOp
    : Nnx_FusedOp<"conv2d_grad_weights_update", [AttrSizedOperandSegments]> {
  let summary = "update(weights, conv2d_grad_weights(x, dz), slots)";
  let description = [{
    With `window`, dz is the gradient of the pooled pre-activation, and argmax says where in each
    window it belongs.
  }];
  let arguments = (ins Nnx_Image:$x, Nnx_Image:$dz, Optional<Nnx_Argmax>:$argmax,
    Nnx_ConvKernel:$weights, Variadic<Nnx_ConvKernel>:$slots,
    Nnx_Pair:$strides, Nnx_PaddingAttr:$padding, OptionalAttr<Nnx_Pair>:$window,
    OptionalAttr<Nnx_Pair>:$pool_strides, StrAttr:$optimizer);
  let results = (outs Variadic<Nnx_ConvKernel>:$updated);
  let assemblyFormat = [{
    $optimizer `,` $x `,` $dz (`argmax` `(` $argmax^ `)`)? `into` $weights
    (`slots` `(` $slots^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Nnx_Conv2dGradBiasUpdateOp : Nnx_FusedOp<"conv2d_grad_bias_update"> {
  let summary = "update(bias, conv2d_grad_bias(dz), slots); dz may be pooled, the sum is the same";
  let arguments = (ins Nnx_Image:$dz, Nnx_Bias:$bias, Variadic<Nnx_Bias>:$slots,
    StrAttr:$optimizer);
  let results = (outs Variadic<Nnx_Bias>:$updated);
  let assemblyFormat = [{
    $optimizer `,` $dz `into` $bias (`slots` `(` $slots^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Nnx_TransposeDeltaOp : Nnx_Op<"transpose_delta", [Pure, SameOperandsAndResultType]> {
  let summary = "the same numbers, laid out (n, lane, tile) for the dense gradients";
  let arguments = (ins Nnx_Flat:$dz);
  let results = (outs Nnx_Flat:$transposed);
  let assemblyFormat = "operands attr-dict `:` type($transposed)";
}

def Nnx_DenseGradWeightsUpdateOp : Nnx_FusedOp<"dense_grad_weights_update"> {
  let summary = "update(weights, dense_grad_weights(x, dz), slots); dz comes from transpose_delta";
  let arguments = (ins Nnx_Flat:$x, Nnx_Flat:$dz, Nnx_DenseKernel:$weights,
    Variadic<Nnx_DenseKernel>:$slots, StrAttr:$optimizer);
  let results = (outs Variadic<Nnx_DenseKernel>:$updated);
  let assemblyFormat = [{
    $optimizer `,` $x `,` $dz `into` $weights (`slots` `(` $slots^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Nnx_DenseGradBiasUpdateOp : Nnx_FusedOp<"dense_grad_bias_update"> {
  let summary = "update(bias, dense_grad_bias(dz), slots); dz comes from transpose_delta";
  let arguments = (ins Nnx_Flat:$dz, Nnx_Bias:$bias, Variadic<Nnx_Bias>:$slots,
    StrAttr:$optimizer);
  let results = (outs Variadic<Nnx_Bias>:$updated);
  let assemblyFormat = [{
    $optimizer `,` $dz `into` $bias (`slots` `(` $slots^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Buffers and calls: after kernel selection
//===----------------------------------------------------------------------===//

def Nnx_BufferOp : Nnx_Op<"buffer"> {
  let summary = "one buffer of the variant: an nnxrt_buffer of nnxrt/abi.h";
  let description = [{
    Dimension 0 is innermost, strides count elements, an extent of -1 is the number of tiles.
    A view has the memory of the buffer it names.
  }];
  let arguments = (ins StrAttr:$name, Optional<Nnx_BufferType>:$viewed, TypeAttr:$element,
    DenseI64ArrayAttr:$extents, DenseI64ArrayAttr:$strides, Nnx_SpaceAttr:$space);
  let results = (outs Nnx_BufferType:$buffer);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $name $space $element $extents `strides` $strides (`view` $viewed^)? attr-dict
  }];
}

def Nnx_CallKernelOp : Nnx_Op<"call_kernel"> {
  let summary = "runs a kernel on buffers, in program order";
  let description = [{
    `spec` holds the kind and attributes of the kernels::KernelSpec, `symbol` the function it
    becomes. Scalars come before buffers in the call: "samples" or a hyperparameter's name.
  }];
  let arguments = (ins StrAttr:$symbol, StrArrayAttr:$scalars,
    Variadic<Nnx_BufferType>:$buffers, Nnx_EffectArrayAttr:$effects, DictionaryAttr:$spec);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $symbol $scalars `(` custom<KernelArguments>($buffers, $effects) `)` $spec attr-dict
  }];
}

#endif // NNX_OPS_TD
