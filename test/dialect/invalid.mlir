// What attributes, buffers and calls refuse.
// RUN: nnx-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{unknown optimizer `sgd`}}
module attributes {nnx.optimizer = "sgd"} {}

// -----

// expected-error@+1 {{nnx.optimizer is a text, on a module}}
module attributes {nnx.optimizer = 1} {}

// -----

// expected-error@+1 {{nnx.parameter is a #nnx.parameter}}
func.func private @parameter(tensor<3xf32> {nnx.parameter = "dense_1/bias"})

// -----

// expected-error@+1 {{nnx.slot is a #nnx.slot}}
func.func private @slot(tensor<3xf32> {nnx.slot = "velocity"})

// -----

func.func @buffers() {
  // expected-error@+1 {{expects one stride per extent, and at least one}}
  %0 = nnx.buffer "a" arena f32 [16, 3] strides [1]
  return
}

// -----

func.func @buffers() {
  // expected-error@+1 {{has more than 6 dimensions, NNXRT_MAX_RANK}}
  %1 = nnx.buffer "b" arena f32 [1, 1, 1, 1, 1, 1, 1] strides [1, 1, 1, 1, 1, 1, 1]
  return
}

// -----

func.func @buffers() {
  // expected-error@+1 {{extents are at least 1; the last may be -1, the number of tiles}}
  %2 = nnx.buffer "c" arena f32 [-1, 3] strides [1, 16]
  return
}

// -----

func.func @buffers() {
  // expected-error@+1 {{elements are f32, i32 or ui8, found 'f64'}}
  %3 = nnx.buffer "d" arena f64 [16, 3] strides [1, 16]
  return
}

// -----

func.func @effect() {
  %0 = nnx.buffer "a" arena f32 [16, 3] strides [1, 16]
  // expected-error@+1 {{expected in, out or inout}}
  nnx.call_kernel "k" [] (from %0) {}
  return
}

// -----

func.func @effects() {
  %0 = nnx.buffer "a" arena f32 [16, 3] strides [1, 16]
  // expected-error@+1 {{expects one effect per buffer}}
  "nnx.call_kernel"(%0) {symbol = "k", scalars = [], effects = [], spec = {}} : (!nnx.buffer) -> ()
  return
}
