"""Where the benchmarks against others find the build, the data and a Python with the others' packages."""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "nnx"
DATA = pathlib.Path(os.environ.get("NNX_DATA_HOME") or CACHE / "data") / "mnist"
BUILD = pathlib.Path(os.environ.get("NNX_BUILD_DIR") or ROOT / "build/release")


def peers_python(packages="peers"):
    """A Python with what tools/packages/`packages`.txt lists, made on demand in the user's cache."""
    if os.environ.get("NNX_PEERS_PYTHON"):
        return os.environ["NNX_PEERS_PYTHON"]
    folder = CACHE / packages
    complete = folder / "complete"
    wanted = ROOT / f"tools/packages/{packages}.txt"
    if not complete.exists() or complete.read_text() != wanted.read_text():
        print(f"peers: installing {wanted.name}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", "-r", wanted], check=True)
        complete.write_text(wanted.read_text())
    return str(folder / "bin/python")
