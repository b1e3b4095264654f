"""Writes data.json: tables as scikit-learn encodes them, and array files as NumPy writes them.

Usage: data.py     (needs scikit-learn and NumPy; writes beside itself)
"""

import base64
import io
import json
import pathlib

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMERIC = ["size", "age", "same"]
WORDS = ["area", "level"]


def table_text(rows):
    lines = ["size,area,age,level,same,price"]
    for row in rows:
        lines.append(",".join(str(value) for value in row))
    return "\n".join(lines) + "\n"


def draw_rows(random, count):
    rows = []
    for _ in range(count):
        row = [round(float(random.uniform(1e5, 1e5 + 3)), 4), str(random.choice(["west", "east", "north"])),
               int(random.integers(0, 90)), int(random.choice([10, 9, 2])), 0.1,
               round(float(random.normal(300, 50)), 2)]
        for column in (0, 2):
            if random.random() < 0.15:
                row[column] = ""
        rows.append(row)
    return rows


def columns(rows, places, kind):
    return np.array([[row[p] if row[p] != "" else np.nan for p in places] for row in rows], dtype=kind)


def encode(train, test, strategy):
    """The features in the order of the table: size, area, age, level, same."""
    fill = SimpleImputer(strategy=strategy, fill_value=0 if strategy == "constant" else None)
    scale, words = StandardScaler(), OneHotEncoder(sparse_output=False)
    fitted = scale.fit_transform(fill.fit_transform(columns(train, [0, 2, 4], float)))
    areas = OneHotEncoder(sparse_output=False).fit(columns(train, [1], str))
    levels = OneHotEncoder(sparse_output=False).fit(columns(train, [3], int))
    shares = {}
    for name, rows in (("train", train), ("test", test)):
        numbers = scale.transform(fill.transform(columns(rows, [0, 2, 4], float)))
        area, level = areas.transform(columns(rows, [1], str)), levels.transform(columns(rows, [3], int))
        shares[name] = np.hstack([numbers[:, :1], area, numbers[:, 1:2], level, numbers[:, 2:]])
    assert np.array_equal(fitted[:, 0], shares["train"][:, 0])
    return {name: matrix.tolist() for name, matrix in shares.items()}


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return base64.b64encode(file.getvalue()).decode()


def npz(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return base64.b64encode(file.getvalue()).decode()


random = np.random.default_rng(5)
train, test = draw_rows(random, 40), draw_rows(random, 12)
x = (np.arange(24).reshape(6, 4) - 7) * 3
y = np.array([0, 2, 1, 1, 0, 2])
arrays = {
    kind: npy(x.astype(kind) if kind != "|u1" else np.abs(x).astype(kind))
    for kind in ("|u1", "<i4", "<i8", "<f4", "<f8")
}
golden = {
    "scikit-learn": sklearn.__version__,
    "numpy": np.__version__,
    "table": {
        "train": table_text(train), "test": table_text(test),
        "median": encode(train, test, "median"), "mean": encode(train, test, "mean"),
        "zero": encode(train, test, "constant"),
    },
    "x": x.tolist(), "y": y.tolist(), "arrays": arrays, "labels": npy(y),
    "versions": {str(major): npy(x.astype("<f4"), (major, 0)) for major in (1, 2, 3)},
    "images": npy(np.arange(6 * 3 * 5 * 2, dtype="|u1").reshape(6, 3, 5, 2)),
    "fortran": npy(np.asfortranarray(x.astype("<f4"))),
    "big": npy(x.astype(">f4")),
    "objects": npy(np.array([{}, 1], dtype=object)),
    "records": npy(np.zeros(3, dtype=[("a", "<f4"), ("b", "<i4")])),
    "infinite": npy(np.where(x == 6, np.inf, x).astype("<f4")),
    "stored": npz(np.savez, x=x.astype("<f4"), y=y),
    "deflated": npz(np.savez_compressed, x=x.astype("<f4"), y=y),
}
path = pathlib.Path(__file__).with_name("data.json")
path.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n", encoding="ascii")
