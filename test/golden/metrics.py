"""Writes metrics.json: labels, predictions and what scikit-learn says about them.

Usage: metrics.py     (needs scikit-learn and NumPy; writes beside itself)
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import (accuracy_score, confusion_matrix, mean_absolute_error,
                             precision_recall_fscore_support, r2_score, root_mean_squared_error,
                             top_k_accuracy_score)


def figures(labels, predictions, average, classes):
    which = None if average is None else average
    # Macro averages over the classes that occur, scikit-learn's default; the rest over all.
    over = None if average == "macro" else list(range(classes))
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predictions, labels=over, average=which, zero_division=0)
    values = {"precision": precision, "recall": recall, "f1": f1}
    if average is None:
        values["support"] = support
    return {key: np.asarray(value).tolist() for key, value in values.items()}


def probability_figures(classes=7, samples=400):
    """Top-k accuracies, and the expected calibration error from scikit-learn's calibration curve of
    "the prediction is right" over its confidence, each bin weighted by its samples."""
    random = np.random.default_rng(11)
    labels = random.integers(0, classes, samples)
    logits = random.normal(0, 1.5, (samples, classes))
    logits[np.arange(samples), labels] += 1.5
    probabilities = np.exp(logits)
    probabilities = np.round(probabilities / probabilities.sum(axis=1, keepdims=True), 7).astype(np.float32)
    predictions = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1).astype(np.float64)
    right, mean = calibration_curve(predictions == labels, confidence, n_bins=15, strategy="uniform")
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, 16)[1:-1], confidence), minlength=15)
    weights = counts[counts > 0] / samples
    return {
        "labels": labels.tolist(), "outputs": [[float(f"{v:.7f}") for v in row] for row in probabilities],
        "top": {k: top_k_accuracy_score(labels, probabilities, k=k) for k in (2, 3, 5)},
        "calibration_error": float(np.sum(weights * np.abs(right - mean))),
    }


def regression_case(name, targets, outputs):
    targets, outputs = np.asarray(targets, dtype=float), np.asarray(outputs, dtype=float)
    return {"name": name, "targets": targets.tolist(), "outputs": outputs.tolist(),
            "rmse": root_mean_squared_error(targets, outputs), "mae": mean_absolute_error(targets, outputs),
            "r2": r2_score(targets, outputs)}


def regression_cases():
    random = np.random.default_rng(5)
    prices = np.round(random.normal(250000, 60000, (60, 1)))
    three = np.round(random.normal(0, 2, (50, 3)) + [0, 100, -7], 3)
    constant = np.full((5, 2), 4.0)
    return [
        regression_case("prices", prices, np.round(prices + random.normal(0, 30000, prices.shape))),
        regression_case("three_targets", three, np.round(three + random.normal(0, 1, three.shape), 3)),
        regression_case("worse_than_the_mean", three, -three),
        regression_case("exact", three, three),
        regression_case("constant_target", constant, constant + [[0, 1]]),
    ]


def case(name, classes, labels, outputs):
    labels = np.asarray(labels)
    outputs = np.asarray(outputs, dtype=np.float32)
    predictions = np.argmax(outputs, axis=1)
    return {
        "name": name, "classes": classes, "labels": labels.tolist(),
        "outputs": [["nan" if np.isnan(v) else round(float(v), 3) for v in row] for row in outputs],
        "predictions": predictions.tolist(),
        "accuracy": accuracy_score(labels, predictions),
        "weighted": figures(labels, predictions, "weighted", classes),
        "macro": figures(labels, predictions, "macro", classes),
        "micro": figures(labels, predictions, "micro", classes),
        "per_class": figures(labels, predictions, None, classes),
        "confusion": confusion_matrix(labels, predictions, labels=list(range(classes))).tolist(),
    }


def main():
    random = np.random.default_rng(1)

    def noisy(labels, classes, strength):
        outputs = np.round(random.random((len(labels), classes)), 3)
        outputs[np.arange(len(labels)), labels] += strength
        return outputs

    many = random.integers(0, 10, 100)
    never = noisy(many, 10, 0.6)
    never[:, 3] = -1
    absent = np.where(many == 7, 2, many)
    nans = noisy(many, 10, 0.5)
    nans[random.random(nans.shape) < 0.1] = np.nan
    nans[::9] = np.nan
    ties = np.round(noisy(many, 10, 0.5), 0)
    cases = [
        case("ordinary", 10, many, noisy(many, 10, 0.5)),
        case("class_never_predicted", 10, many, never),
        case("class_without_samples", 10, absent, noisy(absent, 10, 0.4)),
        case("class_that_does_not_occur", 4, [0, 1, 1, 0], [[3, 1, 0, 0], [0, 2, 1, 0], [2, 1, 0, 0], [1, 0, 0, 0]]),
        case("nan_outputs", 10, many, nans),
        case("all_nan_outputs", 10, many, np.full((100, 10), np.nan)),
        case("equal_outputs", 10, many, ties),
        case("one_sample", 3, [2], [[0.1, 0.7, 0.2]]),
        case("all_correct", 10, many, noisy(many, 10, 2.0)),
        case("all_wrong", 2, [0, 1, 0], [[0, 1], [1, 0], [0, 1]]),
        case("two_classes", 2, [0, 1, 1, 1, 0], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7], [0.4, 0.6]]),
    ]
    result = {"made_by": f"test/golden/metrics.py, scikit-learn {sklearn.__version__}", "cases": cases,
              "probabilities": probability_figures(), "regression": regression_cases()}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(result) + "\n")


main()
