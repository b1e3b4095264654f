// Modules from which no training can be derived.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics --nnx-derive-backward

// expected-error@+1 {{expects a function @forward}}
module attributes {nnx.optimizer = "sgd(nesterov=false)"} {}

// -----

// expected-error@+1 {{expects nnx.optimizer on the module}}
module {
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>) {
    %loss, %p = nnx.softmax_cross_entropy %x, %labels
      : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
  }
}

// -----

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  // expected-error@+1 {{expects samples, labels and parameters, one block, and two results, the loss and the probabilities}}
  func.func @forward(%x: tensor<?x4xf32>) {
    return
  }
}

// -----

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  // expected-error@+1 {{argument 2 has no nnx.parameter}}
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>, %w: tensor<4xf32>)
      -> (tensor<?xf32>, tensor<?x4xf32>) {
    %loss, %p = nnx.softmax_cross_entropy %x, %labels
      : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
  }
}

// -----

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  // expected-error@+1 {{parameter "dense_1/bias" does not reach the loss}}
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>,
      %w: tensor<4xf32> {nnx.parameter = #nnx.parameter<"dense_1/bias", init = "ones",
        arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 1>})
      -> (tensor<?xf32>, tensor<?x4xf32>) {
    %loss, %p = nnx.softmax_cross_entropy %x, %labels
      : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
  }
}

// -----

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>, %loss: tensor<?xf32>
      {nnx.parameter = #nnx.parameter<"dense_1/bias", init = "ones",
        arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 1>})
      -> (tensor<?xf32>, tensor<?x4xf32>) {
    // expected-error@+1 {{expects the loss of a loss op first}}
    return %loss, %x : tensor<?xf32>, tensor<?x4xf32>
  }
}

// -----

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>,
      %w: tensor<4x4xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "ones",
        arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 1>})
      -> (tensor<?xf32>, tensor<?x4xf32>) {
    // expected-error@+1 {{has no gradient (GradientOpInterface)}}
    %0 = nnx.transpose_delta %x : tensor<?x4xf32>
    %loss, %p = nnx.softmax_cross_entropy %0, %labels
      : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
  }
}
