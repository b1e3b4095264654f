// What has no kernel is an error where it stands.
// RUN: nnx-opt --split-input-file --verify-diagnostics --nnx-assign-layouts --nnx-select-kernels %s

func.func @evaluate(%x: tensor<?x4xf32>, %labels: tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>) {
  // expected-error @+1 {{has no kernel}}
  %sum = nnx.add %x, %x : tensor<?x4xf32>
  %loss, %p = nnx.softmax_cross_entropy %sum, %labels : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
  return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
}

// -----

func.func @evaluate(%x: tensor<?x2x2x3xf32>, %labels: tensor<?xi32>) -> (tensor<?xf32>, tensor<?x12xf32>) {
  %flat = nnx.flatten %x : (tensor<?x2x2x3xf32>) -> tensor<?x12xf32>
  // expected-error @+1 {{has no kernel for classes that are the pixels of an image}}
  %loss, %p = nnx.softmax_cross_entropy %flat, %labels : (tensor<?x12xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x12xf32>)
  return %loss, %p : tensor<?xf32>, tensor<?x12xf32>
}
