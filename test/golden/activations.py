#!/usr/bin/env python3
"""Writes activations.csv beside this file: values and gradients of Keras 3's activations (TensorFlow).

Needs tensorflow-cpu. Columns: x, name, f(x), f'(x). Computed in double at points that are floats.
"""

import csv
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

activation = keras.activations.get
FUNCTIONS = {
    name: activation(name)
    for name in [
        "gelu", "elu", "relu", "sigmoid", "tanh", "softplus", "exponential", "softsign",
        "hard_sigmoid", "linear", "selu", "leaky_relu", "swish", "mish",
    ]
} | {
    "gelu_tanh": lambda x: keras.activations.gelu(x, approximate=True),
    "hard_sigmoid_keras2": lambda x: tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0),  # Keras 2's own code
    "elu(alpha = 0.5)": lambda x: keras.activations.elu(x, alpha=0.5),
    "leaky_relu(negative_slope = 0.01)": lambda x: keras.activations.leaky_relu(x, 0.01),
}  # fmt: skip
SIZES = [
    1e-20, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 20, 88,
    89, 100,
]  # fmt: skip


def values_and_gradients(function, points):
    x = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x).numpy()


def main():
    finite = np.array([0.0] + [s * sign for s in SIZES for sign in (1, -1)], np.float32)
    edges = np.array([np.nan, np.inf, -np.inf], np.float32)
    points = np.concatenate([finite, edges])
    path = pathlib.Path(__file__).with_name("activations.csv")
    with path.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["x", "name", "value", "gradient"])
        for name, function in FUNCTIONS.items():
            y, dy = values_and_gradients(function, points.astype(np.float64))
            for x, value, gradient in zip(points, y, dy):
                row = [repr(float(x)), name, repr(float(value)), repr(float(gradient))]
                out.writerow(row)


if __name__ == "__main__":
    main()
