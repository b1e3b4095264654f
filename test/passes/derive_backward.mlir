// @forward becomes @evaluate; @step gets gradients, the sum for a value used twice, and updates.
// RUN: nnx-opt %s --nnx-derive-backward | FileCheck %s

module attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @forward(%x: tensor<?x4xf32>, %labels: tensor<?xi32>,
      %w1: tensor<4x4xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "ones",
        arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 1>},
      %w2: tensor<4x4xf32> {nnx.parameter = #nnx.parameter<"dense_2/kernel", init = "ones",
        arguments = [0.0, 0.0], fan_in = 4, fan_out = 4, stream = 2>})
      -> (tensor<?xf32>, tensor<?x4xf32>) {
    %0 = nnx.dense %x, %w1 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %1 = nnx.activation "relu", %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = nnx.dense %1, %w2 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %3 = nnx.dense %2, %w2 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %loss, %p = nnx.softmax_cross_entropy %3, %labels
      : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x4xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x4xf32>
  }
}

// CHECK-LABEL: func.func @evaluate(
// CHECK-NOT: grad
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x4xf32>, %[[LABELS:[^:]*]]: tensor<?xi32>
// CHECK-SAME: %[[W1:[^:]*]]: tensor<4x4xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel"
// CHECK-SAME: %[[W2:[^:]*]]: tensor<4x4xf32> {nnx.parameter = #nnx.parameter<"dense_2/kernel"
// CHECK-SAME: %[[V1:[^:]*]]: tensor<4x4xf32> {nnx.slot = #nnx.slot<"velocity" of "dense_1/kernel">}
// CHECK-SAME: %[[V2:[^:]*]]: tensor<4x4xf32> {nnx.slot = #nnx.slot<"velocity" of "dense_2/kernel">}
// CHECK: nnx.dense %[[X]], %[[W1]]
// CHECK: %[[A:.*]] = nnx.activation
// CHECK: %[[B:.*]] = nnx.dense %[[A]], %[[W2]]
// CHECK: %[[LOSS:.*]], %[[P:.*]] = nnx.softmax_cross_entropy
// CHECK: %[[D:.*]] = nnx.softmax_cross_entropy_grad %[[P]], %[[LABELS]]
// CHECK: %[[DB:.*]] = nnx.dense_grad_input %[[D]], %[[W2]]
// CHECK: %[[LATER:.*]] = nnx.dense_grad_weights %[[B]], %[[D]]
// CHECK: %[[DA:.*]] = nnx.dense_grad_input %[[DB]], %[[W2]]
// CHECK: %[[EARLIER:.*]] = nnx.dense_grad_weights %[[A]], %[[DB]]
// CHECK: %[[SUM:.*]] = nnx.add %[[LATER]], %[[EARLIER]]
// CHECK: %[[NEW2:.*]]:2 = nnx.update "sgd(nesterov=false)", %[[W2]], %[[SUM]] slots(%[[V2]])
// relu's derivative is a function of its output.
// CHECK: %[[DZ:.*]] = nnx.activation_grad "relu", %[[DA]], %[[A]]
// Nobody trains the input: there is no gradient by it.
// CHECK-NOT: nnx.dense_grad_input
// CHECK: %[[DW1:.*]] = nnx.dense_grad_weights %[[X]], %[[DZ]]
// CHECK: %[[NEW1:.*]]:2 = nnx.update "sgd(nesterov=false)", %[[W1]], %[[DW1]] slots(%[[V1]])
// CHECK: return %[[LOSS]], %[[P]], %[[NEW1]]#0, %[[NEW2]]#0, %[[NEW1]]#1, %[[NEW2]]#1
