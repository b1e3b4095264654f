"""Holds what the trainer predicted against ONNX Runtime and the compiled library, on all of MNIST's test set.

compare.py RESULTS MODEL.onnx LIBRARY.so PREDICT.py MNIST
"""

import importlib.util
import pathlib
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime

results, model, library, predict, mnist = map(pathlib.Path, sys.argv[1:])
specification = importlib.util.spec_from_file_location("predict", predict)
module = importlib.util.module_from_spec(specification)
specification.loader.exec_module(module)

images = np.fromfile(mnist / "t10k-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28, 1)
labels = np.fromfile(mnist / "t10k-labels-idx1-ubyte", np.uint8)[8:]
session = onnxruntime.InferenceSession(model)
notes = session.get_modelmeta().custom_metadata_map
samples = images.astype(np.float32) * np.float32(notes["scale"])
theirs = session.run(["outputs"], {"samples": samples})[0]

# Several threads at once, each batch of another length, the last ones of a part of a tile.
network = module.Network(library)
parts = np.split(samples, [1, 100, 117, 4000, 7777])
with ThreadPoolExecutor(4) as pool:
    ours = np.concatenate(list(pool.map(network.predict, parts)))

weights = notes["weights"]
row = sqlite3.connect(results / "results.sqlite").execute(
    "SELECT p.predicted, p.confidence, p.label_probability FROM prediction p JOIN run r ON p.run = r.id"
    " WHERE r.weights_sha256 = ?", [weights]).fetchone()
predicted, confidence, probability = (np.frombuffer(blob, kind) for blob, kind in zip(row, ("<u2", "<f4", "<f4")))
assert len(predicted) == len(theirs) == 10000
everyone = np.arange(10000)
print("spread of outputs", "wide" if theirs.std() > 0.01 else "narrow")
for name, difference in {
    "ONNX Runtime and library": np.abs(theirs - ours).max(),
    "ONNX Runtime and trainer, confidence": np.abs(theirs[everyone, predicted] - confidence).max(),
    "ONNX Runtime and trainer, label": np.abs(theirs[everyone, labels] - probability).max(),
}.items():
    print(f"{name}: {'equal to 1e-5' if difference <= 1e-5 else 'differ by'} ({difference:.1e})")
