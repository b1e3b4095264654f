// What trains otherwise than it evaluates: dropout goes, batch_norm takes its moving averages, which a
// step renews and no optimizer sees.
// RUN: nnx-opt --nnx-derive-backward %s | FileCheck %s
// RUN: nnx-opt --nnx-derive-backward --nnx-fuse %s | FileCheck %s --check-prefix=FUSED

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>,
      %g: tensor<4xf32> {nnx.parameter = #nnx.parameter<"batch_norm_1/gamma", init = "ones",
          arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 0>},
      %b: tensor<4xf32> {nnx.parameter = #nnx.parameter<"batch_norm_1/beta", init = "zeros",
          arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 1>},
      %m: tensor<4xf32> {nnx.parameter = #nnx.parameter<"batch_norm_1/moving_mean", init = "zeros",
          arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 2, trained = false>},
      %v: tensor<4xf32> {nnx.parameter = #nnx.parameter<"batch_norm_1/moving_variance", init = "ones",
          arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 3, trained = false>})
      -> (tensor<?xf32>, tensor<?x4xf32>) {
    %0 = nnx.dropout %x {rate = 0.5 : f64, stream = 7 : i64} : tensor<?x4xf32>
    %y, %mean, %variance, %nm, %nv = nnx.batch_norm %0, %g, %b, %m, %v {momentum = 0.99 : f64, epsilon = 1.0e-3 : f64}
      : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
        -> (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %1 = nnx.dropout %y {rate = 0.25 : f64, stream = 8 : i64} : tensor<?x4xf32>
    %loss, %p = nnx.softmax_cross_entropy %1, %labels : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
  }
}

// CHECK-LABEL: func.func @evaluate
// CHECK-NOT: dropout
// CHECK: %[[Y:.*]] = nnx.normalize %arg0, %arg2, %arg3, %arg4, %arg5 {epsilon
// CHECK-NEXT: nnx.softmax_cross_entropy %[[Y]],

// CHECK-LABEL: func.func @step
// CHECK-SAME: %arg6: tensor<4xf32> {nnx.slot = #nnx.slot<"velocity" of "batch_norm_1/gamma">}
// CHECK-SAME: %arg7: tensor<4xf32> {nnx.slot = #nnx.slot<"velocity" of "batch_norm_1/beta">}
// CHECK-SAME: -> (tensor<?xf32>, tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
// CHECK: %y, %mean, %variance, %[[MEAN:.*]], %[[VARIANCE:.*]] = nnx.batch_norm
// CHECK: nnx.softmax_cross_entropy_grad
// CHECK: nnx.dropout %{{.*}} {rate = 2.500000e-01 : f64, stream = 8 : i64}
// CHECK: %[[DGAMMA:.*]], %[[DBETA:.*]] = nnx.batch_norm_grad_parameters
// CHECK-DAG: %[[GAMMA:.*]]:2 = nnx.update "sgd(nesterov=false)", %arg2, %[[DGAMMA]] slots(%arg6)
// CHECK-DAG: %[[BETA:.*]]:2 = nnx.update "sgd(nesterov=false)", %arg3, %[[DBETA]] slots(%arg7)
// CHECK-NOT: batch_norm_grad_input
// CHECK: return %{{.*}}, %{{.*}}, %[[GAMMA]]#0, %[[BETA]]#0, %[[MEAN]], %[[VARIANCE]], %[[GAMMA]]#1, %[[BETA]]#1

// FUSED-LABEL: func.func @step
// FUSED: nnx.batch_norm_statistics %{{.*}}, %arg4, %arg5 {momentum
// FUSED: nnx.normalize
// FUSED-NOT: nnx.batch_norm %
