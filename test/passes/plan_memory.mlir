// One plan for each number of tiles; only the arena's own buffers have a place, and buffers that never
// live together share it.
// RUN: nnx-opt "--nnx-plan-memory=step-tiles=1,2 evaluate-tiles=4" %s | FileCheck %s

// CHECK: func.func @step() attributes {nnx.plans = [
// CHECK-SAME: {arena_bytes = 1024 : i64, offsets = array<i64: -1, [[A:0|512]], [[B:0|512]], [[A]], -1, -1>, tiles = 1 : i64},
// CHECK-SAME: {arena_bytes = 2048 : i64, {{.*}}tiles = 2 : i64}]
func.func @step() {
  %in = nnx.buffer "input" io f32 [16, 8, -1] strides [1, 16, 128]
  %a = nnx.buffer "a" arena f32 [16, 8, -1] strides [1, 16, 128]
  %b = nnx.buffer "b" arena f32 [16, 8, -1] strides [1, 16, 128]
  %c = nnx.buffer "c" arena f32 [16, 8, -1] strides [1, 16, 128]
  %view = nnx.buffer "view" arena f32 [16, 2, 4, 1, -1] strides [1, 16, 32, 128, 128] view %b
  %unused = nnx.buffer "unused" arena f32 [16, 8, -1] strides [1, 16, 128]
  nnx.call_kernel "f" [](in %in, out %a) {kind = "activation_forward"}
  nnx.call_kernel "f" [](in %a, out %b) {kind = "activation_forward"}
  nnx.call_kernel "f" [](in %view, out %c) {kind = "activation_forward"}
  return
}
