#!/usr/bin/env bash
# No marks of unfinished work in what is tracked, and no source file of the parts that has outgrown
# 400 lines.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
status=0
if git grep -nwE 'TODO|FIXME|XXX|HACK' -- . ':!test/checks/prose.sh'; then
  echo "error: finish these or file an issue" >&2
  status=1
fi
while read -r lines file; do
  if [[ $lines -gt 400 && $file != total ]]; then
    echo "error: $file has $lines lines; split it by meaning" >&2
    status=1
  fi
done < <(git ls-files -z -- '*.cpp' '*.h' '*.td' ':!test' | xargs -0 wc -l)
exit "$status"
