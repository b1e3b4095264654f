// What activation, flatten, softmax_cross_entropy and their gradients refuse.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

func.func @unknown(%x: tensor<?x7xf32>) {
  // expected-error@+1 {{unknown activation `tahn`; did you mean `tanh`?}}
  %0 = nnx.activation "tahn", %x : (tensor<?x7xf32>) -> tensor<?x7xf32>
  return
}

// -----

func.func @unknown(%x: tensor<?x7xf32>) {
  // expected-error@+1 {{unknown activation `something`}}
  %1 = nnx.activation_grad "something", %x, %x : tensor<?x7xf32>
  return
}

// -----

func.func @shape(%x: tensor<?x7xf32>) {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{are incompatible with return type(s) of operation}}
  %0 = nnx.activation "relu", %x : (tensor<?x7xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @flatten(%x: tensor<?x65536x65536x1xf32>, %dy: tensor<?x24xf32>) {
  // expected-error@+2 {{a sample has at most 2147483647 elements}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.flatten %x : (tensor<?x65536x65536x1xf32>) -> tensor<?x4294967296xf32>
  return
}

// -----

func.func @flatten_grad(%dy: tensor<?x24xf32>) {
  // expected-error@+1 {{expects `dy` of type tensor<?x25xf32>, found tensor<?x24xf32>}}
  %0 = nnx.flatten_grad %dy : (tensor<?x24xf32>) -> tensor<?x5x5x1xf32>
  return
}

// -----

func.func @cross_entropy(%p: tensor<?x10xf32>, %labels: tensor<?xi32>) {
  // expected-error@+1 {{expects `dlogits` of type tensor<?x10xf32>}}
  %0 = nnx.softmax_cross_entropy_grad %p, %labels
    : (tensor<?x10xf32>, tensor<?xi32>) -> tensor<?x9xf32>
  return
}

// -----

func.func @cross_entropy(%p: tensor<?x10xf32>, %labels: tensor<?xi32>) {
  // expected-error@+1 {{expects `probabilities` of type tensor<?x10xf32>}}
  %1:3 = nnx.softmax_cross_entropy_block %p, %labels : (tensor<?x10xf32>, tensor<?xi32>)
    -> (tensor<?xf32>, tensor<?x9xf32>, tensor<?x10xf32>)
  return
}

// -----

func.func @cross_entropy(%p: tensor<?x10xf32>, %labels: tensor<?xi32>) {
  // expected-error@+1 {{expects `dlogits` of type tensor<?x10xf32>}}
  %2:3 = nnx.softmax_cross_entropy_block %p, %labels : (tensor<?x10xf32>, tensor<?xi32>)
    -> (tensor<?xf32>, tensor<?x10xf32>, tensor<?x9xf32>)
  return
}
