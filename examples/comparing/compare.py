#!/usr/bin/env python3
"""Holds the weights after one, two and three steps of steps.nnx against another framework's.

  compare.py RESULTS           with what Keras gave, as keras.safetensors beside this script has it
  compare.py RESULTS --keras   with Keras, here and now
  compare.py RESULTS --torch   with PyTorch
  compare.py --keras --write   trains in Keras alone and writes start.safetensors and keras.safetensors

RESULTS is the folder that the trainer wrote with --save-weights all. Needs numpy and safetensors, and
MNIST where tools/fetch-data puts it. Ends with status 1 where an array differs by more than 1e-5 of
its largest number.
"""

import csv
import os
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

HERE = pathlib.Path(__file__).parent
BATCH, STEPS, RATE, MOMENTUM = 32, 3, 0.1, 0.9


def mnist(name, header):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.environ.get("NNX_DATA_HOME") or os.path.join(cache, "nnx", "data")
    return np.fromfile(os.path.join(folder, "mnist", name), np.uint8)[header:]


def batches():
    images = mnist("train-images-idx3-ubyte", 16)[: STEPS * BATCH * 784]
    images = images.reshape(STEPS, BATCH, 28, 28, 1).astype(np.float32) * np.float32(1 / 255)
    return zip(images, mnist("train-labels-idx1-ubyte", 8)[: STEPS * BATCH].reshape(STEPS, BATCH))


def ours(results):
    """The weights after each step: results.csv says which file of models/weights is whose."""
    with open(results / "results.csv", newline="") as file:
        files = {int(row["steps"]): row["weights"][:16] for row in csv.DictReader(file)}
    return [load_file(results / "models" / "weights" / f"{files[n + 1]}.safetensors") for n in range(STEPS)]


def with_keras(start):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    layers = {"conv2d_1": keras.layers.Conv2D(4, 3, activation="tanh"),
              "dense_1": keras.layers.Dense(10, activation="softmax")}
    model = keras.Sequential([keras.Input((28, 28, 1)), layers["conv2d_1"], keras.layers.MaxPooling2D(4),
                              keras.layers.Flatten(), layers["dense_1"]])
    model.compile(keras.optimizers.SGD(RATE, momentum=MOMENTUM), "sparse_categorical_crossentropy")
    for name, layer in layers.items():
        layer.set_weights([start[f"{name}/kernel"], start[f"{name}/bias"]])
    for images, labels in batches():
        model.train_on_batch(images, labels)
        yield {f"{name}/{weight.name}": weight.numpy() for name, layer in layers.items() for weight in layer.weights}


def with_torch(start):
    import torch

    conv, dense = torch.nn.Conv2d(1, 4, 3), torch.nn.Linear(6 * 6 * 4, 10)
    model = torch.nn.Sequential(conv, torch.nn.Tanh(), torch.nn.MaxPool2d(4), torch.nn.Flatten(), dense)
    parameters = {
        # (y, x, in, out) is (out, in, y, x) there.
        "conv2d_1/kernel": (conv.weight, lambda w: w.transpose(3, 2, 0, 1), lambda w: w.transpose(2, 3, 1, 0)),
        "conv2d_1/bias": (conv.bias, lambda w: w, lambda w: w),
        # (in, out) is (out, in) there; and a flattened image counts c, y, x instead of y, x, c.
        "dense_1/kernel": (dense.weight,
                           lambda w: w.reshape(6, 6, 4, 10).transpose(3, 2, 0, 1).reshape(10, -1),
                           lambda w: w.reshape(10, 4, 6, 6).transpose(2, 3, 1, 0).reshape(-1, 10)),
        "dense_1/bias": (dense.bias, lambda w: w, lambda w: w),
    }
    with torch.no_grad():
        for name, (parameter, there, _) in parameters.items():
            parameter.copy_(torch.from_numpy(there(start[name]).copy()))
    # velocity = m * velocity + g, w -= lr * velocity: the same steps as ours with a constant rate.
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    for images, labels in batches():
        optimizer.zero_grad()
        logits = model(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels.astype(np.int64))).backward()
        optimizer.step()
        yield {name: back(parameter.detach().numpy()).copy() for name, (parameter, _, back) in parameters.items()}


def stored(_):
    numbers = load_file(HERE / "keras.safetensors")
    for step in range(STEPS):
        yield {name[2:]: value for name, value in numbers.items() if name.startswith(f"{step + 1}/")}


def write():
    numbers = np.random.default_rng(1)
    shapes = {"conv2d_1/kernel": (3, 3, 1, 4), "conv2d_1/bias": (4,), "dense_1/kernel": (144, 10), "dense_1/bias": (10,)}
    start = {name: numbers.uniform(-0.2, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}
    save_file(start, HERE / "start.safetensors")
    save_file({f"{step + 1}/{name}": value for step, weights in enumerate(with_keras(start))
               for name, value in weights.items()}, HERE / "keras.safetensors")


def main(arguments):
    if "--write" in arguments:
        write()
        return 0
    train = with_keras if "--keras" in arguments else with_torch if "--torch" in arguments else stored
    start = load_file(HERE / "start.safetensors")
    worst = 0.0
    for step, (mine, theirs) in enumerate(zip(ours(pathlib.Path(arguments[0])), train(start))):
        for name in sorted(theirs):
            scale = np.abs(theirs[name]).max()
            difference = np.abs(mine[name] - theirs[name]).max() / scale
            moved = np.abs(mine[name] - start[name]).max() / scale
            worst = max(worst, difference)
            print(f"step {step + 1}  {name:16} moved {moved:.1e}  differs {difference:.1e}")
    return 1 if worst > 1e-5 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
