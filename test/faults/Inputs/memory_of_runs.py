"""memory_of_runs.py TRAINER DATA OUT [ARGUMENT...]: what a trainer's memory grows by from run to run.

Reads the resident memory whenever a run has ended. What the first fifth of the runs takes is not
counted: threads, buffers and caches come to be there. Prints the runs and kB that each later one adds:
what is known of a run stays, 2 to 5 kB, but none of its weights or buffers.
"""

import json
import subprocess
import sys


def resident(process):
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def main():
    trainer, data, out, *more = sys.argv[1:]
    process = subprocess.Popen([trainer, "--json", "--data", data, "--out", out, *more], stdout=subprocess.PIPE,
                               text=True)
    sizes = []
    for line in process.stdout:
        if json.loads(line)["event"] == "run_ended":
            sizes.append(resident(process.pid))
    status = process.wait()
    start = len(sizes) // 5
    # The trend by the medians of the first and the last tenth of what counts.
    counted = sizes[start:]
    tenth = max(1, len(counted) // 10)
    middle = sorted(counted[:tenth])[tenth // 2], sorted(counted[-tenth:])[tenth // 2]
    growth = (middle[1] - middle[0]) / (len(counted) - tenth)
    print(f"status {status}, {len(sizes)} runs, {middle[0]} kB, then {growth:.2f} kB a run")
    print("memory stays" if growth <= 8 else "memory grows")


main()
