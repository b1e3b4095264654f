// A function loads buffers and scalars from its nnxrt_call, calls kernels in order, and returns the
// first result that is not zero.
// RUN: nnx-opt --nnx-lower-to-calls %s | FileCheck %s

module @variant_0 attributes {nnx.optimizer = "sgd(nesterov=false)"} {
  func.func @step() {
    %g = nnx.buffer "g" arena f32 [16] strides [1]
    %w = nnx.buffer "w" state f32 [16] strides [1]
    nnx.call_kernel "first" ["samples"](out %g) {kind = "update"}
    nnx.call_kernel "second" ["lr", "momentum"](in %g, inout %w) {kind = "update"}
    return
  }
}

// CHECK-LABEL: llvm.func @variant_0.step(%arg0: !llvm.ptr) -> i32
// CHECK: %[[USER:.*]] = llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
// CHECK: %[[TABLE:.*]] = llvm.load
// CHECK: %[[HYPER:.*]] = llvm.load
// CHECK: %[[SAMPLES:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i32
// CHECK: llvm.getelementptr %[[TABLE]][0]
// CHECK: %[[R:.*]] = llvm.call @first(%[[USER]], %[[SAMPLES]], %{{.*}}) : (!llvm.ptr, i32, !llvm.ptr) -> i32
// CHECK: llvm.cond_br %{{.*}}, ^[[EXIT:bb[0-9]+]](%[[R]] : i32), ^
// CHECK: llvm.getelementptr %[[HYPER]][1] : (!llvm.ptr) -> !llvm.ptr, f64
// CHECK: llvm.fptrunc %{{.*}} : f64 to f32
// CHECK: llvm.call @second(%[[USER]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) : (!llvm.ptr, f32, f32, !llvm.ptr, !llvm.ptr) -> i32
// CHECK: ^[[EXIT]](%[[RESULT:.*]]: i32):
// CHECK-NEXT: llvm.return %[[RESULT]]
