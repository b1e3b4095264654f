// Clipping by norm needs the whole gradient first: its kernel stores it, another sums the squares, a
// third updates. A global norm adds up array after array before any update.
// RUN: nnx-opt --nnx-derive-backward --nnx-fuse --nnx-assign-layouts --nnx-select-kernels %s | FileCheck %s
// RUN: sed s/has_clipnorm/has_global_clipnorm/ %s | nnx-opt --nnx-derive-backward --nnx-fuse --nnx-assign-layouts --nnx-select-kernels | FileCheck %s --check-prefix=GLOBAL

module attributes {nnx.optimizer = "sgd(nesterov=false, has_clipnorm=true)"} {
  func.func @forward(%x: tensor<?x6xf32>, %labels: tensor<?xi32>,
      %w: tensor<6x10xf32> {nnx.parameter = #nnx.parameter<"dense_1/kernel", init = "zeros", arguments = [0.0, 0.0], fan_in = 6, fan_out = 10, stream = 0>},
      %b: tensor<10xf32> {nnx.parameter = #nnx.parameter<"dense_1/bias", init = "zeros", arguments = [0.0, 0.0], fan_in = 10, fan_out = 10, stream = 1>}) -> (tensor<?xf32>, tensor<?x10xf32>) {
    %y = nnx.dense %x, %w, %b : (tensor<?x6xf32>, tensor<6x10xf32>, tensor<10xf32>) -> tensor<?x10xf32>
    %loss, %p = nnx.softmax_cross_entropy %y, %labels : (tensor<?x10xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<?x10xf32>)
    return %loss, %p : tensor<?xf32>, tensor<?x10xf32>
  }
}

// CHECK-LABEL: func.func @step
// CHECK: (in %{{.*}}, in %{{.*}}, inout %[[DW:.*]]) {inputs = "6", kind = "dense_grad_weights_update", optimizer = "store()", units = "10"}
// CHECK: (in %[[DW]], out %[[NORM:.*]]) {adds = "0", kind = "squared_norm", units = "10"}
// CHECK: ["lr", "momentum", "clipnorm"](in %{{.*}}, in %[[NORM]], inout %{{.*}}, inout %{{.*}}) {kind = "update", optimizer = "sgd(nesterov=false, has_clipnorm=true)"}
// CHECK: kind = "dense_grad_bias_update", optimizer = "store()"}
// CHECK: kind = "squared_norm"
// CHECK: kind = "update"
// GLOBAL-LABEL: func.func @step
// GLOBAL-NOT: kind = "update"
// GLOBAL: out %[[FIRST:.*]]) {adds = "0", kind = "squared_norm"
// GLOBAL-NOT: kind = "update"
// GLOBAL: in %[[FIRST]], out %[[BOTH:.*]]) {adds = "1", kind = "squared_norm"
// GLOBAL: in %[[BOTH]], {{.*}} {kind = "update"
// GLOBAL: in %[[BOTH]], {{.*}} {kind = "update"
