// What dense and its gradient and fused ops refuse.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

func.func @inputs(%x: tensor<?x7xf32>, %w: tensor<6x3xf32>) {
  // expected-error@+2 {{weights take 6 numbers, the input has 7}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.dense %x, %w : (tensor<?x7xf32>, tensor<6x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @bias(%x: tensor<?x7xf32>, %w: tensor<7x3xf32>, %b: tensor<4xf32>) {
  // expected-error@+2 {{bias has 4 numbers for 3 units}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.dense %x, %w, %b : (tensor<?x7xf32>, tensor<7x3xf32>, tensor<4xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @no_units(%x: tensor<?x7xf32>, %w: tensor<7x0xf32>) {
  // expected-error@+2 {{extents are at least 1}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = nnx.dense %x, %w : (tensor<?x7xf32>, tensor<7x0xf32>) -> tensor<?x0xf32>
  return
}

// -----

func.func @image(%x: tensor<?x7x7x1xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{operand #0 must be flat samples, tensor<?xKxf32>}}
  %0 = nnx.dense %x, %w : (tensor<?x7x7x1xf32>, tensor<7x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @delta(%dy: tensor<?x4xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{expects `dy` of type tensor<?x3xf32>, found tensor<?x4xf32>}}
  %0 = nnx.dense_grad_input %dy, %w : (tensor<?x4xf32>, tensor<7x3xf32>) -> tensor<?x7xf32>
  return
}

// -----

func.func @delta(%x: tensor<?x7xf32>, %dy: tensor<?x4xf32>) {
  // expected-error@+1 {{expects `dy` of type tensor<?x3xf32>, found tensor<?x4xf32>}}
  %1 = nnx.dense_grad_weights %x, %dy : (tensor<?x7xf32>, tensor<?x4xf32>) -> tensor<7x3xf32>
  return
}

// -----

func.func @delta(%dy: tensor<?x4xf32>) {
  // expected-error@+1 {{bias has 3 numbers for 4 units}}
  %2 = nnx.dense_grad_bias %dy : (tensor<?x4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @saved(%dy: tensor<?x3xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{expects `saved` and `activation` together}}
  %0 = nnx.dense_grad_input %dy, %w {activation = "relu"}
    : (tensor<?x3xf32>, tensor<7x3xf32>) -> tensor<?x7xf32>
  return
}

// -----

func.func @block(%x: tensor<?x7xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{unknown activation `rellu`; did you mean `relu`?}}
  %0 = nnx.dense_block "rellu", %x, %w : (tensor<?x7xf32>, tensor<7x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @block(%x: tensor<?x7xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{expects `y` of type tensor<?x3xf32>}}
  %1 = nnx.dense_block "relu", %x, %w : (tensor<?x7xf32>, tensor<7x3xf32>) -> tensor<?x7xf32>
  return
}

// -----

func.func @block(%x: tensor<?x7xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{expects `z` of type tensor<?x3xf32>}}
  %2:2 = nnx.dense_block "relu", %x, %w
    : (tensor<?x7xf32>, tensor<7x3xf32>) -> (tensor<?x3xf32>, tensor<?x7xf32>)
  return
}

// -----

func.func @updates(%x: tensor<?x7xf32>, %dz: tensor<?x4xf32>, %w: tensor<7x3xf32>) {
  // expected-error@+1 {{expects `dy` of type tensor<?x3xf32>}}
  %0:2 = nnx.dense_grad_weights_update "sgd(nesterov=false)", %x, %dz into %w slots(%w)
    : (tensor<?x7xf32>, tensor<?x4xf32>, tensor<7x3xf32>, tensor<7x3xf32>)
      -> (tensor<7x3xf32>, tensor<7x3xf32>)
  return
}

// -----

func.func @updates(%dz: tensor<?x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{bias has 3 numbers for 4 units}}
  %1:2 = nnx.dense_grad_bias_update "sgd(nesterov=false)", %dz into %b slots(%b)
    : (tensor<?x4xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return
}
