"""same_weights.py FOLDER FOLDER: whether two folders of results have the same digests of weights."""
import csv
import sys


def weights(folder):
    with open(f"{folder}/results.csv", encoding="utf-8") as table:
        return [row["weights"] for row in csv.DictReader(table)]


first, second = map(weights, sys.argv[1:])
assert first == second != [], (first, second)
