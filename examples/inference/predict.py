"""Predicts with a compiled network from Python: predict.py LIBRARY IMAGES [COUNT]

  nnxc build --inference examples/mnist/baseline.nnx -o digits
  python3 examples/inference/predict.py ./libdigits.so t10k-images-idx3-ubyte 5

Needs NumPy. IMAGES is an IDX file of bytes.
"""

import ctypes
import pathlib
import re
import sys

import numpy as np


class Network:
    """The library `libNAME.so` beside its header `NAME.h`; any number of threads may use one."""

    def __init__(self, library):
        path = pathlib.Path(library).resolve()
        name = path.stem.removeprefix("lib")
        header = path.with_name(f"{name}.h").read_text()
        sizes = dict(re.findall(r"#define \w+_(INPUTS|OUTPUTS|SCALE) (\S+)", header))
        self.inputs, self.outputs, self.scale = int(sizes["INPUTS"]), int(sizes["OUTPUTS"]), float(sizes["SCALE"])
        library = ctypes.CDLL(str(path))
        prefix = re.search(r"size_t (\w+)_arena_bytes", header).group(1)
        arena_bytes = library[f"{prefix}_arena_bytes"]
        arena_bytes.restype = ctypes.c_size_t
        self.arena_bytes = arena_bytes()
        self.function = library[f"{prefix}_predict"]
        floats = np.ctypeslib.ndpointer(np.float32, flags="C_CONTIGUOUS")
        self.function.argtypes = [floats, ctypes.c_size_t, floats, ctypes.c_char_p]

    def predict(self, samples):
        """Outputs for samples of any shape whose first extent counts them, scaled as the data set is."""
        samples = np.ascontiguousarray(samples, np.float32).reshape(len(samples), self.inputs)
        outputs = np.empty((len(samples), self.outputs), np.float32)
        arena = ctypes.create_string_buffer(self.arena_bytes)
        error = self.function(samples, len(samples), outputs, arena)
        if error:
            raise RuntimeError(f"error {error}")
        return outputs


def main(library, images, count="10"):
    network = Network(library)
    pixels = np.fromfile(images, np.uint8)[16:].reshape(-1, network.inputs)[: int(count)]
    outputs = network.predict(pixels * np.float32(network.scale))
    for i, row in enumerate(outputs):
        print(f"image {i}: class {row.argmax()}, probability {row.max():.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
