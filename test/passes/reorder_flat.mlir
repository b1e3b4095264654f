// What is flat keeps the order of its image; where Keras's order is wanted, or two orders meet, a
// slice of all of it is a copy in the other order.
// RUN: nnx-opt --split-input-file --nnx-assign-layouts %s | FileCheck %s

// CHECK-LABEL: func.func @evaluate
// CHECK: %[[FLAT:.*]] = nnx.flatten {{.*}}[2, 2, 3] steps
// CHECK: %[[COPY:.*]] = nnx.slice %[[FLAT]] {nnx.layouts = {{.*}}[12] steps [16]>], offset = 0 : i64}
// CHECK: nnx.softmax_cross_entropy %[[COPY]]
func.func @evaluate(%x: tensor<?x2x2x3xf32>, %labels: tensor<?xi32>) -> (tensor<?xf32>, tensor<?x12xf32>) {
  %flat = nnx.flatten %x : (tensor<?x2x2x3xf32>) -> tensor<?x12xf32>
  %loss, %p = nnx.softmax_cross_entropy %flat, %labels : (tensor<?x12xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x12xf32>)
  return %loss, %p : tensor<?xf32>, tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @evaluate
// CHECK: %[[FLAT:.*]] = nnx.flatten
// CHECK: %[[COPY:.*]] = nnx.slice %[[FLAT]]
// CHECK: nnx.add %[[COPY]], %arg0 {{.*}}[12] steps [16]>
func.func @evaluate(%y: tensor<?x12xf32>, %labels: tensor<?xi32>, %x: tensor<?x2x2x3xf32>) -> (tensor<?xf32>, tensor<?x12xf32>) {
  %flat = nnx.flatten %x : (tensor<?x2x2x3xf32>) -> tensor<?x12xf32>
  %sum = nnx.add %flat, %y : tensor<?x12xf32>
  %loss, %p = nnx.softmax_cross_entropy %sum, %labels : (tensor<?x12xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x12xf32>)
  return %loss, %p : tensor<?xf32>, tensor<?x12xf32>
}
