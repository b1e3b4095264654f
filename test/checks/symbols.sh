#!/usr/bin/env bash
# A trainer links neither LLVM nor MLIR nor the Halide compiler, and no library beyond the C and C++
# runtime: checked by the symbols and the needed libraries of one that NNXC ($1) builds.
set -euo pipefail
nnxc=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$nnxc" build "$(dirname "${BASH_SOURCE[0]}")/../../examples/mnist/baseline.nnx" -o "$folder/trainer"
# Names in the namespaces llvm, mlir, lld and Halide; Halide's own runtime is extern "C" or Halide::Runtime.
if nm -C "$folder/trainer" | grep -E '\b(llvm|mlir|lld|Halide)::' | grep -vE 'Halide::Runtime::'; then
  echo "error: the trainer contains parts of the compiler" >&2
  exit 1
fi
if readelf -d "$folder/trainer" | grep NEEDED |
  grep -vE '\[(libc|libm|libstdc\+\+|libgcc_s|libpthread|libdl|librt|ld-linux-x86-64)\.so'; then
  echo "error: the trainer needs libraries that a machine may lack" >&2
  exit 1
fi
nm "$folder/trainer" | grep nnxrt_study_table >/dev/null # not -q: nm would die of a closed pipe
