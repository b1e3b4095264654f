#!/usr/bin/env python3
"""What CUDA's assembler makes of kernels: registers, shared memory, spills.

  nnxc build --device cuda --emit device FILE.nnx | tools/bench/gpu/registers.py [--ptxas PTXAS]

reads the PTX of kernels, each behind a line `// SPEC`, and writes one row of a Markdown table for
each kind: the most registers that a function of it takes, on each GPU. Ends with 1 if one spills
registers. Shared memory is asked for at a launch, so that the assembler does not know of it.
"""
import argparse
import re
import subprocess
import sys
import tempfile

GPUS = ["sm_80", "sm_90", "sm_100"]
USED = re.compile(r"Used (\d+) registers")
SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores")


def kernels(text):
    """(kind, PTX) of every kernel."""
    parts = re.split(r"^// (?=\w+\()(.*)$", text, flags=re.MULTILINE)
    for spec, code in zip(parts[1::2], parts[2::2]):
        yield spec.split("(")[0], spec, code.replace("\0", "").strip()


def assemble(ptxas, code, gpu):
    """(registers, spilled bytes) of its greatest function."""
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(code)
        file.flush()
        run = subprocess.run([ptxas, f"-arch={gpu}", "-v", file.name, "-o", "/dev/null"],
                             capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"ptxas for {gpu}: {run.stderr}")
    return (max(int(registers) for registers in USED.findall(run.stderr)),
            max((int(spilled) for _, spilled in SPILLS.findall(run.stderr)), default=0))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--ptxas", default="ptxas", help="CUDA's assembler (ptxas)")
    ptxas = options.parse_args().ptxas
    rows, wrong = {}, []
    for kind, spec, code in kernels(sys.stdin.read()):
        row = rows.setdefault(kind, [0] * len(GPUS))
        for i, gpu in enumerate(GPUS):
            registers, spilled = assemble(ptxas, code, gpu)
            row[i] = max(row[i], registers)
            if spilled:
                wrong.append(f"{spec} on {gpu}: {spilled} bytes spilled")
    print("| kind | " + " | ".join(f"registers on {gpu}" for gpu in GPUS) + " |")
    print("|---" * (len(GPUS) + 1) + "|")
    for kind, row in sorted(rows.items()):
        print(f"| {kind} | " + " | ".join(str(registers) for registers in row) + " |")
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
