"""calls_of_steps.py FEW MANY STEPS: the calls of a driver that STEPS more steps take, each."""
import sys


def calls(path):
    with open(path, encoding="utf-8") as log:
        return {name: int(count) for name, count in (line.split() for line in log)}


few, many, steps = calls(sys.argv[1]), calls(sys.argv[2]), int(sys.argv[3])
for name in ("cuLaunchKernel", "cuMemcpyDtoH_v2", "cuMemcpyHtoD_v2"):
    more = many[name] - few[name]
    assert more % steps == 0, (name, more)
    print(f"{name} {more // steps} a step")
assert many["cuMemAlloc_v2"] == many["cuMemFree_v2"] > 0, many
assert many["cuMemAlloc_v2"] == few["cuMemAlloc_v2"], "steps allocate"
print("memory: all of it given back")
