"""Says what a library takes besides its constants, which are the weights and a few tables, and what it
needs: code_size.py LIBRARY"""

import os
import subprocess
import sys

library = sys.argv[1]


def lines(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


constants = sum(int(line.split()[1]) for line in lines("size", "-A", library) if line.startswith(".rodata"))
rest = os.path.getsize(library) - constants
print("code below 300 kB" if 0 < rest < 300000 else f"takes {rest} bytes besides its weights")
print("needs", " ".join(line.split()[-1] for line in lines("nm", "-D", "--undefined-only", library)))
