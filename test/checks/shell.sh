#!/usr/bin/env bash
# Every shell script passes shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
git grep -lzE '^#!.*\b(ba)?sh$' -- . | xargs -0 shellcheck -x
