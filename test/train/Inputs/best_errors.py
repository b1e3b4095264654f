"""Compares the figures of each run with those of its best epoch, whose RMSE is the least: best_errors.py RESULTS"""
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
runs = compared = 0
for run, best in database.execute("SELECT run, best_epoch FROM early_stop"):
    least, = database.execute("SELECT epoch FROM epoch_errors WHERE run = ? AND share = 'validation' ORDER BY rmse, epoch", (run,)).fetchone()
    assert best == least, (run, best, least)
    for share, prefix in (("test", ""), ("train", "train."), ("validation", "validation.")):
        epoch = database.execute("SELECT rmse, mae, r2 FROM epoch_errors WHERE run = ? AND share = ? AND epoch = ?",
                                 (run, share, best)).fetchone()
        metric = [database.execute("SELECT value FROM metric WHERE run = ? AND name = ?", (run, prefix + name)).fetchone()[0]
                  for name in ("rmse", "mae", "r2")]
        assert list(epoch) == metric, (run, share, epoch, metric)
        compared += 1
    runs += 1
print(f"{runs} runs, {compared} figures of their best epochs")
