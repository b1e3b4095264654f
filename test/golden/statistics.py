"""Writes statistics.json: tests and quantiles as SciPy computes them, Holm's correction by its definition.

Usage: statistics.py     (needs SciPy and NumPy; writes beside itself)
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import special, stats


def holm(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    corrected = [0.0] * len(values)
    for rank, i in enumerate(order):
        # The largest of the scaled values up to this rank, at most 1.
        corrected[i] = min(1.0, max(values[j] * (len(values) - k) for k, j in enumerate(order[: rank + 1])))
    return corrected


def main():
    random = np.random.default_rng(3)
    betas = [(a, b, x) for a in (0.5, 1, 3.5, 40, 5000) for b in (0.5, 2, 17, 5100) for x in (1e-6, 0.1, 0.4951, 0.5, 0.93)]
    pairs = [(0, 0), (1, 0), (5, 5), (3, 11), (11, 3), (0, 40), (120, 181), (4000, 4150), (1, 9000)]
    groups = [random.normal(0.002, 0.001, n).tolist() for n in (2, 3, 5, 10)] + [[0.0, 0.0, 0.0], [0.25, 0.25, 0.25]]
    paired = [1.0 if not any(g) else 0.0 if len(set(g)) == 1 else stats.ttest_1samp(g, 0).pvalue for g in groups]
    lists = [[0.01, 0.04, 0.03, 0.005], [0.5], [], [0.9, 0.8, 0.02, 0.02], random.random(12).tolist()]
    powers = [(effect, n, level) for effect in (0.05, 0.4, 1.3, 6.0) for n in (2, 3, 5, 17, 120) for level in (0.05, 0.005)]

    def power(effect, n, level):
        t, shift = stats.t.ppf(1 - level / 2, n - 1), effect * n**0.5
        return stats.nct.sf(t, n - 1, shift) + stats.nct.sf(t, n - 1, -shift)

    def needed(effect, level):
        return next(n for n in range(2, 100000) if power(effect, n, level) >= 0.8)

    result = {
        "made_by": f"test/golden/statistics.py, SciPy {scipy.__version__}",
        "beta": [[a, b, x, special.betainc(a, b, x)] for a, b, x in betas],
        "student_quantile": [[t, n, stats.t.ppf(1 - t / 2, n)] for t in (0.05, 0.01, 0.5) for n in (1, 2, 4, 9, 30)],
        "mcnemar": [[a, b, stats.binomtest(a, a + b).pvalue if a + b else 1.0] for a, b in pairs],
        "paired": [[g, p] for g, p in zip(groups, paired)],
        "power": [[e, n, level, power(e, n, level)] for e, n, level in powers],
        "pairs_needed": [[e, level, needed(e, level)] for e in (0.21, 0.5, 1.1, 3.0, 20.0) for level in (0.05, 0.0125)],
        "holm": [[v, holm(v)] for v in lists],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(result) + "\n")


main()
