"""Writes the golden numbers of Keras: losses, weights and outputs of short trainings on MNIST and on
the table of examples/houses.

Usage: baseline.py [CASE...]     (no case: all; files trainings/CASE.json beside this script)

Needs tensorflow-cpu 2.21 (Keras 3.15) and MNIST as tools/fetch-data leaves it. Each case is a network,
an optimizer and a batch size, here once, and from it both the Keras model and the `.nnx` text are made.
Both sides start from weights of one formula (`initial`), take the first STEPS batches of the training
share in file order, and must agree.

How far can they? A value beside the kink of a ReLU, or two nearly equal ones in a window of a max pool,
fall to the other side when a sum is rounded otherwise, and the trainings part by far more than they were
rounded. So Keras also trains in double from NEIGHBOURS sets of weights that differ in the seventh digit;
`spread` is how far any of these trainings, or the one in float, is from the undisturbed one in double:
of each step's loss (relative), of weights (relative to the root mean square of their array) and of
outputs. Where it is beyond 1 %, or the loss is not finite, steps are not comparable any more.
"""

import csv
import json
import math
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # one order of every sum, whatever the processor

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from cases import CASES  # noqa: E402

STEPS = 50
NEIGHBOURS = 8
DISTURBANCE = 5e-7
COMPARABLE = 1e-2
SAMPLED = 16


def setting_text(value):
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value


def nnx_lines(layers, indent="  "):
    """The layers as lines of a network."""
    for layer in layers:
        if layer["kind"] == "conv2d":
            stride = f", stride = {layer['stride']}" if layer["stride"] != 1 else ""
            padding = f", padding = {layer['padding']}" if layer["padding"] != "valid" else ""
            dilation = f", dilation = {layer['dilation']}" if layer["dilation"] != 1 else ""
            bias = ", bias = false" if not layer["bias"] else ""
            yield (f"{indent}conv2d({layer['filters']}, kernel = 3{stride}{padding}{dilation}{bias}, "
                   f"activation = {layer['activation']})")
        elif layer["kind"] in ("max_pool", "avg_pool"):
            stride = f", stride = {layer['stride']}" if layer["stride"] != layer["window"] else ""
            padding = f", padding = {layer['padding']}" if layer["padding"] != "valid" else ""
            yield f"{indent}{layer['kind']}({layer['window']}{stride}{padding})"
        elif layer["kind"] == "dense":
            yield f"{indent}dense({layer['units']}, activation = {layer['activation']})"
        elif layer["kind"] == "activation":
            yield f"{indent}activation({layer['function']})"
        elif layer["kind"] in ("add", "concat"):
            yield f"{indent}{layer['kind']} {{"
            for branch in layer["branches"]:
                yield f"{indent}  branch {{"
                yield from nnx_lines(branch, indent + "    ")
                yield f"{indent}  }}"
            yield f"{indent}}}"
        else:
            yield f"{indent}{layer['kind']}()"


# The data sets as the study says them.
DATASETS = {
    "mnist": """dataset mnist {
  train   = idx("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
  test    = idx("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
  shape   = 28x28x1
  classes = 10
  scale   = 1 / 255
}
""",
    "houses": """dataset houses {
  train       = csv("houses.csv", target = [price, garden], categorical = [area], ignore = [id],
                    missing = mean)
  test        = csv("houses.csv", target = [price, garden], categorical = [area], ignore = [id],
                    missing = mean)
  shape       = 8
  standardize = train
}
""",
}


def nnx_text(name, case):
    """The case as a `.nnx` study."""
    body = "\n".join(nnx_lines(case["layers"]))
    settings = ", ".join(f"{name} = {setting_text(value)}" for name, value in case["settings"].items())
    schedule = f"\n  schedule  = {case['schedule']}" if case["schedule"] else ""
    return f"""{DATASETS[case["data"]]}
network golden() {{
{body}
}}

training fixed {{
  loss      = {case["loss"]}
  optimizer = {case["optimizer"]}({settings}){schedule}
  batch     = {case["batch"]}
  epochs    = 1
  steps     = {STEPS}
  seed      = 1
  shuffle   = false
}}

experiment {name} {{
  train golden() on {case["data"]} with fixed
}}
"""


def keras_layer(layer):
    if layer["kind"] == "conv2d":
        return keras.layers.Conv2D(layer["filters"], 3, strides=layer["stride"], padding=layer["padding"],
                                   dilation_rate=layer["dilation"], use_bias=layer["bias"],
                                   activation=layer["activation"])
    if layer["kind"] in ("max_pool", "avg_pool"):
        pooling = {"max_pool": keras.layers.MaxPooling2D, "avg_pool": keras.layers.AveragePooling2D}
        return pooling[layer["kind"]](layer["window"], layer["stride"], layer["padding"])
    if layer["kind"] == "dense":
        return keras.layers.Dense(layer["units"], activation=layer["activation"])
    if layer["kind"] == "activation":
        return keras.layers.Activation(layer["function"])
    return {"flatten": keras.layers.Flatten, "global_avg_pool": keras.layers.GlobalAveragePooling2D,
            "batch_norm": keras.layers.BatchNormalization}[layer["kind"]]()


