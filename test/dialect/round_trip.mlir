// Every op prints as it parses.
// RUN: nnx-opt %s | nnx-opt | FileCheck %s

// CHECK-LABEL: func.func @layers
// CHECK: nnx.conv2d %{{.*}}, %{{.*}}, %{{.*}} {padding = #nnx<padding same>, strides = array<i64: 2, 1>} : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>, tensor<4xf32>) -> tensor<?x4x6x4xf32>
// CHECK: nnx.activation "gelu", %{{.*}} : (tensor<?x4x6x4xf32>) -> tensor<?x4x6x4xf32>
// CHECK: nnx.max_pool %{{.*}} {strides = array<i64: 2, 2>, window = array<i64: 2, 3>} : (tensor<?x4x6x4xf32>) -> (tensor<?x2x2x4xf32>, tensor<?x2x2x4xui8>)
// CHECK: nnx.flatten %{{.*}} : (tensor<?x2x2x4xf32>) -> tensor<?x16xf32>
// CHECK: nnx.softmax
// CHECK: nnx.dense %{{.*}}, %{{.*}} : (tensor<?x16xf32>, tensor<16x5xf32>) -> tensor<?x5xf32>
// CHECK: nnx.softmax_cross_entropy %{{.*}}, %{{.*}} : (tensor<?x5xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x5xf32>)
func.func @layers(%x: tensor<?x7x6x2xf32>, %labels: tensor<?xi32>, %w1: tensor<3x3x2x4xf32>,
                  %b1: tensor<4xf32>, %w2: tensor<16x5xf32>) -> (tensor<?xf32>, tensor<?x5xf32>) {
  %0 = nnx.conv2d %x, %w1, %b1 {strides = array<i64: 2, 1>, padding = #nnx<padding same>}
    : (tensor<?x7x6x2xf32>, tensor<3x3x2x4xf32>, tensor<4xf32>) -> tensor<?x4x6x4xf32>
  %1 = nnx.activation "gelu", %0 : (tensor<?x4x6x4xf32>) -> tensor<?x4x6x4xf32>
  %2, %argmax = nnx.max_pool %1 {window = array<i64: 2, 3>, strides = array<i64: 2, 2>}
    : (tensor<?x4x6x4xf32>) -> (tensor<?x2x2x4xf32>, tensor<?x2x2x4xui8>)
  %3 = nnx.flatten %2 : (tensor<?x2x2x4xf32>) -> tensor<?x16xf32>
  %4 = nnx.softmax %3 : (tensor<?x16xf32>) -> tensor<?x16xf32>
  %5 = nnx.dense %4, %w2 : (tensor<?x16xf32>, tensor<16x5xf32>) -> tensor<?x5xf32>
  %loss, %p = nnx.softmax_cross_entropy %5, %labels
    : (tensor<?x5xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x5xf32>)
  return %loss, %p : tensor<?xf32>, tensor<?x5xf32>
}

// CHECK-LABEL: func.func @fused
// CHECK: %[[Y:.*]], %[[ARGMAX:.*]] = nnx.conv2d_block "relu", %{{.*}}, %{{.*}} bias(%{{.*}})
// CHECK: nnx.max_pool_grad %{{.*}}, %[[ARGMAX]] saved(%{{.*}})
// CHECK: nnx.conv2d_grad_weights_update "sgd(nesterov=false)", %{{.*}}, %{{.*}} argmax(%[[ARGMAX]]) into %{{.*}} slots(%{{.*}})
// CHECK: nnx.conv2d_grad_bias_update "sgd(nesterov=false)", %{{.*}} into %{{.*}} slots(%{{.*}})
func.func @fused(%x: tensor<?x6x6x1xf32>, %w: tensor<3x3x1x2xf32>, %b: tensor<2xf32>,
                 %wv: tensor<3x3x1x2xf32>, %bv: tensor<2xf32>, %z: tensor<?x4x4x2xf32>) {
  %y, %argmax = nnx.conv2d_block "relu", %x, %w bias(%b) {strides = array<i64: 1, 1>,
      padding = #nnx<padding valid>, window = array<i64: 2, 2>, pool_strides = array<i64: 2, 2>,
      resultSegmentSizes = array<i32: 1, 1, 0>}
    : (tensor<?x6x6x1xf32>, tensor<3x3x1x2xf32>, tensor<2xf32>)
      -> (tensor<?x2x2x2xf32>, tensor<?x2x2x2xui8>)
  %dx = nnx.max_pool_grad %y, %argmax saved(%z) {window = array<i64: 2, 2>,
      strides = array<i64: 2, 2>, activation = "relu"}
    : (tensor<?x2x2x2xf32>, tensor<?x2x2x2xui8>, tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
  %w2:2 = nnx.conv2d_grad_weights_update "sgd(nesterov=false)", %x, %y argmax(%argmax) into %w slots(%wv)
    {strides = array<i64: 1, 1>, padding = #nnx<padding valid>, window = array<i64: 2, 2>,
     pool_strides = array<i64: 2, 2>}
    : (tensor<?x6x6x1xf32>, tensor<?x2x2x2xf32>, tensor<?x2x2x2xui8>, tensor<3x3x1x2xf32>,
       tensor<3x3x1x2xf32>) -> (tensor<3x3x1x2xf32>, tensor<3x3x1x2xf32>)
  %b2:2 = nnx.conv2d_grad_bias_update "sgd(nesterov=false)", %y into %b slots(%bv)
    : (tensor<?x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  return
}

// CHECK-LABEL: func.func @buffers
// CHECK: %[[X:.*]] = nnx.buffer "x" io f32 [16, 784, -1] strides [1, 16, 12544]
// CHECK: %[[V:.*]] = nnx.buffer "flat" arena f32 [16, 784, -1] strides [1, 16, 12544] view %[[X]]
// CHECK: nnx.call_kernel "nnx_k1" ["samples", "lr"](in %[[X]], out %[[V]]) {kind = "activation_forward"}
func.func @buffers() {
  %0 = nnx.buffer "x" io f32 [16, 784, -1] strides [1, 16, 12544]
  %1 = nnx.buffer "flat" arena f32 [16, 784, -1] strides [1, 16, 12544] view %0
  nnx.call_kernel "nnx_k1" ["samples", "lr"] (in %0, out %1) {kind = "activation_forward"}
  return
}

// CHECK: nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "he_uniform", arguments = [0.000000e+00, 0.000000e+00], fan_in = 3, fan_out = 2, stream = 7>
// CHECK-SAME: nnx.slot = #nnx.slot<"velocity" of "dense_1/kernel">
func.func private @attributes(
  tensor<3x2xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "he_uniform",
    arguments = [0.0, 0.0], fan_in = 3, fan_out = 2, stream = 7>},
  tensor<3x2xf32> {nnx.slot = #nnx.slot<"velocity" of "dense_1/kernel">})

// CHECK-LABEL: func.func @graph
// CHECK-SAME: #nnx.parameter<"batch_norm_1/moving_mean", init = "zeros", arguments = [0.000000e+00, 0.000000e+00], fan_in = 4, fan_out = 4, stream = 3, trained = false>
// CHECK: nnx.conv2d %{{.*}}, %{{.*}} {dilations = array<i64: 2, 3>, padding = #nnx<padding valid>, strides = array<i64: 1, 1>}
// CHECK: nnx.avg_pool %{{.*}} {padding = #nnx<padding same>, strides = array<i64: 2, 2>, window = array<i64: 3, 3>}
// CHECK: nnx.concat %{{.*}}, %{{.*}} : (tensor<?x4x4x4xf32>, tensor<?x4x4x4xf32>) -> tensor<?x4x4x8xf32>
// CHECK: nnx.slice %{{.*}} {offset = 4 : i64} : (tensor<?x4x4x8xf32>) -> tensor<?x4x4x4xf32>
// CHECK: nnx.dropout %{{.*}} {rate = 5.000000e-01 : f64, stream = 7 : i64} : tensor<?x4x4x4xf32>
// CHECK: nnx.batch_norm %{{.*}} {epsilon = 1.000000e-03 : f64, momentum = 5.000000e-01 : f64}
// CHECK: nnx.normalize %{{.*}} {epsilon = 1.000000e-03 : f64}
func.func @graph(%x: tensor<?x10x10x2xf32>, %w: tensor<2x2x2x4xf32>, %v: tensor<4xf32>,
    %m: tensor<4xf32> {nnx.parameter = #nnx.parameter<"batch_norm_1/moving_mean", init = "zeros",
        arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 3, trained = false>}) {
  %0 = nnx.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 2, 3>, padding = #nnx<padding valid>}
    : (tensor<?x10x10x2xf32>, tensor<2x2x2x4xf32>) -> tensor<?x8x7x4xf32>
  %1 = nnx.avg_pool %0 {window = array<i64: 3, 3>, strides = array<i64: 2, 2>, padding = #nnx<padding same>}
    : (tensor<?x8x7x4xf32>) -> tensor<?x4x4x4xf32>
  %2 = nnx.concat %1, %1 : (tensor<?x4x4x4xf32>, tensor<?x4x4x4xf32>) -> tensor<?x4x4x8xf32>
  %3 = nnx.slice %2 {offset = 4 : i64} : (tensor<?x4x4x8xf32>) -> tensor<?x4x4x4xf32>
  %4 = nnx.dropout %3 {rate = 0.5 : f64, stream = 7 : i64} : tensor<?x4x4x4xf32>
  %y, %mean, %variance, %nm, %nv = nnx.batch_norm %4, %v, %v, %m, %v {momentum = 0.5 : f64, epsilon = 1.0e-3 : f64}
    : (tensor<?x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      -> (tensor<?x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  %z = nnx.normalize %y, %v, %v, %m, %v {epsilon = 1.0e-3 : f64}
    : (tensor<?x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x4x4xf32>
  return
}
