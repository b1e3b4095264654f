#!/usr/bin/env bash
# The words that editors colour are those of the tables, and the files of the extensions are well formed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python3 editors/words.py --check
for file in editors/vscode/*.json editors/vscode/syntaxes/*.json; do
  python3 -m json.tool "$file" >/dev/null
done