def apply_layers(layers, x, trained):
    """The output for `x`; each Keras layer with weights goes to `trained` with its kind."""
    for layer in layers:
        if layer["kind"] in ("add", "concat"):
            joined = {"add": keras.layers.Add, "concat": keras.layers.Concatenate}[layer["kind"]]()
            x = joined([apply_layers(branch, x, trained) for branch in layer["branches"]])
            continue
        made = keras_layer(layer)
        x = made(x)
        if made.weights:
            trained.append((layer["kind"], made))
    return x


# What losses of cases are in Keras, of numbers or of one-hot classes.
LOSS_OBJECTS = {
    "cross_entropy(label_smoothing = 0.1)":
        lambda: keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "huber(delta = 0.25)": lambda: keras.losses.Huber(delta=0.25),
    "huber(delta = 10)": lambda: keras.losses.Huber(delta=10.0),
    "hinge": keras.losses.Hinge,
}


def keras_loss(case):
    if case["loss"] == "cross_entropy":
        return "sparse_categorical_crossentropy"
    loss = LOSS_OBJECTS[case["loss"]]()
    if case["data"] == "houses":
        return loss
    return lambda labels, outputs: loss(
        keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), 10, dtype=outputs.dtype), outputs)


SHAPES = {"mnist": (28, 28, 1), "houses": (8,)}


def keras_model(case):
    """The model, and its layers with weights in the order of the study."""
    trained = []
    sample = keras.Input(SHAPES[case["data"]])
    model = keras.Model(sample, apply_layers(case["layers"], sample, trained))
    model.compile(keras_optimizer(case), keras_loss(case), jit_compile=False)
    return model, trained


class UnscaledAdamW(keras.optimizers.AdamW):
    """Takes weight_decay * w off each weight, whatever the learning rate: what older versions did."""

    def _apply_weight_decay(self, variables):
        for variable in variables:
            variable.assign(variable - variable * keras.ops.cast(self.weight_decay, variable.dtype))


# What schedules of cases are in Keras, from the rate. An epoch of the whole share is 1875 steps of 32
# samples; the run ends after STEPS.
SCHEDULES = {
    "step(every = 0.01, by = 0.5)":
        lambda lr: keras.optimizers.schedules.ExponentialDecay(lr, 18.75, 0.5, staircase=True),
    "exponential(every = 0.02, by = 0.5)":
        lambda lr: keras.optimizers.schedules.ExponentialDecay(lr, 37.5, 0.5),
    "cosine(to = 0.1, warmup = 0.008, from = 0.2)":
        lambda lr: keras.optimizers.schedules.CosineDecay(
            0.2 * lr, STEPS - 15, alpha=0.1, warmup_target=lr, warmup_steps=15),
}


def keras_optimizer(case):
    classes = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam, "nadam": keras.optimizers.Nadam,
               "adamw": keras.optimizers.AdamW, "adadelta": keras.optimizers.Adadelta,
               "adagrad": keras.optimizers.Adagrad, "rmsprop": keras.optimizers.RMSprop,
               "lion": keras.optimizers.Lion, "unscaled adamw": UnscaledAdamW}
    settings = dict(case["settings"])
    kind = "unscaled " * (settings.pop("decay", None) == "unscaled") + case["optimizer"]
    if "lr" in settings:
        settings["learning_rate"] = SCHEDULES.get(case["schedule"], float)(settings.pop("lr"))
    return classes[kind](**settings)


def initial(name, shape, layer):
    """Weight i (row major) of array `layer` / 2: sqrt(6 / fan_in) * (2 frac((i+1) phi + 0.37 layer) - 1)
    in double, then rounded to float; scales and variances start at 1, biases and means at 0."""
    if len(shape) == 1:
        return np.full(shape, name in ("gamma", "moving_variance"), np.float32)
    i = np.arange(math.prod(shape), dtype=np.float64)
    turn = (i + 1.0) * 0.6180339887498949 + 0.37 * layer
    limit = math.sqrt(6.0 / math.prod(shape[:-1]))
    return (limit * (2.0 * (turn - np.floor(turn)) - 1.0)).astype(np.float32).reshape(shape)


def idx(name, header):
    root = os.environ.get("NNX_DATA_HOME")
    if not root:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        root = os.path.join(cache, "nnx", "data")
    return np.fromfile(os.path.join(root, "mnist", name), np.uint8)[header:]


def mnist():
    """Samples and labels of the training share, and samples to test with."""
    count = STEPS * max(case["batch"] for case in CASES.values())
    scale = np.float32(255.0)
    images = idx("train-images-idx3-ubyte", 16)[: count * 784].reshape(-1, 28, 28, 1).astype(np.float32) / scale
    labels = idx("train-labels-idx1-ubyte", 8)[:count].astype(np.int32)
    probe = idx("t10k-images-idx3-ubyte", 16)[: 8 * 784].reshape(-1, 28, 28, 1).astype(np.float32) / scale
    return images, labels, probe


