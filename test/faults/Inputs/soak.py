"""soak.py TRAINER DATA OUT: the whole study, an epoch on a fiftieth of the data each, with other work on every
core and an address space of 3 GB. Prints the status, how many runs ended how, and the peak of memory."""

import collections
import json
import os
import resource
import subprocess
import sys

BUSY = "numbers = bytearray(1 << 26)\nwhile True:\n    numbers[::64] = bytes(len(numbers[::64]))"
LIMIT = 3 << 30


def main():
    trainer, data, out = sys.argv[1:]
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2 * len(os.sched_getaffinity(0)))]
    try:
        process = subprocess.Popen(
            [trainer, "--quick", "--json", "--jobs", "2", "--data", data, "--out", out], stdout=subprocess.PIPE,
            text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)))
        ends = collections.Counter(event["status"] for event in map(json.loads, process.stdout)
                                   if event["event"] == "run_ended")
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        for other in others:
            other.kill()
    print(f"status {os.waitstatus_to_exitcode(status)};", *(f"{end} {count};" for end, count in sorted(ends.items())))
    print(f"peak {usage.ru_maxrss >> 10} MB:", "small" if usage.ru_maxrss < 600 << 10 else "large")


main()
