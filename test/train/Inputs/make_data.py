"""Writes a small data set in the form of MNIST: make_data.py FOLDER [TRAIN TEST].

Samples are 12 x 12, of three classes: a bright bar at one of three heights on random noise.
"""

import random
import struct
import sys

folder = sys.argv[1]
counts = {"train": int(sys.argv[2]) if len(sys.argv) > 2 else 320,
          "test": int(sys.argv[3]) if len(sys.argv) > 3 else 90}
side = 12
numbers = random.Random(7)
for share, count in counts.items():
    labels = bytes(i % 3 for i in range(count))
    pixels = bytearray()
    for label in labels:
        image = [numbers.randrange(120) for _ in range(side * side)]
        for x in range(side):
            image[(2 + 4 * label) * side + x] = 200 + numbers.randrange(56)
        pixels += bytes(image)
    with open(f"{folder}/{share}-images", "wb") as file:
        file.write(struct.pack(">IIII", 0x803, count, side, side) + pixels)
    with open(f"{folder}/{share}-labels", "wb") as file:
        file.write(struct.pack(">II", 0x801, count) + labels)
