"""Forges the record of a report, with digests that fit: forge.py REPORT OUTPUT [loss|TARGET].

The weights of the last run become zeros; with `loss` its loss is another; with TARGET
all runs become those of another processor.
"""

import hashlib
import json
import sys

OPENING = '<script type="application/json" id="record" data-sha256="'
page = open(sys.argv[1], encoding="utf-8").read()
begin = page.rindex(OPENING)
end = page.index("</script>\n", begin)
record = json.loads(page[begin + len(OPENING) + 66 : end])
run = record["experiments"][-1]["points"][-1]["runs"][-1]
what = sys.argv[3] if len(sys.argv) > 3 else "weights"
if what in ("weights", "loss"):
    run[what] = {"weights": "0" * 64, "loss": "0.125"}[what]
else:
    record["target"] = what
text = json.dumps(record).replace("<", "\\u003c")
digest = hashlib.sha256(text.encode()).hexdigest()
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write(f'{page[:begin]}{OPENING}{digest}">{text}{page[end:]}')
