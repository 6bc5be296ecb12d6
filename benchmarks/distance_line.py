"""On the line and along many: exact W1 by sorting against SciPy's, and the sliced distance against POT's.

    python benchmarks/distance_line.py

One process, turns that alternate, medians by CPU time. Both sides of a pair answer the same question: the same points,
and for the sliced distance the same directions; the values are held against each other first. The last line is the
smallest ratio of each kind.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import machine
import numpy as np
import ot
import torch
from scipy import stats

from ganbaru.distances import sliced_wasserstein, wasserstein


def main(quick: bool = False) -> None:
    """Prints a ratio for each size, and the smallest of both kinds last."""
    torch.set_num_threads(1)
    print(machine.about())
    rounds = 3 if quick else 15
    line = [_on_the_line(n, rounds) for n in ((10_000,) if quick else (10_000, 100_000, 1_000_000))]
    sliced = [_sliced(n, d, k, rounds) for n, d, k in (((2_000, 64, 100),) if quick else _SLICED)]
    print(f"sliced W1 is at least {min(sliced):.1f}x as fast as POT's, W1 on the line {min(line):.1f}x SciPy's")


_SLICED = ((10_000, 64, 500), (10_000, 2, 100), (2_000, 64, 100))


def _on_the_line(n: int, rounds: int) -> float:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal(n), rng.standard_normal(n) + 1
    sides = {"ours": lambda: wasserstein(a, b).value, "scipy": lambda: stats.wasserstein_distance(a, b)}
    _agree(*(side() for side in sides.values()))
    turns = machine.alternate(sides, rounds=rounds)
    found = machine.ratio(turns["scipy"], turns["ours"])
    print(machine.spoken(f"W1 on the line, n = {n:,}, against scipy.stats.wasserstein_distance", found), flush=True)
    return found[0]


def _sliced(n: int, d: int, count: int, rounds: int) -> float:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((n, d)), rng.standard_normal((n, d)) + np.eye(1, d)
    directions = rng.standard_normal((d, count))
    directions /= np.linalg.norm(directions, axis=0)
    sides = {
        "ours": lambda: sliced_wasserstein(a, b, projections=directions, resamples=0).value,
        "pot": lambda: float(ot.sliced_wasserstein_distance(a, b, projections=directions, p=1)),
    }
    _agree(*(side() for side in sides.values()))
    turns = machine.alternate(sides, rounds=rounds, warmup=1)
    found = machine.ratio(turns["pot"], turns["ours"])
    print(machine.spoken(f"sliced W1, n = {n:,}, d = {d}, {count} directions, against POT", found), flush=True)
    return found[0]


def _agree(ours: float, theirs: float) -> None:
    if abs(ours - theirs) > 1e-9 * abs(theirs):
        raise SystemExit(f"the values differ: {ours} and {theirs}")


if __name__ == "__main__":
    main()
