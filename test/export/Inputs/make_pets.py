"""Writes folders of PNG files of 5 x 4 pixels in colours: make_pets.py FOLDER

train and test have a folder for each class; seen has the pictures of test, in their order.
"""
import pathlib
import random
import struct
import sys
import zlib

folder = pathlib.Path(sys.argv[1])
height, width = 5, 4
numbers = random.Random(5)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def write(path, bright):
    rows = b""
    for _ in range(height):
        rows += b"\0" + bytes(numbers.randrange(120) + (100 if bright and channel == 1 else 0)
                              for _ in range(width) for channel in range(3))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


(folder / "seen").mkdir()
count = 0
for share, each in (("train", 60), ("test", 10)):
    for name in ("cat", "dog, big"):
        for image in range(each):
            path = folder / share / name / f"{image:02}.{'png' if image % 7 else 'PNG'}"
            write(path, name == "cat")
            if share == "test":
                (folder / f"seen/{count:02}{path.suffix}").write_bytes(path.read_bytes())
                count += 1
