"""Lets call after call of a trainer fail and looks at what is left.

inject.py LIBRARY TRAINER DATA FOLDER [--modes MODE,...] [--places N] [--seed S] [-- ARGUMENTS]

For each mode, the trainer runs once for each place: a call of the system that fails there (Faults.c). All
places are tried, or N of them, drawn by S. After each:
- the trainer has ended with 0, 1 or 2, and not by a time-out or a signal but that of mode kill;
- with 1 or 2 it has said "error:" or that a run failed, with the reason and the name of the file;
- the results open, and every run that the log says has finished is there with the right weights;
- the same command without a fault ends with 0, trains no finished run again, and leaves the rows, the
  files of weights and the table of a study that nothing disturbed.
"""

import argparse
import collections
import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys

TIMEOUT = 300  # seconds; a busy machine is no hang
DISK = "open,write,sync,rename,link,truncate,folder"
# Mode: what the environment of Faults.c says, and whether a fault of it may be felt at all.
MODES = {
    "once": {},
    "full": {"NNX_FAULT_KINDS": "write,truncate,folder", "NNX_FAULT_COUNT": "1000000000",
             "NNX_FAULT_ERROR": "ENOSPC"},
    "readonly": {"NNX_FAULT_KINDS": DISK.replace("open,", ""), "NNX_FAULT_COUNT": "1000000000",
                 "NNX_FAULT_ERROR": "EROFS"},
    "half": {"NNX_FAULT_KINDS": "read,write", "NNX_FAULT_HALF": "1", "NNX_FAULT_ERROR": "ENOSPC"},
    "signal": {"NNX_FAULT_KINDS": "read,write", "NNX_FAULT_ERROR": "EINTR"},
    "kill": {"NNX_FAULT_KILL": "1"},
    "memory": {"NNX_FAULT_KINDS": "memory"},
}
UNNOTICED = {"half", "signal"}  # calls that the caller has to repeat
SIDE_FILES = ("-wal", "-shm", "-journal", ".tmp")
# What the product may call a fault whose call it does not show: SQLite's own words.
SQLITE = ("disk I/O error", "unable to open database file", "database or disk is full", "out of memory",
          "locking protocol", "database is locked", "attempt to write a readonly database",
          "database disk image is malformed",  # a page that cannot be read
          "cannot be made: No such file")  # the C++ library's, where a folder cannot be looked at


class Finding(Exception):
    pass


