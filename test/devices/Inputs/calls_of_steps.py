"""calls_of_steps.py FEW MANY STEPS: the calls of a driver that STEPS more steps take."""
import sys


def calls(path):
    with open(path, encoding="utf-8") as log:
        return {name: int(count) for name, count in (line.split() for line in log)}


few, many, steps = calls(sys.argv[1]), calls(sys.argv[2]), int(sys.argv[3])
launches = many["gpu0"] - few["gpu0"]
assert launches % steps == 0, launches
print(f"{launches // steps} launches a step")
# Steps are started ever further ahead; how far depends on the time they take.
for name in ("cuMemcpyDtoHAsync_v2", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoDAsync_v2"):
    more = many[name] - few[name]
    assert 0 < more <= steps / 4, (name, more)
    print(f"{name} for 4 steps or more")
assert many["cuMemAlloc_v2"] == many["cuMemFree_v2"] > 0, many
assert many["cuMemAlloc_v2"] == few["cuMemAlloc_v2"], "steps allocate"
print("memory: all of it given back")
