//===- NnxGradients.td - what the backward pass makes of layers ------------===//

#ifndef NNX_GRADIENTS_TD
#define NNX_GRADIENTS_TD

include "compiler/dialect/NnxLayers.td"

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

def Nnx_Conv2dGradInputOp
    : Nnx_GradientOp<"conv2d_grad_input", [AttrSizedOperandSegments]> {
  let summary = "dx[b,iy,ix,ci] = sum dy[b,oy,ox,co] * w[ky,kx,ci,co], over the places that read x[iy,ix]";
  let description = [{
    With `window`, dy is the gradient of the pool behind the convolution, and argmax says where in
    each window it belongs.
  }];
  let arguments = (ins Nnx_Image:$dy, Optional<Nnx_Argmax>:$argmax, Nnx_ConvKernel:$weights,
    Optional<Nnx_Image>:$saved, Nnx_Pair:$strides, Nnx_Dilations:$dilations,
    Nnx_PaddingAttr:$padding, OptionalAttr<Nnx_Pair>:$window, OptionalAttr<Nnx_Pair>:$pool_strides,
    OptionalAttr<StrAttr>:$activation);
  let results = (outs Nnx_Image:$dx);
  let assemblyFormat =
    Nnx_SavedFormat<"$dy (`argmax` `(` $argmax^ `)`)? `,` $weights">.format;
}

def Nnx_Conv2dGradWeightsOp : Nnx_GradientOp<"conv2d_grad_weights"> {
  let summary = "dw[ky,kx,ci,co] = sum over b,oy,ox of x[b, sy*oy+ry*ky-py, sx*ox+rx*kx-px, ci] * dy[b,oy,ox,co]";
  let arguments = (ins Nnx_Image:$x, Nnx_Image:$dy, Nnx_Pair:$strides, Nnx_Dilations:$dilations,
    Nnx_PaddingAttr:$padding);
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
    Nnx_Pair:$window, Nnx_Pair:$strides, Nnx_PoolPadding:$padding,
    OptionalAttr<StrAttr>:$activation);
  let results = (outs Nnx_Image:$dx);
  let assemblyFormat = Nnx_SavedFormat<"$dy `,` $argmax">.format;
}

def Nnx_AvgPoolGradOp : Nnx_GradientOp<"avg_pool_grad"> {
  let summary = "dx = the sum over the windows that hold the place, of dy / their places inside of x";
  let arguments = (ins Nnx_Image:$dy, Nnx_Pair:$window, Nnx_Pair:$strides,
    Nnx_PoolPadding:$padding);
  let results = (outs Nnx_Image:$dx);
}

def Nnx_BatchNormGradParametersOp : Nnx_GradientOp<"batch_norm_grad_parameters"> {
  let summary = "dgamma[c] = sum dy * (x - mean) / sqrt(variance + epsilon), dbeta[c] = sum dy";
  let arguments = (ins Nnx_Batch:$x, Nnx_Batch:$dy, Nnx_Bias:$mean, Nnx_Bias:$variance,
    F64Attr:$epsilon);
  let results = (outs Nnx_Bias:$dgamma, Nnx_Bias:$dbeta);
}

def Nnx_BatchNormGradInputOp : Nnx_GradientOp<"batch_norm_grad_input"> {
  let summary = "dx = gamma / s * (dy - dbeta / n - (x - mean) / s * dgamma / n), s = sqrt(variance + epsilon)";
  let description = "n is the count of the numbers behind one mean.";
  let arguments = (ins Nnx_Batch:$x, Nnx_Batch:$dy, Nnx_Bias:$gamma, Nnx_Bias:$mean,
    Nnx_Bias:$variance, Nnx_Bias:$dgamma, Nnx_Bias:$dbeta, F64Attr:$epsilon);
  let results = (outs Nnx_Batch:$dx);
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
  let description = "dlogits[n] = (probabilities[n] - t[n]) / samples.";
  let arguments = (ins Nnx_Flat:$probabilities, Nnx_Labels:$labels,
    Nnx_LabelSmoothing:$label_smoothing);
  let results = (outs Nnx_Flat:$dlogits);
}

def Nnx_ElementwiseLossGradOp : Nnx_GradientOp<"elementwise_loss_grad"> {
  let summary = "the gradient of the batch's mean loss with respect to the predictions";
  let description = "dx[n] = f'(predictions[n], t[n]) / (predictions * samples).";
  let arguments = (ins Nnx_Flat:$predictions, Nnx_Targets:$targets, StrAttr:$kind);
  let results = (outs Nnx_Flat:$dx);
  let assemblyFormat = "$kind `,` $predictions `,` $targets attr-dict `:` functional-type(operands, results)";
}

#endif // NNX_GRADIENTS_TD
