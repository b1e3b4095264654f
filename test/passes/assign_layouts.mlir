// Images are (lane, x, y, c, tile). A dense kernel behind a flatten has its rows in that order; dims
// and steps give Keras's order (y, x, c) back. Rows of weights end on 16.
// RUN: nnx-opt --nnx-derive-backward --nnx-fuse --nnx-assign-layouts %s | FileCheck %s

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
    %1 = nnx.activation "relu", %0 : (tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32>
    %2, %argmax = nnx.max_pool %1 {window = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<?x4x4x4xf32>) -> (tensor<?x2x2x4xf32>, tensor<?x2x2x4xui8>)
    %3 = nnx.flatten %2 : (tensor<?x2x2x4xf32>) -> tensor<?x16xf32>
    %4 = nnx.dense %3, %w : (tensor<?x16xf32>, tensor<16x3xf32>) -> tensor<?x3xf32>
    %loss, %p = nnx.softmax_cross_entropy %4, %labels : (tensor<?x3xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x3xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x3xf32>
  }
}

// CHECK-LABEL: func.func @step
// CHECK-SAME: tensor<?x6x6x1xf32> {nnx.layout = #nnx.layout<[16, 6, 6, 1, -1] strides [1, 16, 96, 576, 576], [6, 6, 1] steps [96, 16, 576]>}
// CHECK-SAME: tensor<3x3x1x4xf32> {nnx.layout = #nnx.layout<[16, 3, 3, 1] strides [1, 16, 48, 144], [3, 3, 1, 4] steps [48, 16, 144, 1]>
// CHECK-SAME: tensor<4xf32> {nnx.layout = #nnx.layout<[16] strides [1], [4] steps [1]>
// CHECK-SAME: tensor<16x3xf32> {nnx.layout = #nnx.layout<[16, 16] strides [1, 16], [2, 2, 4, 3] steps [32, 16, 64, 1]>
// CHECK: nnx.flatten %{{.*}} {nnx.layouts = [#nnx.layout<[16, 16, -1] strides [1, 16, 256], [2, 2, 4] steps [32, 16, 64]>]}
// CHECK: nnx.transpose_delta %{{.*}} {nnx.layouts = [#nnx.layout<[16, 16, -1] strides [1, 16, 256], [3] steps [1]>]}