def houses():
    """Likewise, of a table: numbers standardized, a missing one the mean, areas as zeros and a one."""
    path = pathlib.Path(__file__).parents[2] / "examples/houses/houses.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))

    def numbers(column):
        values = np.array([float(row[column] or "nan") for row in rows])
        return np.where(np.isnan(values), np.nanmean(values), values)

    areas = sorted({row["area"] for row in rows})
    features = [[row["area"] == area for row in rows] for area in areas]
    for column in ("size", "rooms", "age"):
        values = numbers(column)
        features.append((values - values.mean()) / values.std())
    samples = np.array(features, np.float64).T.astype(np.float32)
    targets = np.array([numbers("price"), numbers("garden")]).T.astype(np.float32)
    return samples, targets, samples[:8]


def train(case, precision, images, labels, probe, neighbour=0):
    """Losses, parameters and probe outputs of one training in `precision`; `neighbour` > 0 disturbs the
    initial weights."""
    disturbance = np.random.default_rng(neighbour)
    keras.backend.set_floatx(precision)
    keras.config.set_dtype_policy(precision)
    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()
    model, trained = keras_model(case)
    variables = [w for _, layer in trained for w in layer.weights]
    weights = [initial(w.name, w.shape, i // 2).astype(precision) for i, w in enumerate(variables)]
    if neighbour:
        weights = [w * (1 + DISTURBANCE * disturbance.uniform(-1, 1, w.shape)) for w in weights]
    for variable, value in zip(variables, weights):
        variable.assign(value)
    losses = []
    batch = case["batch"]
    for step in range(STEPS):
        part = slice(step * batch, (step + 1) * batch)
        model.reset_metrics()  # train_on_batch would give the mean since the last reset
        wanted = labels[part] if labels.dtype == np.int32 else labels[part].astype(precision)
        losses.append(float(model.train_on_batch(images[part].astype(precision), wanted)))
    outputs = model(probe.astype(precision), training=False).numpy()
    names = []
    counts = {}
    for kind, layer in trained:
        counts[kind] = counts.get(kind, 0) + 1
        names += [f"{kind}_{counts[kind]}/{w.name}" for w in layer.weights]
    return losses, list(zip(names, [w.numpy() for w in variables])), outputs


def number(x, digits=9):
    """JSON has no NaN: values that are not finite become text."""
    return float(f"{float(x):.{digits}g}") if math.isfinite(x) else str(float(x))


def golden(name, case, images, labels, probe):
    loss, parameters, outputs = train(case, "float32", images, labels, probe)
    exact = train(case, "float64", images, labels, probe)
    others = [(loss, parameters, outputs)]
    others += [train(case, "float64", images, labels, probe, 1 + i) for i in range(NEIGHBOURS)]
    spread = np.max([np.abs(np.array(o[0]) / exact[0] - 1) for o in others], axis=0)
    comparable = 0
    while comparable < STEPS and spread[comparable] <= COMPARABLE:  # false for NaN
        comparable += 1
    weight_spread = [max(np.abs(o[1][i][1] - value).max() for o in others) / max(np.sqrt(np.mean(value**2)), 1e-30)
                     for i, (_, value) in enumerate(exact[1])]
    rows = []
    for position, (parameter, value) in enumerate(parameters):
        flat = value.reshape(-1)
        indices = [j * flat.size // SAMPLED for j in range(min(SAMPLED, flat.size))]
        rows.append({
            "name": parameter,
            "shape": list(value.shape),
            "norm": number(np.linalg.norm(flat.astype(np.float64))),
            "spread": number(weight_spread[position], 3),
            "indices": indices,
            "values": [number(flat[i]) for i in indices],
        })
    return {
        "made_by": f"test/golden/baseline.py, Keras {keras.__version__}, TensorFlow {tf.__version__}",
        "nnx": nnx_text(name, case),
        "batch": case["batch"],
        "steps": STEPS,
        "comparable_steps": comparable,
        "loss": [number(x) for x in loss],
        "loss_spread": [number(x, 3) for x in spread],
        "parameters": rows,
        "outputs_spread": number(max(np.abs(o[2] - exact[2]).max() for o in others), 3),
        "outputs": [[number(x, 7) for x in row] for row in outputs],
    }


def main(names):
    unknown = [n for n in names if n not in CASES]
    if unknown:
        sys.exit(f"baseline.py: no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    data = {"mnist": mnist(), "houses": houses()}
    for name in names or CASES:
        result = golden(name, CASES[name], *data[CASES[name]["data"]])
        path = pathlib.Path(__file__).with_name("trainings") / f"{name}.json"
        path.write_text(json.dumps(result, indent=1) + "\n")
        print(f"{name}: {result['comparable_steps']} of {STEPS} steps comparable, last loss {result['loss'][-1]}, "
              f"its spread {result['loss_spread'][-1]}, of outputs {result['outputs_spread']}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
