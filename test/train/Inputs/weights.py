"""Reads and writes weights with the safetensors library.

weights.py check RESULTS          reads every file of RESULTS/models and says what is in it
weights.py other FROM TO          writes the arrays of FROM, each number a little changed, to TO
weights.py double FROM TO         writes them in double precision
"""

import csv
import hashlib
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file


def check(results):
    models = pathlib.Path(results) / "models"
    for path in sorted(models.glob("*.safetensors")):
        with safe_open(path, "numpy") as file:
            notes = file.metadata()
            header = ", ".join(f"{name} {'x'.join(map(str, file.get_tensor(name).shape))}" for name in file.keys())
        assert set(notes) == {"study", "experiment", "point", "network", "seed", "epoch", "steps", "key", "weights", "compiler"}
        print(f"{path.name}: {header}; {notes['experiment']} {notes['point']}, seed {notes['seed']}, epoch {notes['epoch']}")
    files = list((models / "weights").iterdir())
    digests = {}
    for path in files:
        with safe_open(path, "numpy") as file:
            arrays = [file.get_tensor(name) for name in file.offset_keys()]
        assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in arrays)
        digests[path.stem] = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
    named = sum(digest.startswith(stem) for stem, digest in digests.items())
    with open(pathlib.Path(results) / "results.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    found = sum(row["weights"] in digests.values() for row in rows)
    print(f"{len(files)} files in weights, {named} named by their digest, {found} of {len(rows)} rows have one")


def change(source, target, what):
    save_file({name: what(value) for name, value in load_file(source).items()}, target)


if sys.argv[1] == "check":
    check(sys.argv[2])
else:
    change(*sys.argv[2:], {"other": lambda value: value * np.float32(1.01), "double": np.float64}[sys.argv[1]])
