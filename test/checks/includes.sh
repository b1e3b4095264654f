#!/usr/bin/env bash
# The parts include one another in one direction only (docs/architecture.md, "The way of the data").
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
status=0

# forbid PART PATTERN PATHS...: no file of PATHS includes a header that matches PATTERN.
forbid() {
  local part=$1 pattern=$2
  shift 2
  if git grep -nE "^ *# *include *[<\"]($pattern)" -- "$@"; then
    echo "error: $part must not include these" >&2
    status=1
  fi
}

forbid dsl 'llvm/|llvm-c/|mlir/|mlir-c/|lld/|Halide|compiler/|runtime/|nnxrt/' dsl
forbid runtime 'llvm/|llvm-c/|mlir/|mlir-c/|lld/|Halide\.h|dsl/|compiler/' runtime
forbid compiler 'runtime/' compiler
forbid editor 'llvm/|llvm-c/|mlir/|mlir-c/|lld/|Halide|compiler/|runtime/|nnxrt/|tools/' editor
forbid compiler/kernels 'mlir/|mlir-c/|compiler/(dialect|frontend|layers|optimizers|passes|memory|emit|interpreter|Pipeline)' \
  compiler/kernels
forbid compiler/memory 'mlir/|mlir-c/|llvm/|Halide' compiler/memory
exit "$status"
