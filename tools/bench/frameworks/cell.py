"""What every framework trains in `tools/bench/peers`: a network, an optimizer, a batch size on MNIST."""

import dataclasses
import os
import pathlib

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "nnx"
DATA = pathlib.Path(os.environ.get("NNX_DATA_HOME") or CACHE / "data") / "mnist"

# name: convolutions, hidden dense layers, width of those
NETS = {
    "baseline": (1, 1, 100),
    "2 conv, 2 dense": (2, 2, 128),
    "3 conv, 3 dense": (3, 3, 256),
    "no conv": (0, 1, 100),
}
RATES = {"sgd": 0.01, "adam": 0.001, "rmsprop": 0.001}


@dataclasses.dataclass(frozen=True)
class Cell:
    net: str
    optimizer: str
    batch: int
    threads: int

    @property
    def rate(self):
        return RATES[self.optimizer]

    @property
    def filters(self):
        return [32 * i for i in range(1, NETS[self.net][0] + 1)]

    @property
    def widths(self):
        _, hidden, width = NETS[self.net]
        return [width] * hidden

    @property
    def flat(self):
        """Numbers of a sample behind the convolutions."""
        side, channels = 28, 1
        for filters in self.filters:
            side, channels = (side - 2) // 2, filters
        return side * side * channels


def mnist(share):
    """Images (count, 28, 28) as floats up to 1, and labels."""
    import numpy

    images = numpy.fromfile(DATA / f"{share}-images-idx3-ubyte", numpy.uint8)[16:]
    labels = numpy.fromfile(DATA / f"{share}-labels-idx1-ubyte", numpy.uint8)[8:]
    return images.reshape(-1, 28, 28).astype(numpy.float32) / numpy.float32(255), labels.astype(numpy.int32)
