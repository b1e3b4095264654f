"""older.py FILE [LAYOUT]: makes of results.sqlite what an earlier version wrote: without the tables that
came later; or with another number of the layout. older.py FOLDER: the same with the format of states."""

import pathlib
import sqlite3
import sys

FIRST = {"study", "run", "epoch", "metric", "prediction", "confusion"}
FORMAT = 8  # where the number of the format stands in a state

path = pathlib.Path(sys.argv[1])
if path.is_dir():
    for state in path.iterdir():
        content = bytearray(state.read_bytes())
        content[FORMAT] = 2
        state.write_bytes(content)
else:
    database = sqlite3.connect(path)
    if len(sys.argv) > 2:
        database.execute(f"PRAGMA user_version = {int(sys.argv[2])}")
    else:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in names - FIRST:
            database.execute(f"DROP TABLE {name}")
        print("kept:", *sorted(names & FIRST))
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
