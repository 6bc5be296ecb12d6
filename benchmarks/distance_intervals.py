"""How sure the distances are: bias, coverage of the intervals, false alarms, and verdicts on two models.

    python benchmarks/distance_intervals.py [--draws 200] [--sizes 500 2000] [--dimensions 1 2 16 64]

Distributions of which the distance is known are drawn anew each time: a unit Gaussian moved, widened, narrowed; one
twice as wide along one axis against the same along another; two heaps with other shares. For every cell (a distance, a
change, a number of dimensions, of points) it prints the root mean square of the values against the truth, how often the
interval holds it, and the interval's median width. For W1 the plain distance of the samples and its two usual
corrections stand beside: ``W(A,B) − (W(A,A′) + W(B,B′)) / 2``, and the same of squares. Draws are spread over processes
of one thread. The last lines are shares and ratios.
"""

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import machine
import numpy as np
import torch

from ganbaru import distances
from ganbaru.distances import Estimate, Gaussian, closed_forms
from ganbaru.distances.population import interval, samples_for
from ganbaru.distances.sliced import shift_factor
from ganbaru.distances.transport import transport

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, int, int], Array]

_ROTATED_W1 = 1.132
"""W1 of a Gaussian twice as wide along one axis and the same along another: of 32,000 points in the plane, ±0.009."""


def cloud(rng: np.random.Generator, n: int, d: int) -> Array:
    """A unit Gaussian."""
    return rng.standard_normal((n, d))


def changed(points: Array, name: str) -> Array:
    """The other distribution's points, from a unit Gaussian's."""
    kind, _, amount = name.partition(" ")
    if kind == "shift":
        return points + float(amount) * np.eye(1, points.shape[1])
    return points * float(amount) if kind == "scale" else points


def pair(name: str, rng: np.random.Generator, n: int, d: int) -> tuple[Array, Array]:
    """One sample of each side of a change."""
    a, b = cloud(rng, n, d), changed(cloud(rng, n, d), name)
    if name == "rotation":
        a[:, 0] *= 2
        b[:, 1] *= 2
    if name == "mixture":
        for points, share in ((a, 0.5), (b, 0.3)):
            points[:, 0] += np.where(rng.random(n) < share, -2, 2)
    return a, b


def truth(name: str, p: int, d: int) -> float | None:
    """W_p of a change; None where it is not known."""
    kind, _, amount = name.partition(" ")
    if kind == "shift":
        return float(amount)
    if kind == "scale":
        return abs(float(amount) - 1) * (math.sqrt(d) if p == 2 else mean_length(d))
    if kind == "rotation":
        return None if d == 1 else math.sqrt(2) if p == 2 else _ROTATED_W1
    if kind == "mixture":
        return 0.8 if p == 1 else None
    return 0.0


def mean_length(d: int) -> float:
    """E‖x‖ of a unit Gaussian."""
    return math.sqrt(2) * math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2))


CHANGES = ("shift 0.5", "shift 2", "scale 1.2", "scale 0.8", "rotation", "mixture")


@dataclass(frozen=True)
class Cell:
    """One distance of one change at one size."""

    kind: str
    change: str
    d: int
    n: int

    def truth(self) -> float | None:
        """What the distributions are apart."""
        if self.kind in ("W1", "W2"):
            return truth(self.change, int(self.kind[1]), self.d)
        a = Gaussian(np.zeros(self.d), np.eye(self.d))
        b = Gaussian(*_moments(self.change, self.d))
        if self.kind == "sliced W1":
            kind, _, amount = self.change.partition(" ")
            return float(amount) / shift_factor(self.d) if kind == "shift" else abs(float(amount) - 1) * mean_length(1)
        if self.kind in _LINE:
            line_a, line_b = Gaussian(0), _on_the_line(self.change)
            return float(_LINE[self.kind](line_a, line_b).value)
        exact = {"energy": closed_forms.energy, "Fréchet": closed_forms.frechet}
        found = closed_forms.kernel(a, b, math.sqrt(self.d)) if self.kind == "kernel" else exact[self.kind](a, b)
        return float(found.value)

    def draw(self, seed: int) -> tuple[float, float, float]:
        """Value, low and high of one draw."""
        rng = np.random.default_rng([seed, self.n, self.d])
        a, b = pair(self.change, rng, self.n, self.d)
        if self.kind in ("W1", "W2"):
            x, y, unit = samples_for(a, b, int(self.kind[1]))
            value, low, high = interval(x, y, int(self.kind[1]), 40, 0.95, rng)
            return value * unit, low * unit, high * unit
        found = _MEASURES[self.kind](a, b, self.d)
        return found.value, found.low, found.high


