"""Writes the inputs that a fuzzer starts from: seeds.py TARGET FOLDER."""

import gzip
import hashlib
import io
import json
import os
import struct
import sys
import zipfile
import zlib

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def study():
    for folder in ("examples", "test"):
        for path, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                file = os.path.join(path, name)
                if name.endswith(".nnx") and os.path.getsize(file) < 65536:
                    yield open(file, "rb").read()


def idx():
    images = struct.pack(">IIII", 0x803, 1, 2, 2) + b"abcd"
    yield struct.pack(">II", 0x801, 3) + b"abc"
    yield images
    yield gzip.compress(images)


def table():
    numbers = "y,a,b\n" + "".join(f"{i % 3},{i}.5,{i * i}e-2\n" for i in range(8))
    words = "y,c,d\r\n" + "".join(f"{'xyz'[i % 3]},\"a \"\"{i % 2}\"\"\",{i}\r\n" for i in range(12))
    missing = "y,c,d\n1,,2\n2,a,NA\n3,b,-1e300\n4,a,0\n"
    yield b"\0" + numbers.encode()
    yield b"\2" + numbers.encode()
    yield b"\x66" + words.encode()
    yield b"\xe6" + words.encode()
    yield b"\x34" + missing.encode()
    yield b"\x0d" + words.replace(",", "\t").encode()
    yield b"\1" + b"1,2\n3,4\n"
    yield b"\0" + gzip.compress(numbers.encode())


def array(kind, shape, numbers, version=1):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(53) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + numbers


def npy():
    for each in (array("<f4", (2, 2), struct.pack("<4f", 1, 2, 3, 4)), array("|u1", (3,), b"abc", 2),
                 array("<i8", (1,), struct.pack("<q", -1), 3)):
        yield each
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", method) as file:
                file.writestr("x.npy", each)
                file.writestr("y.npy", each)
            yield archive.getvalue()


def png():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    for channels, (colour, samples) in enumerate(((0, 1), (2, 3), (6, 4), (3, 1))):
        rows = b"".join(bytes([row % 5]) + bytes((row + i) % 4 for i in range(5 * samples)) for row in range(7))
        palette = chunk(b"PLTE", bytes(range(12))) if colour == 3 else b""
        for interlaced in (0, 1):
            yield bytes([channels]) + b"\x89PNG\r\n\x1a\n" + chunk(
                b"IHDR", struct.pack(">IIBBBBB", 5, 7, 8, colour, 0, 0, interlaced)) + palette + chunk(
                    b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def safetensors():
    for header, numbers in (
            ({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
              "__metadata__": {"study": "a \u00e9"}}, 16),
            ({"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
              "b": {"dtype": "F16", "shape": [3], "data_offsets": [4, 10]}}, 10),
            ({}, 0)):
        text = json.dumps(header).encode()
        yield struct.pack("<Q", len(text)) + text + bytes(range(numbers))


def command_line():
    yield b"--only\nrates/2\n--jobs=2\n--threads\n1\n--quiet"
    yield b"--only\nsizes/lr = 0.1\n--repeats\nrates/all=3\n--budget\n1h30m\n--shard\n2/3"
    yield b"--verify\n5\n--draw\n7\n--against\nreport.html"
    yield b"--save-weights\nall\n--checkpoint\n0.5\n--out\nfolder\n--force\n--fail-fast"
    yield b"--help"
    yield b"--version"
    yield b"--autopsy\n--json\n--dry-run\n--list\n--quick\nextra"


def report():
    run = {"repeat": 0, "seed": 1, "run": "0123", "status": "finished", "steps": 10, "loss": "0.5",
           "weights": "ab"}
    yield json.dumps({
        "schema": 1, "page": "", "compiler": "nnx", "numerics": 1, "target": "x86-64", "quick": False,
        "file": "a.nnx", "source": "text", "includes": [{"file": "b.nnx", "source": "text"}],
        "options": ["training.batch=8"], "published": [{"file": "c.csv", "source": "act\n"}],
        "datasets": [{"name": "d", "shape": [28, 28, 1]}],
        "experiments": [{"name": "e", "points": [{"label": "p", "key": "k", "runs": [run]}]}]}).encode()


def study_json():
    with open(os.path.join(root, "docs/architecture.md"), encoding="utf-8") as file:
        yield file.read().split("```json\n")[1].split("```")[0].encode()


targets = {"Study": study, "Idx": idx, "Table": table, "Npy": npy, "Png": png, "Safetensors": safetensors,
           "CommandLine": command_line, "Report": report, "StudyJson": study_json, "Checkpoint": lambda: ()}
target, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
for seed in targets[target]():
    with open(os.path.join(folder, hashlib.sha256(seed).hexdigest()[:16]), "wb") as file:
        file.write(seed)
