// Of an activation that a formula gives nothing is known: convolution and activation are one op that
// keeps its input, the pool's gradient takes the derivative in.
// RUN: nnx-opt --nnx-derive-backward --nnx-fuse --cse %s | FileCheck %s

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @forward(%x: tensor<?x6x6x1xf32>, %labels: tensor<?xi32>,
      %k: tensor<3x3x1x4xf32> {nnx.parameter = #nnx.parameter<"conv2d_1/kernel", init = "he_uniform",
          arguments = [0.0, 0.0], fan_in = 9, fan_out = 36, stream = 0>},
      %kb: tensor<4xf32> {nnx.parameter = #nnx.parameter<"conv2d_1/bias", init = "zeros",
          arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 1>},
      %w: tensor<16x3xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "he_uniform",
          arguments = [0.0, 0.0], fan_in = 16, fan_out = 3, stream = 2>})
      -> (tensor<?xf32>, tensor<?x3xf32>) {
    %0 = nnx.conv2d %x, %k, %kb {strides = array<i64: 1, 1>, padding = #nnx<padding valid>} : (tensor<?x6x6x1xf32>, tensor<3x3x1x4xf32>, tensor<4xf32>) -> tensor<?x4x4x4xf32>
    %1 = nnx.activation "x * sigmoid(2 * x)", %0 : (tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32>
    %2, %argmax = nnx.max_pool %1 {window = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<?x4x4x4xf32>) -> (tensor<?x2x2x4xf32>, tensor<?x2x2x4xui8>)
    %3 = nnx.flatten %2 : (tensor<?x2x2x4xf32>) -> tensor<?x16xf32>
    %4 = nnx.dense %3, %w : (tensor<?x16xf32>, tensor<16x3xf32>) -> tensor<?x3xf32>
    %loss, %p = nnx.softmax_cross_entropy %4, %labels : (tensor<?x3xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x3xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x3xf32>
  }
}

// CHECK-LABEL: func.func @step
// CHECK: %[[Y:.*]], %[[Z:.*]] = nnx.conv2d_block "x * sigmoid(2 * x)"
// CHECK-SAME: -> (tensor<?x4x4x4xf32>, tensor<?x4x4x4xf32>)
// CHECK: %[[P:.*]], %[[ARGMAX:.*]] = nnx.max_pool %[[Y]]
// CHECK: %[[DZ:.*]] = nnx.max_pool_grad %{{.*}}, %[[ARGMAX]] saved(%[[Z]]) {activation = "x * sigmoid(2 * x)"
// CHECK: nnx.conv2d_grad_weights_update "sgd(nesterov=false)", %{{.*}}, %[[DZ]] into
// CHECK: nnx.conv2d_grad_bias_update "sgd(nesterov=false)", %[[DZ]] into
