"""Trains a study in every way that must give the same bits, and compares the digests of the weights.

bits.py FOLDER [ARGUMENT...]: FOLDER/study is the trainer, ARGUMENTs are those of every run. The ways: 1, 2
and 4 threads, 1 and 2 jobs, in one go or interrupted at a random moment and gone on, whole or as two shards.
"""

import csv
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time

folder, arguments = os.path.abspath(sys.argv[1]), sys.argv[2:]
draw = random.Random(11)


def command(out, threads, jobs, shard):
    return [f"{folder}/study", "--out", out, "--quiet", "--threads", str(threads), "--jobs", str(jobs),
            "--checkpoint", "0.05", *(["--shard", shard] if shard else []), *arguments]


def train(out, threads, jobs, shard, interrupted):
    """Seconds of the run, and how often it was interrupted."""
    start, stops = time.monotonic(), 0
    if interrupted:
        child = subprocess.Popen(command(out, threads, jobs, shard), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.05, 0.9) * interrupted)
        child.send_signal(draw.choice([signal.SIGINT, signal.SIGKILL]))
        stops = int(child.wait() in (130, -signal.SIGKILL))
    done = subprocess.run(command(out, threads, jobs, shard), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return time.monotonic() - start, stops


def rows(out):
    """Rows of results.csv without seconds."""
    with open(f"{out}/results.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row.pop("seconds")
            if row["status"] and row["status"] != "not run":
                yield tuple(row.values())


def results(threads, jobs, interrupted, sharded):
    found, seconds, stops = [], 0, 0
    for shard in ("1/2", "2/2") if sharded else (None,):
        out = f"{folder}/out"
        shutil.rmtree(out, ignore_errors=True)
        spent, stopped = train(out, threads, jobs, shard, interrupted)
        seconds, stops = seconds + spent, stops + stopped
        found += rows(out)
    return sorted(found), seconds, stops


reference, seconds, _ = results(1, 1, 0, False)
ways = interruptions = different = 0
for threads, jobs, resumed, sharded in itertools.product((1, 2, 4), (1, 2), (False, True), (False, True)):
    found, _, stops = results(threads, jobs, seconds if resumed else 0, sharded)
    ways += 1
    interruptions += stops
    if found != reference:
        different += 1
        print(f"different: threads {threads}, jobs {jobs}, resumed {resumed}, sharded {sharded}")
print(f"{len(reference)} results, {ways} ways, {interruptions} interruptions, {different} different")
sys.exit(1 if different else 0)
