// What max_pool and its gradient refuse.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

func.func @window_too_large(%x: tensor<?x2x6x2xf32>) {
  // expected-error@+2 {{`max_pool` size 3x3 does not fit its 2x6x2 input}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = nnx.max_pool %x {window = array<i64: 3, 3>, strides = array<i64: 2, 2>}
    : (tensor<?x2x6x2xf32>) -> (tensor<?x1x2x2xf32>, tensor<?x1x2x2xui8>)
  return
}

// -----

func.func @no_window(%x: tensor<?x6x6x2xf32>) {
  // expected-error@+2 {{`window` is two numbers of at least 1, along y and x}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = nnx.max_pool %x {window = array<i64: 0, 2>, strides = array<i64: 2, 2>}
    : (tensor<?x6x6x2xf32>) -> (tensor<?x1x2x2xf32>, tensor<?x1x2x2xui8>)
  return
}

// -----

func.func @uncountable(%x: tensor<?x30x30x2xf32>) {
  // expected-error@+2 {{a window has at most 256 places, which a byte counts}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = nnx.max_pool %x {window = array<i64: 17, 16>, strides = array<i64: 17, 16>}
    : (tensor<?x30x30x2xf32>) -> (tensor<?x1x1x2xf32>, tensor<?x1x1x2xui8>)
  return
}

// -----

func.func @gradient(%dy: tensor<?x2x2x2xf32>, %a: tensor<?x3x3x2xui8>) {
  // expected-error@+1 {{expects `dy` of type tensor<?x3x3x2xf32>}}
  %0 = nnx.max_pool_grad %dy, %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>}
    : (tensor<?x2x2x2xf32>, tensor<?x3x3x2xui8>) -> tensor<?x6x6x2xf32>
  return
}

// -----

func.func @gradient(%dy: tensor<?x2x2x2xf32>, %a: tensor<?x3x3x2xui8>) {
  // expected-error@+1 {{expects `argmax` of type tensor<?x2x2x2xui8>}}
  %1 = nnx.max_pool_grad %dy, %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>}
    : (tensor<?x2x2x2xf32>, tensor<?x3x3x2xui8>) -> tensor<?x5x4x2xf32>
  return
}

// -----

func.func @gradient(%dy: tensor<?x2x2x2xf32>, %b: tensor<?x2x2x2xui8>) {
  // expected-error@+1 {{expects `saved` and `activation` together}}
  %2 = nnx.max_pool_grad %dy, %b
    {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, activation = "relu"}
    : (tensor<?x2x2x2xf32>, tensor<?x2x2x2xui8>) -> tensor<?x5x4x2xf32>
  return
}

// -----

func.func @softmax_of_other_places(%dy: tensor<?x2x2x4xf32>, %argmax: tensor<?x2x2x4xui8>,
                                   %y: tensor<?x5x4x4xf32>) {
  // expected-error@+1 {{expects `y` of type tensor<?x4x4x4xf32>}}
  %0 = nnx.max_pool_softmax_grad %dy, %argmax, %y
    {window = array<i64: 2, 2>, strides = array<i64: 2, 2>}
    : (tensor<?x2x2x4xf32>, tensor<?x2x2x4xui8>, tensor<?x5x4x4xf32>) -> tensor<?x4x4x4xf32>
  return
}
