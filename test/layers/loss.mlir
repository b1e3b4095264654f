// What elementwise_loss, its gradient and softmax_cross_entropy's label smoothing refuse.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

func.func @unknown(%x: tensor<?x3xf32>, %labels: tensor<?xi32>) {
  // expected-error@+1 {{unknown loss `mze` of one output}}
  %0:2 = nnx.elementwise_loss "mze", %x, %labels
    : (tensor<?x3xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x3xf32>)
  return
}

// -----

func.func @hinge_of_numbers(%x: tensor<?x3xf32>, %targets: tensor<?x3xf32>) {
  // expected-error@+1 {{`hinge` takes labels}}
  %0:2 = nnx.elementwise_loss "hinge", %x, %targets
    : (tensor<?x3xf32>, tensor<?x3xf32>) -> (tensor<?xf32>, tensor<?x3xf32>)
  return
}

// -----

func.func @other_targets(%x: tensor<?x3xf32>, %targets: tensor<?x2xf32>) {
  // expected-error@+1 {{expects `targets` of type tensor<?x3xf32>, found tensor<?x2xf32>}}
  %0 = nnx.elementwise_loss_grad "mse", %x, %targets
    : (tensor<?x3xf32>, tensor<?x2xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @smoothing(%p: tensor<?x3xf32>, %labels: tensor<?xi32>) {
  // expected-error@+1 {{`label_smoothing` is between 0 and 1}}
  %0 = nnx.softmax_cross_entropy_grad %p, %labels {label_smoothing = 1.5 : f64}
    : (tensor<?x3xf32>, tensor<?xi32>) -> tensor<?x3xf32>
  return
}
