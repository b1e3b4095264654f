// The gradient by the input of a convolution of many channels takes that of the pool behind it: the
// scattered gradient is never stored. Behind a pool of 3x3 it stays apart.
// RUN: nnx-opt --nnx-derive-backward --nnx-fuse --cse %s | FileCheck %s

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @forward(%x: tensor<?x20x20x1xf32>, %labels: tensor<?xi32>,
      %k1: tensor<3x3x1x16xf32> {nnx.parameter = #nnx.parameter<"conv2d_1/kernel", init = "he_uniform",
          arguments = [0.0, 0.0], fan_in = 9, fan_out = 36, stream = 0>},
      %k2: tensor<3x3x16x16xf32> {nnx.parameter = #nnx.parameter<"conv2d_2/kernel", init = "he_uniform",
          arguments = [0.0, 0.0], fan_in = 9, fan_out = 36, stream = 1>},
      %k3: tensor<3x3x16x17xf32> {nnx.parameter = #nnx.parameter<"conv2d_3/kernel", init = "he_uniform",
          arguments = [0.0, 0.0], fan_in = 9, fan_out = 36, stream = 2>},
      %w: tensor<68x3xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "he_uniform",
          arguments = [0.0, 0.0], fan_in = 16, fan_out = 3, stream = 3>})
      -> (tensor<?xf32>, tensor<?x3xf32>) {
    %0 = nnx.conv2d %x, %k1 {strides = array<i64: 1, 1>, padding = #nnx<padding valid>} : (tensor<?x20x20x1xf32>, tensor<3x3x1x16xf32>) -> tensor<?x18x18x16xf32>
    %1 = nnx.activation "relu", %0 : (tensor<?x18x18x16xf32>) -> tensor<?x18x18x16xf32>
    %2 = nnx.conv2d %1, %k2 {strides = array<i64: 1, 1>, padding = #nnx<padding valid>} : (tensor<?x18x18x16xf32>, tensor<3x3x16x16xf32>) -> tensor<?x16x16x16xf32>
    %3 = nnx.activation "relu", %2 : (tensor<?x16x16x16xf32>) -> tensor<?x16x16x16xf32>
    %4, %a4 = nnx.max_pool %3 {window = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<?x16x16x16xf32>) -> (tensor<?x8x8x16xf32>, tensor<?x8x8x16xui8>)
    %5 = nnx.conv2d %4, %k3 {strides = array<i64: 1, 1>, padding = #nnx<padding valid>} : (tensor<?x8x8x16xf32>, tensor<3x3x16x17xf32>) -> tensor<?x6x6x17xf32>
    %6 = nnx.activation "tanh", %5 : (tensor<?x6x6x17xf32>) -> tensor<?x6x6x17xf32>
    %7, %a7 = nnx.max_pool %6 {window = array<i64: 3, 3>, strides = array<i64: 3, 3>} : (tensor<?x6x6x17xf32>) -> (tensor<?x2x2x17xf32>, tensor<?x2x2x17xui8>)
    %8 = nnx.flatten %7 : (tensor<?x2x2x17xf32>) -> tensor<?x68xf32>
    %9 = nnx.dense %8, %w : (tensor<?x68xf32>, tensor<68x3xf32>) -> tensor<?x3xf32>
    %loss, %p = nnx.softmax_cross_entropy %9, %labels : (tensor<?x3xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x3xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x3xf32>
  }
}

// CHECK-LABEL: func.func @step
// CHECK: %[[Y:.*]] = nnx.conv2d_block "relu"
// CHECK: %{{.*}}, %[[ARGMAX:.*]] = nnx.conv2d_block "relu", %[[Y]]
// CHECK: %[[DELTA:.*]] = nnx.max_pool_grad {{.*}}window = array<i64: 3, 3>
// CHECK: %[[DZ:.*]] = nnx.conv2d_grad_input %[[DELTA]], %{{.*}} saved(
// CHECK-NOT: nnx.max_pool_grad
// CHECK: nnx.conv2d_grad_input %[[DZ]] argmax(%[[ARGMAX]]), %{{.*}} saved(%[[Y]]) {activation = "relu", {{.*}}pool_strides = array<i64: 2, 2>{{.*}}window = array<i64: 2, 2>}
// CHECK-NOT: nnx.max_pool_grad
