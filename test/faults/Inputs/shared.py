"""shared.py FOLDER: a trainer that is stopped while it trains, a second one beside it, other data under it."""

import signal
import subprocess
import sys
import time

folder = sys.argv[1]
command = [f"{folder}/study", "--data", f"{folder}/data", "--out", f"{folder}/out", "--json", "--jobs", "1"]
first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
for line in first.stdout:
    if '"run_started"' in line:
        break
first.send_signal(signal.SIGSTOP)
second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
assert f"is in use by process {first.pid};" in second.stderr, second.stderr
print(f"owner named, status {second.returncode}")
path = f"{folder}/data/train-images"
with open(path, "r+b") as file:  # the same file, shorter and of other samples
    pixels = file.read()
    file.seek(16)
    file.write(bytes(255 - byte for byte in pixels[16:]))
    file.truncate(1000)
first.send_signal(signal.SIGCONT)
time.sleep(0.1)
with open(path, "r+b") as file:  # whole again, and still others
    file.write(pixels[:16] + bytes(255 - byte for byte in pixels[16:]))
first.stdout.read()
print(f"first trainer: status {first.wait()}")
