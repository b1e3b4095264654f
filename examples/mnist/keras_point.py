#!/usr/bin/env python3
"""Trains the baseline network of `study.nnx` in Keras, to hold a published or own figure against.

Needs keras with tensorflow, and MNIST's four files, which `tools/train` leaves in the cache. Prints test
loss and accuracy for each seed. Example: keras_point.py --optimizer RMSprop --lr 0.01 --seeds 3 --epochs 1
"""

import argparse
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy  # noqa: E402

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "nnx/data/mnist"


def read(folder, name, header):
    return numpy.frombuffer((folder / name).read_bytes(), numpy.uint8, offset=header)


def images(folder, name):
    return read(folder, name, 16).reshape(-1, 28, 28, 1) / numpy.float32(255)


def network(activation):
    layers, start = keras.layers, "he_uniform"
    return keras.Sequential([
        layers.Conv2D(32, 3, activation=activation, kernel_initializer=start),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(100, activation=activation, kernel_initializer=start),
        layers.Dense(10, activation="softmax"),
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--optimizer", default="SGD", help="a class of keras.optimizers (SGD: with momentum 0.9)")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=1, help="train with the seeds 1 to N")
    parser.add_argument("--data", type=pathlib.Path, default=CACHE)
    options = parser.parse_args()
    x, y = images(options.data, "train-images-idx3-ubyte"), read(options.data, "train-labels-idx1-ubyte", 8)
    tx, ty = images(options.data, "t10k-images-idx3-ubyte"), read(options.data, "t10k-labels-idx1-ubyte", 8)
    more = {"momentum": 0.9} if options.optimizer == "SGD" else {}
    for seed in range(1, options.seeds + 1):
        keras.utils.set_random_seed(seed)
        model = network(options.activation)
        model.compile(getattr(keras.optimizers, options.optimizer)(options.lr, **more),
                      "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size=options.batch, epochs=options.epochs, verbose=0)
        loss, accuracy = model.evaluate(tx, ty, batch_size=256, verbose=0)
        print(f"Keras {keras.__version__}, {options.optimizer}({options.lr}), seed {seed}, {options.epochs} epochs: "
              f"test loss {loss:.4f}, accuracy {accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
