# Where the tools keep what they install and fetch; sourced by the scripts beside it.
# shellcheck shell=bash disable=SC2034
nnx_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
nnx_cache=${XDG_CACHE_HOME:-$HOME/.cache}/nnx
nnx_data=${NNX_DATA_HOME:-$nnx_cache/data}
nnx_packages=$nnx_root/tools/packages

# One folder per content of the lists, so that checkouts that differ do not disturb one another.
nnx_toolchain=$nnx_cache/toolchain-$(cat "$nnx_packages/python.txt" "$nnx_packages/halide.txt" |
  sha256sum | cut -c1-12)
nnx_axe=$nnx_cache/axe-$(sha256sum <"$nnx_packages/axe.txt" | cut -c1-12)

# What tests read our files with.
nnx_test_python=$nnx_cache/test-python-$(sha256sum <"$nnx_packages/python-test.txt" | cut -c1-12)

# The arguments after the first go to standard error, the first is the exit status.
fail() {
  local status=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$status"
}
