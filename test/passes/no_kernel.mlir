// What has no kernel is an error where it stands.
// RUN: nnx-opt --split-input-file --verify-diagnostics --nnx-assign-layouts --nnx-select-kernels %s

func.func @evaluate(%x: tensor<?x4xf32>, %labels: tensor<?xi32>, %w: tensor<4xf32>) -> (tensor<?xf32>, tensor<?x4xf32>) {
  // expected-error @+1 {{has no kernel for parameters}}
  %sum = nnx.add %w, %w : tensor<4xf32>
  %loss, %p = nnx.softmax_cross_entropy %x, %labels : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
  return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
}
