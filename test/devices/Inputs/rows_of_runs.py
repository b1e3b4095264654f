"""rows_of_runs.py FOLDER: the status of each run that a folder of results has, and its epochs."""
import pathlib
import sqlite3
import sys

with sqlite3.connect(pathlib.Path(sys.argv[1]) / "results.sqlite") as results:
    print(results.execute("SELECT status, (SELECT count(*) FROM epoch WHERE run = run.id) FROM run")
          .fetchall())
