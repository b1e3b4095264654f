"""Compares what nnxc predicts with what the trainer stored: compare_predictions.py RESULTS [CLASS...] < JSON

The files are the first test samples in their order.
"""
import json
import sqlite3
import struct
import sys

predictions = json.load(sys.stdin)["predictions"]
samples, predicted, confidence = sqlite3.connect(f"{sys.argv[1]}/results.sqlite").execute(
    "SELECT samples, predicted, confidence FROM prediction").fetchone()
predicted = struct.unpack(f"<{samples}H", predicted)
confidence = struct.unpack(f"<{samples}f", confidence)
names = sys.argv[2:] or [str(number) for number in range(100)]
wrong = [each["file"] for i, each in enumerate(predictions)
         if each["class"] != names[predicted[i]] or abs(each["probability"] - confidence[i]) > 1e-6
         or abs(sum(each["probabilities"].values()) - 1) > 1e-5]
print(f"{len(predictions)} images, {len({each['class'] for each in predictions})} classes, {len(wrong)} otherwise than the trainer has them", *wrong[:3])
