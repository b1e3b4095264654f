"""same_figures.py PROCESSOR DEVICE DEVICE: compares the epochs of three folders of results."""
import csv
import json
import math
import sys


def epochs(folder):
    with open(f"{folder}/log.jsonl", encoding="utf-8") as log:
        events = [json.loads(line) for line in log]
    found = sorted((event for event in events if event["event"] == "epoch"), key=lambda event: event["seed"])
    assert found, folder
    return [(event["train_loss"], event["test_loss"]) for event in found]


def weights(folder):
    with open(f"{folder}/results.csv", encoding="utf-8") as table:
        return sorted(row["weights"] for row in csv.DictReader(table))


processor, first, second = sys.argv[1:]
worst = max(abs(a - b) / abs(a) for left, right in zip(epochs(processor), epochs(first), strict=True)
            for a, b in zip(left, right))
assert math.isfinite(worst) and worst <= 1e-5, worst
print("cpu and opencl agree within 1e-05")
assert epochs(first) == epochs(second) and weights(first) == weights(second)
print("opencl and opencl have the same weights")
