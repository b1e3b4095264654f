"""Forges the record of a report, with digests that fit: forge.py REPORT OUTPUT [TARGET].

The weights of the last run become zeros, or with TARGET all runs those of another processor.
"""

import hashlib
import json
import sys

OPENING = '<script type="application/json" id="record" data-sha256="'
page = open(sys.argv[1], encoding="utf-8").read()
begin = page.rindex(OPENING)
end = page.index("</script>\n", begin)
record = json.loads(page[begin + len(OPENING) + 66 : end])
if len(sys.argv) > 3:
    record["target"] = sys.argv[3]
else:
    record["experiments"][-1]["points"][-1]["runs"][-1]["weights"] = "0" * 64
text = json.dumps(record).replace("<", "\\u003c")
digest = hashlib.sha256(text.encode()).hexdigest()
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write(f'{page[:begin]}{OPENING}{digest}">{text}{page[end:]}')
