// Ops become calls on buffers: views for flatten, zeros for a bias that is not there, updates in place
// and behind the last reader of the old weights.
// RUN: nnx-opt --nnx-derive-backward --nnx-fuse --cse --nnx-assign-layouts --nnx-select-kernels %s | FileCheck %s

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

// CHECK-LABEL: func.func @step()
// CHECK: %[[X:.*]] = nnx.buffer "input" io f32 [16, 6, 6, 1, -1]
// CHECK: %[[W:.*]] = nnx.buffer "dense_1/kernel" state f32 [16, 16]
// CHECK: %[[V:.*]] = nnx.buffer "dense_1/kernel/velocity" state
// CHECK: nnx.call_kernel "conv2d_forward_{{[0-9a-f]+}}" [](in %[[X]], {{.*}}, out %[[Y:.*]], out %{{.*}}) {activation = "relu"{{.*}}pool = "2x2"
// CHECK: %[[FLAT:.*]] = nnx.buffer "{{.*}}" arena f32 [16, 16, -1] strides [1, 16, 256] view %[[Y]]
// CHECK: %[[ZERO:.*]] = nnx.buffer "zeros/16" state f32 [16]
// CHECK: nnx.call_kernel "dense_forward_{{[0-9a-f]+}}" [](in %[[FLAT]], in %[[W]], in %[[ZERO]], out
// CHECK: nnx.call_kernel "softmax_cross_entropy_{{[0-9a-f]+}}" ["samples"]
// CHECK: nnx.call_kernel "dense_grad_input_{{[0-9a-f]+}}" [](in %{{.*}}, in %[[W]], in %[[FLAT]], out
// CHECK: nnx.call_kernel "dense_grad_weights_update_{{[0-9a-f]+}}" ["samples", "lr", "momentum"](in %[[FLAT]], in %{{.*}}, inout %[[W]], inout %[[V]])
