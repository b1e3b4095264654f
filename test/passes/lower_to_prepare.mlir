// What updates share is computed once a step, in double precision: new values replace old ones in the
// array of hyper numbers.
// RUN: nnx-opt --nnx-lower-to-calls %s | FileCheck %s

module @variant_0 attributes {nnx.optimizer = "nadam()"} {
  func.func @step() {
    %g = nnx.buffer "g" arena f32 [16] strides [1]
    nnx.call_kernel "first" ["v_scale"](out %g) {kind = "update"}
    return
  }
}

// CHECK: llvm.func @variant_0.step
// CHECK: llvm.getelementptr %{{.*}}[9] : (!llvm.ptr) -> !llvm.ptr, f64
// CHECK: llvm.fptrunc

// lr, beta_1, beta_2, epsilon, u, u_next, u_product, m_scale, g_scale, v_scale, rest_1, rest_2,
// iteration
// CHECK: llvm.func @variant_0.prepare(%[[H:.*]]: !llvm.ptr)
// CHECK: llvm.getelementptr %[[H]][12] : (!llvm.ptr) -> !llvm.ptr, f64
// CHECK: llvm.intr.pow(%{{.*}}, %{{.*}}) : (f64, f64) -> f64
// CHECK: %[[OLD:.*]] = llvm.getelementptr %[[H]][6]
// CHECK: llvm.load %[[OLD]] : !llvm.ptr -> f64
// CHECK: %[[NEW:.*]] = llvm.getelementptr %[[H]][6]
// CHECK: llvm.store %{{.*}}, %[[NEW]] : f64, !llvm.ptr
// CHECK: llvm.return