def _moments(change: str, d: int) -> tuple[Array, Array]:
    kind, _, amount = change.partition(" ")
    moved = float(amount) * np.eye(1, d)[0] if kind == "shift" else np.zeros(d)
    return moved, np.eye(d) * (float(amount) ** 2 if kind == "scale" else 1.0)


def _on_the_line(change: str) -> Gaussian:
    kind, _, amount = change.partition(" ")
    return Gaussian(float(amount)) if kind == "shift" else Gaussian(0, deviation=float(amount))


_LINE: dict[str, Callable[..., Estimate]] = {
    "TV": distances.total_variation,
    "JS": distances.jensen_shannon,
    "KL": distances.kullback_leibler,
    "Hellinger": distances.hellinger,
}
_MEASURES: dict[str, Callable[[Array, Array, int], Estimate]] = {
    "sliced W1": lambda a, b, d: distances.sliced_wasserstein(a, b, projections=200, debiased=True),
    "energy": lambda a, b, d: distances.energy_distance(a, b),
    "kernel": lambda a, b, d: distances.kernel(a, b, bandwidth=math.sqrt(d)),
    "Fréchet": lambda a, b, d: distances.frechet(a, b),
    **{name: lambda a, b, d, measure=measure: measure(a, b) for name, measure in _LINE.items()},
}


def cells(dimensions: list[int], sizes: list[int]) -> Iterator[Cell]:
    """All whose truth is known."""
    for d in dimensions:
        for n in sizes:
            for kind in ("W1", "W2"):
                yield from (
                    Cell(kind, change, d, n) for change in CHANGES if truth(change, int(kind[1]), d) is not None
                )
            others = ("energy", "kernel", "Fréchet", *(("sliced W1",) if d > 1 else tuple(_LINE)))
            changes = ("shift 0.5", "shift 2", "scale 1.2")
            yield from (Cell(kind, change, d, n) for kind in others for change in changes)


def usual(seed: int, change: str, d: int, n: int) -> tuple[float, float, float]:
    """W1 of the samples, and its two usual corrections."""
    a, b = pair(change, np.random.default_rng([seed, n, d]), n, d)
    half = n // 2
    whole = transport(a, b).cost
    across = (transport(a[:half], b[:half]).cost + transport(a[half:], b[half:]).cost) / 2
    same = transport(a[:half], a[half:]).cost, transport(b[:half], b[half:]).cost
    square = across**2 - (same[0] ** 2 + same[1] ** 2) / 2
    return whole, across - sum(same) / 2, math.copysign(math.sqrt(abs(square)), square)


def alarm(seed: int, d: int, n: int, p: int) -> bool:
    """Whether two samples of one distribution are called distinguishable."""
    rng = np.random.default_rng([seed, n, d, 7])
    found = distances.wasserstein(cloud(rng, n, d), cloud(rng, n, d), p, of="distributions", seed=seed)
    return bool(found.distinguishable)


def verdict(seed: int, d: int, n: int, change_a: str, change_b: str, paired: bool) -> str:
    """Of two models of one reference."""
    rng = np.random.default_rng([seed, n, d, 9])
    latent, reference = cloud(rng, n, d), cloud(rng, n, d)
    other = latent if paired else cloud(rng, n, d)
    return distances.closer(changed(latent, change_a), changed(other, change_b), to=reference, seed=seed).verdict


def oracle(seed: int, d: int, n: int, change_a: str, change_b: str, paired: bool) -> float:
    """Difference of W1 of the same samples, whose spread over draws a paired oracle would know."""
    rng = np.random.default_rng([seed, n, d, 9])
    latent, reference = cloud(rng, n, d), cloud(rng, n, d)
    other = latent if paired else cloud(rng, n, d)
    return transport(changed(latent, change_a), reference).cost - transport(changed(other, change_b), reference).cost


def _start() -> None:
    torch.set_num_threads(1)


def main(quick: bool = False, arguments: list[str] | None = None) -> None:
    """Prints a line for each cell, and the shares last."""
    parser = argparse.ArgumentParser(description="Bias, coverage and verdicts of the distances.")
    parser.add_argument("--draws", type=int, default=12 if quick else 200)
    parser.add_argument("--sizes", type=int, nargs="*", default=[300] if quick else [500, 2_000])
    parser.add_argument("--dimensions", type=int, nargs="*", default=[2, 16] if quick else [1, 2, 16, 64])
    options = parser.parse_args(arguments or [])
    print(machine.about())
    with ProcessPoolExecutor(os.cpu_count(), initializer=_start) as pool:
        shares = _coverage(pool, options)
        worst = _usual_beside(pool, options)
        alarms = _alarms(pool, options)
        wrong, right = _verdicts(pool, options)
    print(f"\nnot distinguishable where nothing differs: {1 - max(alarms):.1%} in the worst cell (goal 95 %)")
    print(
        f"closer: wrong in at most {max(wrong):.1%} of a cell (goal 5 %); right in {min(right):.0%} to {max(right):.0%}"
    )
    print(f"bias of W1 and W2: {worst[0]:.0%} at most, the plain distance {worst[1]:.0%}, squares {worst[2]:.0%}")
    below = sum(share < 0.93 for share in shares)
    print(f"coverage ≥ 93 % in {len(shares) - below} of {len(shares)} cells; median {np.median(shares):.3f}, ", end="")
    print(f"worst {min(shares):.3f}; ratio to the goal {np.median(shares) / 0.93:.2f}x")


