"""launches_together.py TOGETHER SINGLE RUNS: what RUNS runs side by side, and one after another,
launch on a GPU."""
import sys


def calls(path):
    with open(path, encoding="utf-8") as log:
        return {name: int(count) for name, count in (line.split() for line in log)}


together, single, runs = calls(sys.argv[1]), calls(sys.argv[2]), int(sys.argv[3])
# All, but where one came before the others.
assert 0 < together["gpu0"] * 2 < single["gpu0"], (together["gpu0"], single["gpu0"])
print(f"{runs} runs take less than half of the launches")
for log in (together, single):
    assert log["cuGraphLaunch"] > 0, log
    assert log["cuLaunchKernel"] * 2 <= log["gpu0"], log
    assert log["cuMemAlloc_v2"] == log["cuMemFree_v2"], log
    for made, freed in (("cuGraphInstantiateWithFlags", "cuGraphExecDestroy"),
                        ("cuStreamEndCapture", "cuGraphDestroy"),
                        ("cuStreamCreate", "cuStreamDestroy_v2")):
        assert log[made] == log[freed] > 0, (made, log)
print("half of the launches or more are of graphs")
