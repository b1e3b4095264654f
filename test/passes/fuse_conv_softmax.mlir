// A softmax over the filters is one op with its convolution; backward it takes the pool's scattered
// gradient in. A dense layer's stays apart.
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
    %1 = nnx.softmax %0 : (tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32>
    %2, %argmax = nnx.max_pool %1 {window = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<?x4x4x4xf32>) -> (tensor<?x2x2x4xf32>, tensor<?x2x2x4xui8>)
    %3 = nnx.flatten %2 : (tensor<?x2x2x4xf32>) -> tensor<?x16xf32>
    %4 = nnx.dense %3, %w : (tensor<?x16xf32>, tensor<16x3xf32>) -> tensor<?x3xf32>
    %loss, %p = nnx.softmax_cross_entropy %4, %labels : (tensor<?x3xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x3xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x3xf32>
  }
}

// CHECK-LABEL: func.func @step
// CHECK: %[[Y:.*]] = nnx.conv2d_softmax %{{.*}}, %{{.*}} bias(%{{.*}})
// CHECK: %[[P:.*]], %[[ARGMAX:.*]] = nnx.max_pool %[[Y]]
// CHECK-NOT: nnx.softmax_grad
// CHECK: %[[DZ:.*]] = nnx.max_pool_softmax_grad %{{.*}}, %[[ARGMAX]], %[[Y]]
// CHECK: nnx.conv2d_grad_weights_update "sgd(nesterov=false)", %{{.*}}, %[[DZ]] into
// CHECK: nnx.conv2d_grad_bias_update "sgd(nesterov=false)", %[[DZ]] into
