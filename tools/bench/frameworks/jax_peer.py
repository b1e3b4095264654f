"""JAX, all steps of a call in one jitted scan over shuffled batches; Optax's optimizers."""

import time

import jax
import jax.numpy as jnp
import optax
from cell import mnist
from jax import lax

VERSION = f"JAX {jax.__version__}"


def forward(parameters, x):
    for i, (weights, bias) in enumerate(parameters):
        if weights.ndim == 4:
            x = lax.conv_general_dilated(x, weights, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = lax.reduce_window(jax.nn.relu(x + bias), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        else:
            x = x.reshape(len(x), -1) @ weights + bias
            if i + 1 < len(parameters):
                x = jax.nn.relu(x)
    return x


class Peer:
    def __init__(self, cell):
        key, parameters, channels = jax.random.key(1), [], 1
        start = jax.nn.initializers.he_uniform()

        shapes = []
        for filters in cell.filters:
            shapes.append((3, 3, channels, filters))
            channels = filters
        widths = [cell.flat, *cell.widths, 10]
        for shape in shapes + list(zip(widths, widths[1:])):
            key, own = jax.random.split(key)
            parameters.append((start(own, shape), jnp.zeros(shape[-1])))
        self.parameters, self.key, self.batch = parameters, key, cell.batch
        self.optimizer = {"sgd": optax.sgd(cell.rate, momentum=0.9), "adam": optax.adam(cell.rate),
                          "rmsprop": optax.rmsprop(cell.rate)}[cell.optimizer]
        self.state = self.optimizer.init(parameters)
        images, labels = mnist("train")
        self.images, self.labels = jnp.asarray(images)[..., None], jnp.asarray(labels)

        def loss(parameters, x, y):
            return optax.softmax_cross_entropy_with_integer_labels(forward(parameters, x), y).mean()

        def step(carry, picked):
            parameters, state, images, labels = carry
            gradients = jax.grad(loss)(parameters, images[picked], labels[picked])
            changes, state = self.optimizer.update(gradients, state, parameters)
            return (optax.apply_updates(parameters, changes), state, images, labels), None

        self.run = jax.jit(lambda parameters, state, images, labels, order: lax.scan(
            step, (parameters, state, images, labels), order)[0][:2])
        self.compiled = {}  # by the number of steps

    def train(self, steps):
        self.key, own = jax.random.split(self.key)
        order = jax.random.permutation(own, len(self.images))[:steps * self.batch].reshape(steps, self.batch)
        arguments = (self.parameters, self.state, self.images, self.labels, jax.block_until_ready(order))
        if steps not in self.compiled:
            self.compiled[steps] = self.run.lower(*arguments).compile()
        start = time.perf_counter()
        self.parameters, self.state = jax.block_until_ready(self.compiled[steps](*arguments))
        return time.perf_counter() - start

    def accuracy(self):
        images, labels = mnist("t10k")
        guesses = forward(self.parameters, jnp.asarray(images)[..., None]).argmax(1)
        return float((guesses == jnp.asarray(labels)).mean())
