"""Exact transport against POT and scipy: time to the same value, the worst case of the chooser, memory.

    python benchmarks/distance_exact.py [--quick] [--rounds N]

Two Gaussians of n points each, one moved by 1 along its first axis; equal weights, Euclidean costs. POT is ``emd2``
with the matrix of `ot.dist`, scipy is `linear_sum_assignment` with that of `cdist`; ours is `transport`, plan,
potentials and proof included. One thread, the sides alternate, CPU time; all values are held to agree to 1e-9.

- W1 (at 2,000 also W2) of 2,000 and 8,000 points in 2, 16 and 64 dimensions: how many times longer POT takes (bars: 3
  and 7; 1.5 in 2 dimensions).
- A grid of sizes and dimensions: ours against the faster of both (bar: never more than 1.1 times longer).
- The most memory above the samples, in a process of its own: 4,000 points in 64 dimensions in matrices of single
  precision (bar: 2.5), and 16,000 points in all (bar: 6 GB), the matrix held and never held.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before torch, and numpy with it, is loaded
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
import machine
import numpy as np
import ot
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from ganbaru.distances.transport import transport, transport_many

Array = np.ndarray[Any, Any]
SIZES, DIMENSIONS = (10, 30, 100, 300, 1000, 2000), (1, 2, 3, 8, 16, 64, 512)
_MORE = 3
"""How many times as often the smallest cells are timed, which last microseconds."""
_SLOW_FROM = 1000
"""Points from which scipy is left out in 3 dimensions or fewer, where it takes ten times what POT does."""


def samples(n: int, d: int) -> tuple[Array, Array]:
    """Two Gaussians, 1 apart."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    b[:, 0] += 1
    return a, b


def by_pot(a: Array, b: Array, p: int = 1) -> float:
    """W_p^p by POT."""
    weights = np.full(len(a), 1 / len(a))
    costs = ot.dist(a, b, metric="euclidean" if p == 1 else "sqeuclidean")
    return float(ot.emd2(weights, weights, costs, numItermax=10**9))


def by_scipy(a: Array, b: Array) -> float:
    """W1 by scipy."""
    costs = cdist(a, b)
    return float(costs[linear_sum_assignment(costs)].mean())


def race(n: int, d: int, p: int, rounds: int) -> str:
    """POT and ours by turns."""
    a, b = samples(n, d)
    values: dict[str, float] = {}

    def pot() -> None:
        values["pot"] = by_pot(a, b, p)

    def ours() -> None:
        values["ours"] = transport(a, b, p=p).cost

    turns = machine.alternate({"pot": pot, "ours": ours}, rounds=rounds, warmup=0)
    _agree(values)
    seconds = " ".join(f"{name} {machine.median(each):.3f} s" for name, each in turns.items())
    print(f"n={n} d={d} p={p}: {seconds}", flush=True)
    return machine.spoken(f"POT over ours, n={n} d={d} p={p}", machine.ratio(turns["pot"], turns["ours"]))


def cell(n: int, d: int, rounds: int) -> tuple[float, str]:
    """Ours against the faster of POT and scipy: how many times longer, and the line that says so."""
    a, b = samples(n, d)
    values: dict[str, float] = {}
    sides: dict[str, Callable[[], float]] = {"pot": lambda: by_pot(a, b), "ours": lambda: transport(a, b).cost}
    if n < _SLOW_FROM or d > 3:
        sides["scipy"] = lambda: by_scipy(a, b)
    repeats = max(1, round(3000 / n**1.5))

    def turn(name: str) -> Callable[[], None]:
        def work() -> None:
            for _ in range(repeats):
                values[name] = sides[name]()

        return work

    turns = machine.alternate({name: turn(name) for name in sides}, rounds=rounds, warmup=1)
    _agree(values)
    times = {name: 1e3 * machine.median(each) / repeats for name, each in turns.items()}
    longer = times["ours"] / min(time for name, time in times.items() if name != "ours")
    said = f"n={n} d={d}: " + " ".join(f"{name} {time:.3f} ms" for name, time in times.items())
    print(f"{said}, ours over the faster {longer:.2f}", flush=True)
    return longer, f"n={n} d={d}"


def many(count: int, n: int, d: int, rounds: int) -> str:
    """Batches of small problems."""
    pairs = [samples(n, d) for _ in range(count)]
    a, b = (np.stack(side) + np.arange(count)[:, None, None] for side in zip(*pairs, strict=True))
    sides = {
        "scipy": lambda: [by_scipy(x, y) for x, y in zip(a, b, strict=True)],
        "ours": lambda: transport_many(a, b),
    }
    turns = machine.alternate(sides, rounds=rounds, warmup=1)
    return machine.spoken(f"scipy over ours, {count} pairs, n={n} d={d}", machine.ratio(turns["scipy"], turns["ours"]))


def memory(n: int, d: int, blocked: bool) -> tuple[float, float]:
    """Bytes at the most: above the samples, and of the process in all."""
    command = [sys.executable, __file__, "--memory", str(n), str(d), str(int(blocked))]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), float(said[1])


def _measure_memory(n: int, d: int, blocked: bool) -> None:
    """In a process of its own, where a small problem has loaded all code."""
    for size in (2, d):
        transport(*samples(400, size), method="column generation", blocked=blocked)
    a, b = samples(n, d)
    before = _peak()
    transport(a, b, blocked=blocked)
    print(_peak() - before, _peak())


def _peak() -> float:
    """Bytes that this process has held at the most (what `resource` says counts its parent's too)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(float(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _agree(values: dict[str, float]) -> None:
    for name, value in values.items():
        if abs(value - values["ours"]) > 1e-9 * value:
            raise SystemExit(f"{name} says {value}, ours {values['ours']}")


def main(quick: bool = False, rounds: int = 3) -> None:
    """Measure and print; the ratios come last."""
    print(machine.about())
    sizes, dimensions = ((10, 100, 300), (1, 2, 16)) if quick else (SIZES, DIMENSIONS)
    for d in (1, 2, 16):  # what is compiled or loaded once
        for n in (20, 400):
            transport(*samples(n, d))
    transport(*samples(400, 16), method="column generation")
    lines = []
    for d in (16, 64, 2):
        for p in (1,) if quick else (1, 2):
            lines.append(race(2000, d, p, rounds=1 if quick else rounds))
        if not quick:
            lines.append(race(8000, d, 1, rounds=1))
    cells = [cell(n, d, 1 if quick else rounds * (_MORE if n < 100 else 1)) for d in dimensions for n in sizes]
    for n, d in ((100, 2), (100, 16)):
        lines.append(many(50, n, d, rounds=1 if quick else rounds))
    for n, blocked in ((4000, False), (4000, True)) + (() if quick else ((16_000, False), (16_000, True))):
        above, whole = memory(n, 64, blocked)
        said = f"n={n} d=64{', blocked' if blocked else ''}"
        lines.append(f"memory, {said}: {above / (4 * n * n):.2f} matrices more, {whole / 1e9:.2f} GB in all")
    for least in (10, 100):
        longer, where = max(each for each in cells if int(each[1].split()[0][2:]) >= least)
        lines.append(
            f"ours over the faster of POT and scipy, n from {least}, at worst: {longer:.2f} ({where}; bar 1.1)"
        )
    print("\n" + "\n".join(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side that count")
    parser.add_argument("--memory", nargs=3, type=int, metavar=("N", "D", "BLOCKED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        _measure_memory(options.memory[0], options.memory[1], bool(options.memory[2]))
    else:
        main(options.quick, options.rounds)