class Injector:
    def __init__(self, options):
        self.options = options
        self.folder = os.path.abspath(options.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.outcomes = collections.Counter()

    def path(self, name):
        return os.path.join(self.folder, name)

    def train(self, out, faults=None):
        """Runs the trainer; gives its status, its texts, and the lines of the faults' log."""
        log = self.path("faults")
        if os.path.exists(log):
            os.remove(log)
        environment = dict(os.environ)
        if faults is not None:
            environment |= faults | {"LD_PRELOAD": os.path.abspath(self.options.library),
                                     "NNX_FAULT_LOG": log}
        command = [os.path.abspath(self.options.trainer), "--data", os.path.abspath(self.options.data),
                   "--out", out, "--jobs", "1", "--threads", "3", "--checkpoint", "0",
                   "--json", *self.options.arguments]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=TIMEOUT,
                                  stdin=subprocess.DEVNULL, text=True, errors="replace", check=False)
        except subprocess.TimeoutExpired as late:
            raise Finding("hangs") from late
        lines = open(log, encoding="utf-8").read().splitlines() if os.path.exists(log) else []
        return done, lines

    def begin(self, base):
        out = self.path("out")
        shutil.rmtree(out, ignore_errors=True)
        if base:
            shutil.copytree(base, out)
        return out

    def study(self, out):
        """What a folder holds, without times."""
        rows = []
        with open(os.path.join(out, "results.csv"), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                row.pop("seconds")
                rows.append(tuple(row.values()))
        weights = {}
        for folder, _, names in os.walk(os.path.join(out, "models")):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    weights[os.path.relpath(path, out)] = file.read()
        for name in ("report.html", "report.md"):
            if os.path.getsize(os.path.join(out, name)) == 0:
                raise Finding(f"{name} is empty")
        return sorted(rows), weights, self.runs(out, with_figures=True)

    @staticmethod
    def runs(out, with_figures=False):
        """The finished rows of results.sqlite, by what they are results of."""
        file = os.path.join(out, "results.sqlite")
        if not os.path.exists(file):
            return {}
        database = sqlite3.connect(file)
        try:
            if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Finding("results.sqlite is damaged")
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchall():
                return {}
            found = {}
            for row, *key, ended, weights in database.execute(
                    "SELECT id, experiment, point, repeat, goal, ended, weights_sha256 FROM run "
                    "WHERE status = 'finished'"):
                figures = [database.execute(f"SELECT {columns} FROM {table} WHERE run = ? ORDER BY 1, 2",
                                            (row,)).fetchall()
                           for table, columns in (
                               ("epoch", "epoch, steps, train_loss, train_accuracy, test_loss, test_accuracy"),
                               ("metric", "class, name, value"), ("confusion", "label, predicted, count"),
                               ("prediction", "samples, label, predicted, confidence, label_probability"))]
                found[tuple(key)] = (weights, figures) if with_figures else (weights, ended)
            return found
        except sqlite3.DatabaseError as error:
            raise Finding(f"results.sqlite does not open: {error}") from error
        finally:
            database.close()

    @staticmethod
    def said_to_have_finished(out):
        path = os.path.join(out, "log.jsonl")
        if not os.path.exists(path):
            return set()
        found = set()
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n") and line.strip():
                    event = json.loads(line)
                    if event["event"] == "run_ended" and event["status"] == "finished":
                        found.add((event["experiment"], event["point"]))
        return found

    def judge_message(self, done, faults):
        if "error: " not in done.stderr and '"failed"' not in done.stdout:
            raise Finding(f"status {done.returncode} without a message: {done.stderr!r}")
        problems = [self.problem_of_message(done.stderr + done.stdout, fault) for fault in faults]
        if all(problems):  # one of several faults is told
            raise Finding(problems[0])

    def problem_of_message(self, said, fault):
        kind, error, path = fault.split(" ", 2)
        if kind in ("map", "memory"):
            reasons, names = ("not enough memory", *SQLITE), ("",)
        else:
            reasons = (os.strerror(int(error)), *SQLITE)
            name = os.path.basename(path.removesuffix(" (deleted)"))
            for ending in SIDE_FILES:
                name = name.removesuffix(ending)
            names = (name, os.path.basename(os.path.dirname(path)) if not name else name)
            if name.startswith("pipe:"):
                names = ("standard output",)
            # A folder's name stands for what is in it.
            if name in (".lock", "weights", "checkpoints"):
                names += (os.path.basename(self.path("out")),)
        if not any(reason in said for reason in reasons):
            return f"the message lacks the reason: {said[-600:]!r}"
        if not any(name in said for name in names):
            return f"the message lacks the file: {said[-600:]!r}"
        return None

    def try_place(self, base, faults, undisturbed):
        """One fault and what follows. False when the trainer ended before it."""
        out = self.begin(base)
        done, lines = self.train(out, faults)
        hit = [line for line in lines if not line.startswith("calls ")]
        if not hit:
            return None
        try:
            killed = "NNX_FAULT_KILL" in faults
            if done.returncode not in ((-signal.SIGKILL,) if killed else (0, 1, 2)):
                raise Finding(f"ended with {done.returncode}: {done.stderr[-400:]!r}")
            before = self.runs(out)
            for key, (weights, _) in before.items():
                if weights != undisturbed[2][key][0]:
                    raise Finding(f"{key} has other weights")
            missing = self.said_to_have_finished(out) - {key[:2] for key in before}
            if missing:
                raise Finding(f"finished, says the log, and not there: {missing}")
            if done.returncode > 0:
                self.judge_message(done, hit)
            elif done.returncode == 0 and self.study(out) != undisturbed:
                raise Finding("ended with 0 and other results")
            again, _ = self.train(out)
            if again.returncode != 0:
                raise Finding(f"does not go on: {again.returncode}, {again.stderr!r}")
            after = self.runs(out)
            for key, kept in before.items():
                if after[key] != kept:
                    raise Finding(f"{key} was trained again")
            if self.study(out) != undisturbed:
                raise Finding("goes on to other results")
        except Finding as finding:
            raise Finding(f"{hit[0]}: {finding}") from finding
        self.outcomes[done.returncode] += 1
        return hit[0]

    def run(self):
        whole = self.begin(None)
        done, _ = self.train(whole)
        if done.returncode != 0:
            sys.exit(done.stderr)
        undisturbed = self.study(whole)
        # What a full disk in the middle leaves: finished runs and the state of one that goes on.
        out = self.begin(None)
        _, lines = self.train(out, self.environment("full", 0))
        middle = int(lines[-1].split()[1]) * 6 // 10
        out = self.begin(None)
        self.train(out, self.environment("full", middle))
        stopped = self.path("stopped")
        shutil.copytree(out, stopped)

        findings = tried = 0
        for mode in self.options.modes.split(","):
            for name, base in (("new", None), ("continued", stopped)):
                _, lines = self.train(self.begin(base), self.environment(mode, 0))
                calls = int(lines[-1].split()[1])
                places = list(range(1, calls + 1))
                if self.options.places and self.options.places < calls:
                    places = sorted(random.Random(f"{self.options.seed} {mode} {name}").sample(
                        places, self.options.places))
                self.outcomes.clear()
                kinds = collections.Counter()
                for place in places:
                    try:
                        hit = self.try_place(base, self.environment(mode, place), undisturbed)
                        kinds[hit.split()[0] if hit else "none"] += 1
                    except Finding as finding:
                        findings += 1
                        print(f"FINDING {mode} {name} {place}: {finding}", flush=True)
                tried += len(places)
                print(f"{mode}, {name} folder: {len(places)} of {calls} places; status "
                      + ", ".join(f"{status}: {count}" for status, count in sorted(self.outcomes.items()))
                      + "; " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
                      flush=True)
                if mode in UNNOTICED and set(self.outcomes) - {0}:
                    findings += 1
                    print(f"FINDING {mode}: a call that should be repeated was not", flush=True)
        print(f"{tried} faults, {findings} findings")
        return 1 if findings else 0

    @staticmethod
    def environment(mode, place):
        import errno
        wanted = dict(MODES[mode])
        if "NNX_FAULT_ERROR" in wanted:
            wanted["NNX_FAULT_ERROR"] = str(getattr(errno, wanted["NNX_FAULT_ERROR"]))
        return wanted | {"NNX_FAULT_AT": str(place)}


def main():
    parser = argparse.ArgumentParser()
    for name in ("library", "trainer", "data", "folder"):
        parser.add_argument(name)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--places", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    own, arguments = sys.argv[1:], []
    if "--" in own:
        arguments = own[own.index("--") + 1:]
        own = own[:own.index("--")]
    options = parser.parse_args(own)
    options.arguments = arguments
    sys.exit(Injector(options).run())


if __name__ == "__main__":
    main()
