"""One framework in a process of its own: reads `train STEPS` and `accuracy` from stdin, answers in JSON."""

import importlib
import json
import resource
import sys
import time

from cell import Cell


def main():
    start, name, cell = time.perf_counter(), sys.argv[1], Cell(*json.loads(sys.argv[2]))
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a framework prints is no answer
    module = importlib.import_module(f"{name}_peer")
    peer = module.Peer(cell)
    peer.train(1)
    print(json.dumps({"version": module.VERSION, "seconds": time.perf_counter() - start}), file=answers, flush=True)
    for line in sys.stdin:
        what, *rest = line.split()
        answer = {"seconds": peer.train(int(rest[0]))} if what == "train" else {"accuracy": peer.accuracy()}
        answer["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
