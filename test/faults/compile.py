"""Lets call after call of `nnxc build` fail: compile.py LIBRARY NNXC STUDY DATA FOLDER [PLACES].

With an empty cache of kernels and with a full one. After each fault nnxc has ended with 0 and the right
trainer, or with another status, a message and the trainer that was there before, whole; and the next build,
with the cache that the fault left, gives the right trainer: one whose weights are those of an undisturbed one.
"""

import collections
import csv
import os
import random
import shutil
import subprocess
import sys

nnxc = shutil.which(sys.argv[2])
library, study, data, folder = (os.path.abspath(path) for path in (sys.argv[1], *sys.argv[3:6]))
wanted = int(sys.argv[6]) if len(sys.argv) > 6 else 0
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(f"{folder}/out")
trainer, log, cache = f"{folder}/out/study", f"{folder}/faults", f"{folder}/cache"
before = b"the trainer of an earlier build"


def build(place=None):
    environment = os.environ | {"NNX_KERNEL_CACHE": cache}
    if os.path.exists(log):
        os.remove(log)
    if place is not None:
        environment |= {"LD_PRELOAD": library, "NNX_FAULT_LOG": log, "NNX_FAULT_AT": str(place)}
    done = subprocess.run([nnxc, "build", study, "-o", trainer], env=environment, capture_output=True, text=True,
                          errors="replace", timeout=600, check=False)
    lines = open(log, encoding="utf-8").read().splitlines() if os.path.exists(log) else []
    return done, lines


def results():
    """What the trainer gives, without seconds; none where it does not run."""
    shutil.rmtree(f"{folder}/results", ignore_errors=True)
    done = subprocess.run([trainer, "--data", data, "--out", f"{folder}/results", "--quiet", "--only", "again"],
                          capture_output=True, timeout=600, check=False)
    if done.returncode != 0:
        return None
    with open(f"{folder}/results/results.csv", encoding="utf-8", newline="") as file:
        return [[value for name, value in row.items() if name != "seconds"] for row in csv.DictReader(file)]


def judge(done, right):
    if done.returncode not in (0, 1, 2):
        return f"ended with {done.returncode}: {done.stderr[-600:]!r}"
    if done.returncode == 0:
        return None if results() == right else "ended with 0 and another trainer"
    if "error" not in done.stderr.lower():
        return f"status {done.returncode} without a message: {done.stderr!r}"
    with open(trainer, "rb") as file:
        if file.read() != before:
            return "left a part of a trainer"
    if os.listdir(f"{folder}/out") != ["study"]:
        return f"left {os.listdir(f'{folder}/out')}"
    return None


build()
right = results()
shutil.copytree(cache, f"{folder}/full")
findings = tried = 0
for name in ("empty", "full"):
    def begin():
        shutil.rmtree(cache, ignore_errors=True)
        if name == "full":
            shutil.copytree(f"{folder}/full", cache)
        with open(trainer, "wb") as file:
            file.write(before)

    begin()
    calls = int(build(0)[1][-1].split()[1])
    places = list(range(1, calls + 1))
    if wanted and wanted < calls:
        places = sorted(random.Random(f"1 {name}").sample(places, wanted))
    statuses = collections.Counter()
    for place in places:
        begin()
        done, lines = build(place)
        problem = judge(done, right)
        if not problem:
            again, _ = build()
            if again.returncode != 0 or results() != right:
                problem = f"the next build fails or differs: {again.returncode} {again.stderr!r}"
        if problem:
            findings += 1
            print(f"FINDING {name} {place}: {lines[0] if lines else ''}: {problem}", flush=True)
        statuses[done.returncode] += 1
    tried += len(places)
    print(f"{name} cache: {len(places)} of {calls} places; status "
          + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())), flush=True)
print(f"{tried} faults, {findings} findings")
sys.exit(1 if findings else 0)
