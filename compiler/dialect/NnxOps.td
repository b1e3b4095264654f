//===- NnxOps.td - the ops of the nnx dialect -----------------------------===//
//
// In four groups: layers (NnxLayers.td), their gradients (NnxGradients.td), and here what fusion makes
// of both and the calls on buffers that kernel selection makes of those. A tensor over samples has the
// dynamic batch first and then Keras's logical order: images are tensor<?xHxWxCxf32>, flat ones
// tensor<?xKxf32>.
//
//===----------------------------------------------------------------------===//

#ifndef NNX_OPS_TD
#define NNX_OPS_TD

include "compiler/dialect/NnxGradients.td"

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
    `window` and `pool_strides` stand together or not at all. Where there is a pool, the activation
    never falls, or falls and then rises. argmax is the place in the window that y comes from, z the
    pre-activation of that place. Where the activation never falls, it is the greatest of the window.
  }];
  let arguments = (ins Nnx_Image:$x, Nnx_ConvKernel:$weights, Optional<Nnx_Bias>:$bias,
    Nnx_Pair:$strides, Nnx_Dilations:$dilations, Nnx_PaddingAttr:$padding, StrAttr:$activation,
    OptionalAttr<Nnx_Pair>:$window, OptionalAttr<Nnx_Pair>:$pool_strides);
  let results = (outs Nnx_Image:$y, Optional<Nnx_Argmax>:$argmax, Optional<Nnx_Image>:$z);
  let assemblyFormat = [{
    $activation `,` $x `,` $weights (`bias` `(` $bias^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Nnx_Conv2dSoftmaxOp : Nnx_FusedOp<"conv2d_softmax"> {
  let summary = "y = softmax(conv2d(x)) over the filters";
  let arguments = (ins Nnx_Image:$x, Nnx_ConvKernel:$weights, Optional<Nnx_Bias>:$bias,
    Nnx_Pair:$strides, Nnx_Dilations:$dilations, Nnx_PaddingAttr:$padding);
  let results = (outs Nnx_Image:$y);
  let assemblyFormat = [{
    $x `,` $weights (`bias` `(` $bias^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Nnx_MaxPoolSoftmaxGradOp : Nnx_FusedOp<"max_pool_softmax_grad"> {
  let summary = "dx = softmax_grad(max_pool_grad(dy, argmax), y), y of the softmax";
  let arguments = (ins Nnx_Image:$dy, Nnx_Argmax:$argmax, Nnx_Image:$y,
    Nnx_Pair:$window, Nnx_Pair:$strides, Nnx_PoolPadding:$padding);
  let results = (outs Nnx_Image:$dx);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
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

def Nnx_BatchNormStatisticsOp : Nnx_FusedOp<"batch_norm_statistics"> {
  let summary = "the means and variances of a batch_norm, whose y is then normalize by them";
  let arguments = (ins Nnx_Batch:$x, Nnx_Bias:$moving_mean, Nnx_Bias:$moving_variance,
    F64Attr:$momentum);
  let results = (outs Nnx_Bias:$new_moving_mean, Nnx_Bias:$new_moving_variance, Nnx_Bias:$mean,
    Nnx_Bias:$variance);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Nnx_SoftmaxCrossEntropyBlockOp : Nnx_FusedOp<"softmax_cross_entropy_block"> {
  let summary = "softmax_cross_entropy and softmax_cross_entropy_grad in one";
  let arguments = (ins Nnx_Flat:$logits, Nnx_Labels:$labels, Nnx_LabelSmoothing:$label_smoothing);
  let results = (outs Nnx_PerSample:$loss, Nnx_Flat:$probabilities, Nnx_Flat:$dlogits);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Nnx_ElementwiseLossBlockOp : Nnx_FusedOp<"elementwise_loss_block"> {
  let summary = "elementwise_loss and elementwise_loss_grad in one";
  let arguments = (ins Nnx_Flat:$x, Nnx_Targets:$targets, StrAttr:$kind);
  let results = (outs Nnx_PerSample:$loss, Nnx_Flat:$predictions, Nnx_Flat:$dx);
  let assemblyFormat = "$kind `,` $x `,` $targets attr-dict `:` functional-type(operands, results)";
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
    Nnx_Pair:$strides, Nnx_Dilations:$dilations, Nnx_PaddingAttr:$padding,
    OptionalAttr<Nnx_Pair>:$window, OptionalAttr<Nnx_Pair>:$pool_strides, StrAttr:$optimizer);
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
