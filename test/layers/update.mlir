// What an update refuses, alone or fused.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

func.func @updates(%w: tensor<3xf32>) {
  // expected-error@+1 {{unknown optimizer `sgdd()`}}
  %0:2 = nnx.update "sgdd()", %w, %w slots(%w)
    : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @updates(%w: tensor<3xf32>) {
  // expected-error@+1 {{`sgd(nesterov=false)` keeps 1 slots, found 0}}
  %1 = nnx.update "sgd(nesterov=false)", %w, %w
    : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @updates(%w: tensor<3xf32>) {
  // expected-error@+1 {{expects 2 results, the weights and each slot, found 1}}
  %2 = nnx.update "sgd(nesterov=false)", %w, %w slots(%w)
    : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @updates(%w: tensor<3xf32>, %other: tensor<4xf32>) {
  // expected-error@+1 {{expects the gradient of type tensor<3xf32>, found tensor<4xf32>}}
  %3:2 = nnx.update "sgd(nesterov=false)", %w, %other slots(%w)
    : (tensor<3xf32>, tensor<4xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @updates(%w: tensor<3xf32>, %other: tensor<4xf32>) {
  // expected-error@+1 {{expects slots of type tensor<3xf32>, found tensor<4xf32>}}
  %4:2 = nnx.update "sgd(nesterov=false)", %w, %w slots(%other)
    : (tensor<3xf32>, tensor<3xf32>, tensor<4xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @updates(%w: tensor<3xf32>) {
  // expected-error@+1 {{expects results of type tensor<3xf32>, found tensor<4xf32>}}
  %5:2 = nnx.update "sgd(nesterov=false)", %w, %w slots(%w)
    : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<4xf32>)
  return
}
