"""The trainings that baseline.py gives to Keras and writes as `.nnx`: networks, optimizers, schedules, losses.

A layer is a dictionary; a case says data, layers, batch, optimizer with its settings, schedule and loss.
"""

ACTIVATIONS = [
    "gelu", "elu", "relu", "sigmoid", "tanh", "softplus", "exponential", "softmax", "softsign",
    "hard_sigmoid", "linear",
]


def conv(filters, activation, stride=1, padding="valid", dilation=1, bias=True):
    return {"kind": "conv2d", "filters": filters, "activation": activation, "stride": stride,
            "padding": padding, "dilation": dilation, "bias": bias}


def pool(window=2, kind="max_pool", stride=None, padding="valid"):
    return {"kind": kind, "window": window, "stride": stride or window, "padding": padding}


def join(kind, *branches):
    return {"kind": kind, "branches": branches}


def activation(function):
    return {"kind": "activation", "function": function}


def dense(units, activation):
    return {"kind": "dense", "units": units, "activation": activation}


FLATTEN = {"kind": "flatten"}
GLOBAL_AVG_POOL = {"kind": "global_avg_pool"}
BATCH_NORM = {"kind": "batch_norm"}


def baseline(activation):
    return [conv(32, activation), pool(), FLATTEN, dense(100, activation), dense(10, "softmax")]


def case(layers, batch=32, nesterov=False, lr=0.01):
    settings = {"lr": lr, "momentum": 0.9} | ({"nesterov": True} if nesterov else {})
    return optimized("sgd", layers=layers, batch=batch, **settings)


SMALL = [FLATTEN, dense(20, "tanh"), dense(10, "softmax")]


def optimized(kind, layers=SMALL, batch=32, schedule=None, loss="cross_entropy", **settings):
    """A case of another optimizer; settings as the language calls them, Keras's but for `lr` and
    `decay`."""
    return {"data": "mnist", "layers": layers, "batch": batch, "optimizer": kind, "settings": settings,
            "schedule": schedule, "loss": loss}


def with_loss(loss, end="linear", lr=0.1):
    return optimized("sgd", layers=[FLATTEN, dense(20, "tanh"), dense(10, end)], lr=lr, momentum=0.5, loss=loss)


LOSSES = {
    "loss_label_smoothing": with_loss("cross_entropy(label_smoothing = 0.1)", "softmax"),
    "loss_mse": with_loss("mse"),
    "loss_mse_softmax": with_loss("mse", "softmax"),
    "loss_mae": with_loss("mae", lr=0.005),
    "loss_huber": with_loss("huber(delta = 0.25)"),
    "loss_hinge": with_loss("hinge"),
}

def numbers(kind, loss, **settings):
    """A case that predicts two numbers from a table."""
    layers = [dense(16, "tanh"), dense(2, "linear")]
    return optimized(kind, layers=layers, batch=8, loss=loss, **settings) | {"data": "houses"}


REGRESSIONS = {
    "numbers_mse": numbers("adam", "mse", lr=0.1),
    "numbers_mae": numbers("sgd", "mae", lr=0.5, momentum=0.5),
    "numbers_huber": numbers("sgd", "huber(delta = 10)", lr=0.01, momentum=0.9),
}

OPTIMIZERS = {
    "adam": optimized("adam"),
    "adam_conv": optimized("adam", layers=baseline("tanh")),
    "adam_fast": optimized("adam", lr=0.01),
    "adam_amsgrad": optimized("adam", amsgrad=True, beta_1=0.8, epsilon=1e-4),
    "adam_decay": optimized("adam", weight_decay=0.5),
    "nadam": optimized("nadam"),
    "nadam_fast": optimized("nadam", lr=0.01, beta_2=0.99),
    "adamw": optimized("adamw"),
    "adamw_decay": optimized("adamw", lr=0.01, weight_decay=0.3),
    "adamw_unscaled": optimized("adamw", lr=0.0001, weight_decay=0.004, decay="unscaled"),
    "adadelta": optimized("adadelta"),
    "adadelta_fast": optimized("adadelta", lr=1.0, rho=0.9),
    "adagrad": optimized("adagrad"),
    "adagrad_start": optimized("adagrad", lr=0.01, initial_accumulator_value=0.01),
    "rmsprop": optimized("rmsprop"),
    "rmsprop_momentum": optimized("rmsprop", momentum=0.5),
    "rmsprop_centered": optimized("rmsprop", rho=0.8, momentum=0.5, centered=True, epsilon=1e-3),
    "lion": optimized("lion", lr=0.0001),
    "clipnorm": optimized("sgd", layers=baseline("tanh"), lr=0.1, clipnorm=0.5),
    "clipnorm_adam": optimized("adam", clipnorm=0.2, epsilon=0.01, weight_decay=0.1),
    "clipvalue": optimized("sgd", lr=0.1, momentum=0.5, clipvalue=0.01),
    "global_clipnorm": optimized("sgd", layers=baseline("tanh"), lr=0.1, momentum=0.5, global_clipnorm=1.0),
    "schedule_step": optimized("sgd", lr=0.1, schedule="step(every = 0.01, by = 0.5)"),
    "schedule_exponential": optimized("adam", lr=0.01, schedule="exponential(every = 0.02, by = 0.5)"),
    "schedule_cosine": optimized("adamw", lr=0.01, weight_decay=0.2,
                                 schedule="cosine(to = 0.1, warmup = 0.008, from = 0.2)"),
}

CASES = {f"baseline_{a}": case(baseline(a)) for a in ACTIVATIONS} | {
    "exponential_slow": case(baseline("exponential"), lr=0.00001),
    "nesterov": case(baseline("relu"), nesterov=True),
    "batch_33": case(baseline("relu"), batch=33),
    "no_conv": case([FLATTEN, dense(100, "relu"), dense(10, "softmax")]),
    "deeper": case([conv(32, "elu"), pool(), conv(64, "elu"), pool(), FLATTEN,  # elu has no kink
                    dense(100, "elu"), dense(100, "elu"), dense(10, "softmax")], lr=0.003),
    "same_stride_2": case([conv(32, "relu", stride=2, padding="same"), pool(), FLATTEN,
                           dense(100, "relu"), dense(10, "softmax")]),
    "dilated": case([conv(8, "tanh", dilation=3), conv(4, "tanh", padding="same", dilation=2), pool(),
                     FLATTEN, dense(10, "softmax")]),
    "pools": case([conv(8, "tanh"), pool(3, "avg_pool", 2, "same"), conv(8, "tanh"),
                   pool(3, stride=2, padding="same"), GLOBAL_AVG_POOL, dense(10, "softmax")], lr=0.1),
    "branches": case([pool(2, "avg_pool"), conv(6, "tanh"),
                      join("add", [conv(6, "tanh", padding="same"), conv(6, "linear", padding="same")], []),
                      activation("tanh"),
                      join("concat", [pool()], [conv(4, "tanh", stride=2, padding="same")],
                           [pool(3, "avg_pool", 2, "same")]),
                      FLATTEN, dense(10, "softmax")]),
    "batch_norm": case([conv(6, "linear", stride=2, bias=False), BATCH_NORM, activation("tanh"),
                        join("add", [conv(6, "linear", padding="same", bias=False), BATCH_NORM], []),
                        activation("tanh"), pool(2, "avg_pool"), FLATTEN, BATCH_NORM, dense(10, "softmax")],
                       lr=0.002),
} | OPTIMIZERS | LOSSES | REGRESSIONS
