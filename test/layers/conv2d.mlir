// What conv2d and its gradient and fused ops refuse.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

func.func @channels(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x3x4xf32>) {
  // expected-error@+2 {{weights take 3 channels, the input has 2}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x3x4xf32>) -> tensor<?x5x4x4xf32>
  return
}

// -----

func.func @bias(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>, %b: tensor<5xf32>) {
  // expected-error@+2 {{bias has 5 numbers for 4 filters}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.conv2d %x, %w, %b {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>, tensor<5xf32>) -> tensor<?x5x4x4xf32>
  return
}

// -----

func.func @kernel_too_large(%x: tensor<?x2x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+2 {{`conv2d` kernel 3x3 does not fit its 2x6x2 input}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x2x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x1x4x4xf32>
  return
}

// -----

func.func @strides(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+2 {{`strides` is two numbers of at least 1, along y and x}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1>, padding = #nnx<padding valid>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x5x4x4xf32>
  return
}

// -----

func.func @empty(%x: tensor<?x0x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+2 {{extents are at least 1}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding same>}
    : (tensor<?x0x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x0x6x4xf32>
  return
}

// -----

func.func @too_many(%x: tensor<?x65536x65536x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+2 {{a sample has at most 2147483647 elements}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding same>}
    : (tensor<?x65536x65536x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x65536x65536x4xf32>
  return
}

// -----

func.func @wrong_result(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{are incompatible with return type(s) of operation}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x7x6x4xf32>
  return
}

// -----

func.func @fixed_batch(%x: tensor<8x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{operand #0 must be images, tensor<?xHxWxCxf32>}}
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<8x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<8x5x4x4xf32>
  return
}

// -----

func.func @delta(%dy: tensor<?x4x4x4xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `dy` of type tensor<?x5x4x4xf32>, found tensor<?x4x4x4xf32>}}
  %0 = nnx.conv2d_grad_input %dy, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x4x4x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x7x6x2xf32>
  return
}

// -----

func.func @saved_alone(%dy: tensor<?x5x4x4xf32>, %w: tensor<3x3x2x4xf32>, %s: tensor<?x7x6x2xf32>) {
  // expected-error@+1 {{expects `saved` and `activation` together}}
  %0 = nnx.conv2d_grad_input %dy, %w saved(%s)
    {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x5x4x4xf32>, tensor<3x3x2x4xf32>, tensor<?x7x6x2xf32>) -> tensor<?x7x6x2xf32>
  return
}

// -----

func.func @saved_type(%dy: tensor<?x5x4x4xf32>, %w: tensor<3x3x2x4xf32>, %s: tensor<?x7x6x4xf32>) {
  // expected-error@+1 {{expects `saved` of type tensor<?x7x6x2xf32>}}
  %0 = nnx.conv2d_grad_input %dy, %w saved(%s)
    {strides = array<i64: 1, 1>, padding = #nnx<padding valid>, activation = "relu"}
    : (tensor<?x5x4x4xf32>, tensor<3x3x2x4xf32>, tensor<?x7x6x4xf32>) -> tensor<?x7x6x2xf32>
  return
}

// -----

func.func @grad_bias(%dy: tensor<?x5x4x4xf32>) {
  // expected-error@+1 {{bias has 3 numbers for 4 channels}}
  %0 = nnx.conv2d_grad_bias %dy : (tensor<?x5x4x4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @half_a_pool(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `window` and `pool_strides` together}}
  %0 = nnx.conv2d_block "relu", %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>,
      window = array<i64: 2, 2>, resultSegmentSizes = array<i32: 1, 0, 0>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x5x4x4xf32>
  return
}

// -----

func.func @activation_of_unknown_shape(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{`x * sigmoid(2 * x)` has no known shape, which a pool needs}}
  %0 = nnx.conv2d_block "x * sigmoid(2 * x)", %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>,
      window = array<i64: 2, 2>, pool_strides = array<i64: 2, 2>,
      resultSegmentSizes = array<i32: 1, 0, 0>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x2x2x4xf32>
  return
}

// -----

func.func @argmax_of_nothing(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{has an argmax without a pool}}
  %0, %1 = nnx.conv2d_block "relu", %x, %w {strides = array<i64: 1, 1>,
      padding = #nnx<padding valid>, resultSegmentSizes = array<i32: 1, 1, 0>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> (tensor<?x5x4x4xf32>, tensor<?x5x4x4xui8>)
  return
}

// -----

func.func @argmax_type(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `argmax` of type tensor<?x2x2x4xui8>, found tensor<?x5x4x4xui8>}}
  %0, %1 = nnx.conv2d_block "relu", %x, %w {strides = array<i64: 1, 1>,
      padding = #nnx<padding valid>, window = array<i64: 2, 2>, pool_strides = array<i64: 2, 2>,
      resultSegmentSizes = array<i32: 1, 1, 0>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> (tensor<?x2x2x4xf32>, tensor<?x5x4x4xui8>)
  return
}

// -----

func.func @block_results(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `y` of type tensor<?x5x4x4xf32>}}
  %0 = nnx.conv2d_block "relu", %x, %w {strides = array<i64: 1, 1>,
      padding = #nnx<padding valid>, resultSegmentSizes = array<i32: 1, 0, 0>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x7x6x4xf32>
  return
}

// -----

func.func @block_results(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `z` of type tensor<?x5x4x4xf32>}}
  %1, %2 = nnx.conv2d_block "relu", %x, %w {strides = array<i64: 1, 1>,
      padding = #nnx<padding valid>, resultSegmentSizes = array<i32: 1, 0, 1>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> (tensor<?x5x4x4xf32>, tensor<?x7x6x4xf32>)
  return
}

