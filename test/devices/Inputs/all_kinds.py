"""all_kinds.py KERNELS.def < TABLE: whether the table has every kind but those of the runtime."""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as rows:
    kinds = set(re.findall(r"^NNX_KERNEL\((\w+),", rows.read(), re.MULTILINE))
found = set(re.findall(r"^\| (\w+) \| \d+", sys.stdin.read(), re.MULTILINE))
missing = kinds - found - {"gather_samples", "gather_augmented", "gather_labels"}
assert kinds and not missing, missing
print("every kind of kernel is there")
