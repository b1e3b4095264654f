"""lit's configuration for the folders of FileCheck tests.

By hand: lit -v --param build=build/release test/dialect
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys

import lit.formats

source = os.path.dirname(__file__)
build = os.path.abspath(lit_config.params.get("build", os.path.join(source, "../build/release")))

config.name = "nnx"
config.test_format = lit.formats.ShTest()
config.suffixes = [".nnx", ".mlir", ".test"]
config.excludes = ["Inputs", "unit", "golden", "checks"]
config.test_source_root = source
# With NNX_DEVICE every trainer is built for that device, and trains there.
device = os.environ.get("NNX_DEVICE")
if device:
    config.available_features.add("device")
config.test_exec_root = os.path.join(build, "test", f"lit-{device}" if device else "lit")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(build, "bin"), os.path.join(build, "tools", "nnx-opt"), "/usr/lib/llvm-22/bin", os.environ["PATH"]])
for name in ("HOME", "XDG_CACHE_HOME", "NNX_DATA_HOME", "NNX_DEVICE"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.substitutions.append(("%python", sys.executable))
# The Python with the libraries that our files are compared with: tools/paths.sh, nnx_test_python.
with open(os.path.join(source, "../tools/packages/python-test.txt"), "rb") as packages:
    digest = hashlib.sha256(packages.read()).hexdigest()[:12]
cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
config.substitutions.append(("%peers", os.path.join(cache, "nnx", f"test-python-{digest}", "bin/python")))
config.substitutions.append(("%faults", os.path.join(build, "test", "faults", "libnnx_faults.so")))
ptxas = os.path.join(cache, "nnx", f"test-python-{digest}", "lib/python*/site-packages/nvidia/cu13/bin/ptxas")
config.substitutions.append(("%ptxas", next(iter(glob.glob(ptxas)), "ptxas")))
config.substitutions.append(("%fakecuda", os.path.join(build, "test", "devices")))
config.substitutions.append(("%examples", os.path.join(os.path.dirname(source), "examples")))
data = os.environ.get("NNX_DATA_HOME") or os.path.join(cache, "nnx", "data")
config.substitutions.append(("%mnist", os.path.join(data, "mnist")))
# A mount namespace of its own, as root has it.
if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0:
    config.available_features.add("mounts")
if shutil.which("valgrind"):
    config.available_features.add("valgrind")
if os.environ.get("NNX_DEEP"):
    config.available_features.add("deep")