// -----

func.func @pooled_delta_without_argmax(%x: tensor<?x7x6x2xf32>, %dz: tensor<?x2x2x4xf32>,
                                       %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `argmax` with a pool and only there}}
  %0:2 = nnx.conv2d_grad_weights_update "sgd(nesterov=false)", %x, %dz into %w slots(%w)
    {strides = array<i64: 1, 1>, padding = #nnx<padding valid>, window = array<i64: 2, 2>,
     pool_strides = array<i64: 2, 2>}
    : (tensor<?x7x6x2xf32>, tensor<?x2x2x4xf32>, tensor<3x3x2x4xf32>, tensor<3x3x2x4xf32>)
      -> (tensor<3x3x2x4xf32>, tensor<3x3x2x4xf32>)
  return
}

// -----

func.func @delta_of_weights(%x: tensor<?x7x6x2xf32>, %dz: tensor<?x2x2x4xf32>,
                            %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `dz` of type tensor<?x5x4x4xf32>}}
  %0:2 = nnx.conv2d_grad_weights_update "sgd(nesterov=false)", %x, %dz into %w slots(%w)
    {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x7x6x2xf32>, tensor<?x2x2x4xf32>, tensor<3x3x2x4xf32>, tensor<3x3x2x4xf32>)
      -> (tensor<3x3x2x4xf32>, tensor<3x3x2x4xf32>)
  return
}

// -----

func.func @bias_update(%dz: tensor<?x2x2x4xf32>, %b: tensor<5xf32>) {
  // expected-error@+1 {{bias has 5 numbers for 4 channels}}
  %0:2 = nnx.conv2d_grad_bias_update "sgd(nesterov=false)", %dz into %b slots(%b)
    : (tensor<?x2x2x4xf32>, tensor<5xf32>, tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>)
  return
}

// -----

func.func @softmax_of_other_places(%x: tensor<?x7x6x2xf32>, %w: tensor<3x3x2x4xf32>) {
  // expected-error@+1 {{expects `y` of type tensor<?x5x4x4xf32>}}
  %0 = nnx.conv2d_softmax %x, %w {strides = array<i64: 1, 1>, padding = #nnx<padding valid>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x7x6x4xf32>
  return
}
