"""Keras 3 on TensorFlow, by `fit`; timed by its own callbacks, so that its start is left out."""

import os
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import tensorflow  # noqa: E402
from cell import mnist  # noqa: E402

VERSION = f"Keras {keras.__version__}, TensorFlow {tensorflow.__version__}"


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self.start


class Peer:
    def __init__(self, cell):
        tensorflow.config.threading.set_intra_op_parallelism_threads(cell.threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(cell.threads)
        keras.utils.set_random_seed(1)
        layers, start = keras.layers, "he_uniform"
        stack = [keras.Input((28, 28, 1))]
        for filters in cell.filters:
            stack += [layers.Conv2D(filters, 3, activation="relu", kernel_initializer=start), layers.MaxPooling2D(2)]
        stack.append(layers.Flatten())
        stack += [layers.Dense(width, activation="relu", kernel_initializer=start) for width in cell.widths]
        stack.append(layers.Dense(10, activation="softmax"))
        self.model, self.batch = keras.Sequential(stack), cell.batch
        optimizer = {"sgd": lambda: keras.optimizers.SGD(cell.rate, momentum=0.9),
                     "adam": lambda: keras.optimizers.Adam(cell.rate),
                     "rmsprop": lambda: keras.optimizers.RMSprop(cell.rate)}[cell.optimizer]()
        self.model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        self.images, self.labels = mnist("train")
        self.images = self.images[..., None]

    def train(self, steps):
        """Seconds of `steps` steps, at most an epoch."""
        clock, count = Clock(), steps * self.batch
        self.model.fit(self.images[:count], self.labels[:count], batch_size=self.batch, epochs=1, verbose=0,
                       callbacks=[clock])
        return clock.seconds

    def accuracy(self):
        images, labels = mnist("t10k")
        return float(self.model.evaluate(images[..., None], labels, batch_size=256, verbose=0)[1])
