"""Writes the first images of an IDX file as PNG files: make_png.py IDX COUNT FOLDER"""
import pathlib
import struct
import sys
import zlib

source, count, folder = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
_, _, height, width = struct.unpack(">IIII", source.read_bytes()[:16])
pixels = source.read_bytes()[16:]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


folder.mkdir()
for image in range(count):
    starts = range(image * height * width, (image + 1) * height * width, width)
    rows = [pixels[start:start + width] for start in starts]
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    (folder / f"{image:05}.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))
