#!/usr/bin/env bash
# Every C and C++ file is as clang-format leaves it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
git ls-files -z -- '*.cpp' '*.h' '*.c' | xargs -0 -n 16 -P 2 clang-format-22 --dry-run --Werror
