#!/usr/bin/env python3
"""Writes the published figures beside ours, as Markdown tables, from the results of the whole study.

Usage: published.py RESULTS.csv [README]

RESULTS.csv is what `study.nnx` leaves. With README, the tables replace what stands there between the
two marks; without, they are printed. Where a point ran with several seeds, ours is mean ± standard
deviation (n - 1). A difference of more than 0.01 is set in bold.
"""

import collections
import csv
import pathlib
import statistics
import sys

REFERENCE = pathlib.Path(__file__).with_name("reference")
TABLES = {  # experiment: its published figures
    "models": "baseline.csv",
    "activations": "activations.csv",
    "sizes": "activation_depth.csv",
    "batches": "batch_epochs.csv",
    "activation_batches": "activation_batch_epochs.csv",
    "optimizers": "optimizers.csv",
}
METRICS = ["accuracy", "precision", "recall"]
NOTABLE = 0.01
BEGIN, END = "<!-- published: written by published.py -->\n", "<!-- published: end -->\n"


def column_of(axis, results):
    """The results call the axis `epochs` axis_epochs, since `epochs` is what was trained."""
    return f"axis_{axis}" if f"axis_{axis}" in results[0] else axis


def label_of(text):
    """A label as the published tables write it: `adam()` is adam, 0.10 is 0.1."""
    text = text.removesuffix("()")
    try:
        return float(text)
    except ValueError:
        return text


def ours(rows, metric):
    values = [float(row[metric]) for row in rows]
    mean = statistics.mean(values)
    spread = f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else ""
    return mean, f"{mean:.4f}{spread}"


def table(experiment, results):
    """The lines of one experiment's table, and how many of its rows were trained and are off."""
    with (REFERENCE / TABLES[experiment]).open(newline="") as file:
        published = list(csv.DictReader(file))
    axes = [name for name in published[0] if name not in METRICS + ["note"]]
    metrics = [name for name in METRICS if name in published[0]]
    found = collections.defaultdict(list)
    for row in results:
        if row["experiment"] == experiment and row["status"] in ("finished", "diverged"):
            found[tuple(label_of(row[column_of(axis, results)]) for axis in axes)].append(row)
    heads = axes + [f"{head} {metric}" for metric in metrics for head in ("published", "our")]
    lines = ["| " + " | ".join([*heads, "difference of recall"]) + " |", "|" + "---|" * (len(heads) + 1)]
    trained = notable = 0
    for row in published:
        point = tuple(label_of(row[axis]) for axis in axes)
        cells = [row[axis] for axis in axes]
        for metric in metrics:
            cells += [f"{float(row[metric]):.4f}", ours(found[point], metric)[1] if found[point] else ""]
        if found[point]:
            difference = ours(found[point], "recall")[0] - float(row["recall"])
            trained += 1
            notable += abs(difference) > NOTABLE
            cells.append(f"**{difference:+.4f}**" if abs(difference) > NOTABLE else f"{difference:+.4f}")
        else:
            cells.append("not trained")
        lines.append("| " + " | ".join(cells) + " |")
    return lines, trained, notable


def main(path, readme=None):
    with open(path, newline="") as file:
        results = list(csv.DictReader(file))
    text = BEGIN
    for experiment, name in TABLES.items():
        lines, trained, notable = table(experiment, results)
        text += (f"\n### {experiment}: `reference/{name}`\n\n" + "\n".join(lines) +
                 f"\n\n{trained} of {len(lines) - 2} rows trained, {notable} of them more than {NOTABLE} off.\n")
    text += "\n" + END
    if readme is None:
        sys.stdout.write(text)
        return
    page = pathlib.Path(readme)
    before, _, rest = page.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        sys.exit(f"published.py: {readme} lacks the marks that the tables stand between")
    page.write_text(before + text + after)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