def _coverage(pool: ProcessPoolExecutor, options: argparse.Namespace) -> list[float]:
    print("\n| distance | change | d | n | truth | value (rms) | spread | coverage | median width |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    shares = []
    for cell in cells(options.dimensions, options.sizes):
        true = cell.truth()
        assert true is not None
        value, low, high = np.array(list(pool.map(cell.draw, range(options.draws)))).T
        shares.append(float(((low <= true) & (true <= high)).mean()))
        rms = math.sqrt(max(0.0, float((value * np.abs(value)).mean())))
        spread = value.std() if np.isfinite(value).all() else math.inf
        print(
            f"| {cell.kind} | {cell.change} | {cell.d} | {cell.n} | {true:.3f} | {rms:.3f} | {spread:.3f} "
            f"| {shares[-1]:.3f} | {np.median(high - low):.3f} |",
            flush=True,
        )
    return shares


def _usual_beside(pool: ProcessPoolExecutor, options: argparse.Namespace) -> tuple[float, float, float]:
    """Worst relative errors of the mean: of this, of the plain distance, of the correction in squares."""
    print("\n| W1, n | change | d | truth | this | plain | linear | squares |\n|" + 8 * " --- |")
    worst, draws, n = np.zeros(3), min(options.draws, 40), options.sizes[0]
    for d in (each for each in options.dimensions if each > 1):
        for change in CHANGES:
            true = truth(change, 1, d)
            assert true is not None
            seeds, same = range(draws), [[each] * draws for each in (change, d, n)]
            mine = np.array(list(pool.map(Cell("W1", change, d, n).draw, seeds)))[:, 0]
            plain, linear, square = np.array(list(pool.map(usual, seeds, *same))).T
            middle = [math.sqrt(float(np.square(mine).mean())), *(float(x.mean()) for x in (plain, linear, square))]
            worst = np.maximum(worst, np.abs(np.array([middle[0], middle[1], middle[3]]) / true - 1))
            print(
                f"| {n} | {change} | {d} | {true:.3f} | " + " | ".join(f"{each:.3f}" for each in middle) + " |",
                flush=True,
            )
    return float(worst[0]), float(worst[1]), float(worst[2])


def _alarms(pool: ProcessPoolExecutor, options: argparse.Namespace) -> list[float]:
    print("\n| equal distributions | d | n | called distinguishable |\n| --- | --- | --- | --- |")
    shares, n = [], options.sizes[0]
    for p in (1, 2):
        for d in options.dimensions:
            same = [[each] * options.draws for each in (d, n, p)]
            shares.append(float(np.mean(list(pool.map(alarm, range(options.draws), *same)))))
            print(f"| W{p} | {d} | {n} | {shares[-1]:.3f} |", flush=True)
    return shares


def _verdicts(pool: ProcessPoolExecutor, options: argparse.Namespace) -> tuple[list[float], list[float]]:
    """Shares of wrong verdicts between equals, and of right ones where the paired oracle would be in 97.5 %."""
    print("\n| A | B | d | n | latents | A closer | B closer | oracle: gap / sd |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    wrong, right = [], []
    for d in options.dimensions:
        for a, b in (("shift 0.5", "shift -0.5"), ("shift 0.5", "shift 0.7"), ("scale 1.1", "scale 1.3")):
            for paired in (True, False):
                n, draws = options.sizes[0], options.draws
                same = [[each] * draws for each in (d, n, a, b, paired)]
                told = list(pool.map(verdict, range(draws), *same))
                gaps = np.array(list(pool.map(oracle, range(min(40, draws)), *[each[:40] for each in same])))
                sure = abs(float(gaps.mean())) / float(gaps.std())
                first, second = told.count("A") / draws, told.count("B") / draws
                equal = b == "shift -0.5"
                wrong.append(first + second if equal else second)
                if not equal and paired and sure > 2:
                    right.append(first)
                latents = "shared" if paired else "own"
                print(f"| {a} | {b} | {d} | {n} | {latents} | {first:.3f} | {second:.3f} | {sure:.1f} |", flush=True)
    return wrong, right


if __name__ == "__main__":
    main(arguments=sys.argv[1:])
