"""Follows a page as a reader would: writes its files, runs its commands, compares what they print.

usage: follow.py PAGE FOLDER

A fence ```nnx NAME holds a file, ```sh commands (bash, which must end with status 0), and ```text what
the commands before it print, among other lines: its lines in their order, `…` for any text, any
number of spaces for one. The first difference ends with status 1.
"""

import pathlib
import re
import subprocess
import sys


def fences(page):
    for match in re.finditer(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        yield match.group(1), match.group(2), match.group(3)


def pattern(line):
    words = [".*".join(re.escape(part) for part in word.split("…")) for word in line.split()]
    return re.compile(r"\s+".join(words))


def missing_line(expected, printed):
    """The first line of `expected` that does not follow in `printed`, or None."""
    lines = iter(printed.splitlines())
    for line in expected.splitlines():
        if not any(pattern(line).search(candidate) for candidate in lines):
            return line
    return None


def main():
    page, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    printed, commands, files = "", 0, 0
    for kind, name, text in fences(page.read_text()):
        if kind == "nnx":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
            files += 1
        elif kind == "sh":
            run = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            printed, commands = run.stdout, commands + 1
            if run.returncode != 0:
                sys.exit(f"{page}: status {run.returncode} of\n{text}which prints\n{printed}")
        elif kind == "text":
            line = missing_line(text, printed)
            if line is not None:
                sys.exit(f"{page}: not printed, or not in this order:\n  {line}\nprinted:\n{printed}")
    print(f"{files} files, {commands} blocks of commands")


main()
