"""Says what a library takes besides its weights, and what it needs: code_size.py LIBRARY WEIGHTS"""

import os
import subprocess
import sys

library, weights = sys.argv[1:]
rest = os.path.getsize(library) - os.path.getsize(weights)
print("code below 300 kB" if 0 < rest < 300000 else f"takes {rest} bytes besides its weights")
symbols = subprocess.run(["nm", "-D", "--undefined-only", library], capture_output=True, text=True, check=True).stdout
print("needs", " ".join(line.split()[-1] for line in symbols.splitlines()))
