"""Critics as judges of W1 where W1 is known: the 28 cells of Korotin, Kolesov & Burnaev 2022.

    python benchmarks/distance_critics.py [--cells 2x16,64x64] [--minutes M] [--others clip,gradient-penalty]

"Kantorovich Strikes Back! Wasserstein GANs are not Optimal Transport?": Q is uniform on [−2.5, 2.5]^d, and P is Q moved
along the rays of ``u = min_k ‖x − a_k‖ + b_k`` towards the funnels' tips a_k. u is 1-Lipschitz and falls as steeply as
that along every move, so the moves are an optimal plan and their mean length is W1; d of 2 to 128, 4 to 256 funnels.
A critic is given fresh points of P and of Q, never which belong together.

Each cell: truth (mean move of 262,144 points), the held-out value with its interval, the error, and the mean cosine
between ∇f and −∇u at points of P. One thread, so many CPU minutes a cell. Then the same, on a few cells and in the same
time, of critics as published. Bars, against the best of the published figures in each (their own runs: 5,000 to 60,000
steps of 1,024 points on a GPU): within 5 % in 16 of 28 cells (10), median error 6 % (9 %), worst 30 % (46 %), median
cosine 0.85 (0.80), the interval holding the truth in 26 of 28 (none had one).
"""

import argparse
import math
import os
import statistics
import time
from dataclasses import dataclass

import machine

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import torch
from torch import Tensor

from ganbaru.distances import Estimate
from ganbaru.distances.dual import CRITICS, fit_critic, gradient_cosine, judged

HALF, DEGREE, SEED = 2.5, 8, 987
CELLS = [(size, funnels) for size in (2, 4, 8, 16, 32, 64, 128) for funnels in (4, 16, 64, 256)]
FEW = [(2, 16), (8, 64), (32, 64), (64, 16)]
QUICK = [(2, 4), (8, 16)]
MANY = 32
"""Dimensions from which on directions are many, and what a batch says of each is little."""


class Funnels:
    """One pair of distributions.

    Attributes:
        tips: a_k, ``(K, d)``.
        heights: b_k, ``(K,)``.
    """

    def __init__(self, size: int, funnels: int) -> None:
        """The published tips and heights: the same draws in the same order, a network's unused first weights too."""
        random = torch.Generator().manual_seed(SEED)
        torch.randn(funnels, size, generator=random)
        torch.randn(funnels, generator=random)
        self.tips = HALF * (2 * torch.rand(funnels, size, generator=random) - 1)
        self.heights = 0.1 * torch.randn(funnels, generator=random)

    def uniform(self, count: int, random: torch.Generator) -> Tensor:
        """Points of Q, ``(count, d)``."""
        return HALF * (2 * torch.rand(count, self.tips.shape[1], generator=random) - 1)

    def moved(self, points: Tensor) -> Tensor:
        """Where points of Q come to lie in P: at t⁸ of their ray where they were at t of it, from tip to end.

        A ray ends where another funnel is as low, or at the wall of the cube.
        """
        distances = _distances(points, self.tips)
        low, nearest = (distances + self.heights).min(dim=1)
        tip, length = self.tips[nearest], distances.gather(1, nearest[:, None])
        ahead = (points - tip) / length
        to_wall = ((HALF * ahead.sign() - points) / ahead).abs().amin(dim=1)
        drop = low[:, None] - self.heights  # what another funnel's distance would have to be
        along = (points * ahead).sum(dim=1, keepdim=True) - ahead @ self.tips.T
        meets = (distances.square() - drop.square()) / (2 * (drop - along))
        meets = meets.masked_fill(~((meets > 0) & (meets > -drop)), math.inf).amin(dim=1)
        whole = length + torch.minimum(to_wall, meets)[:, None]
        return torch.where(length > 0, tip + ahead * whole * (length / whole) ** DEGREE, tip)

    def concentrated(self, count: int, random: torch.Generator) -> Tensor:
        """Points of P, ``(count, d)``."""
        return self.moved(self.uniform(count, random))

    def potential(self, points: Tensor) -> Tensor:
        """u, ``(n,)``."""
        return (_distances(points, self.tips) + self.heights).amin(dim=1)

    def downhill(self, points: Tensor) -> Tensor:
        """−∇u, ``(n, d)``."""
        nearest = (_distances(points, self.tips) + self.heights).argmin(dim=1)
        return torch.nn.functional.normalize(self.tips[nearest] - points, dim=1, eps=1e-30)

    def truth(self, count: int = 2**18) -> float:
        """W1: the mean length of the moves."""
        random, total = torch.Generator().manual_seed(1), 0.0
        for _ in range(count // 2**13):
            points = self.uniform(2**13, random)
            total += float((points - self.moved(points)).norm(dim=1).double().sum())
        return total / (count // 2**13 * 2**13)


@dataclass(frozen=True)
class Judged:
    """What a critic said of one cell.

    Attributes:
        truth: W1.
        said: the value, and the interval.
        cosine: of ∇f and the true direction at points of P.
        seconds: of CPU.
    """

    truth: float
    said: Estimate
    cosine: float
    seconds: float

    @property
    def error(self) -> float:
        """Relative, with its sign."""
        return self.said.value / self.truth - 1

    @property
    def holds(self) -> bool:
        """Whether the truth is in the interval."""
        return self.said.low <= self.truth <= self.said.high


def judge(pair: Funnels, critic: str, minutes: float, truth: float) -> Judged:
    """A critic that learns for so many minutes of CPU, and what it then says."""
    begun = time.process_time()
    size = {"critic": critic, **shape(pair)}
    _, few, more = (
        machine.timed(lambda count=count: fit_critic(pair.concentrated, pair.uniform, steps=count, **size)).cpu
        for count in (8, 16, 96)
    )
    each = max(more / 200, (more - few) / 80)
    steps = max(96, int((60 * minutes - few - 2 * more) / each))  # more: also what choosing and judging take
    learnt = fit_critic(pair.concentrated, pair.uniform, steps=steps, **size)
    said = judged(learnt, name=critic)
    points = pair.concentrated(2**14, torch.Generator().manual_seed(2))
    cosine = gradient_cosine(learnt.critic, points, pair.downhill)
    return Judged(truth, said, cosine, time.process_time() - begun)


def shape(pair: Funnels) -> dict[str, int]:
    """Width, hidden layers and batch, by dimension only: deeper in a few, where what is to be seen is small."""
    size = pair.tips.shape[1]
    if size < MANY:
        return {"width": 128, "layers": 3 if size <= 4 else 2, "batch": 512}
    return {"width": 256, "layers": 2, "batch": 2048}


def row(size: int, funnels: int, critic: str, one: Judged) -> str:
    """A line of the table."""
    said = f"{one.said.value:.3f} | [{one.said.low:.3f}, {one.said.high:.3f}]{'' if one.holds else ' misses'}"
    return (
        f"| {size} x {funnels} | {critic} | {one.truth:.3f} | {said} | {one.error:+.1%} | {one.cosine:.3f} "
        f"| {one.seconds:.0f} |"
    )


def table(cells: list[tuple[int, int]], critics: list[str], minutes: float) -> list[Judged]:
    """A row for each cell and critic."""
    print("| d x funnels | critic | W1 | value | interval | error | cosine | CPU s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    found = []
    for size, funnels in cells:
        pair = Funnels(size, funnels)
        truth = pair.truth()
        for critic in critics:
            found.append(judge(pair, critic, minutes, truth))
            print(row(size, funnels, critic, found[-1]), flush=True)
    return found


def summary(found: list[Judged]) -> list[str]:
    """Counts and medians, each with its bar and the published best, and last the ratios against that."""
    errors = [abs(one.error) for one in found]
    near, held = sum(error <= 0.05 for error in errors), sum(one.holds for one in found)
    median, worst = statistics.median(errors), max(errors)
    cosine, count = statistics.median(one.cosine for one in found), len(found)
    return [
        f"within 5 %: {near} of {count} (bar 16 of 28, published 10); within 10 %: {sum(e <= 0.1 for e in errors)}",
        f"error: median {median:.1%} (bar 6 %, published 9 %), worst {worst:.1%} (bar 30 %, published 46 %)",
        f"cosine of the gradient: median {cosine:.3f} (bar 0.85, published 0.80)",
        f"interval holds W1: {held} of {count} (bar 26 of 28)",
        f"ratio to the published best: median error {0.09 / median:.2f}x less, worst error {0.46 / worst:.2f}x less, "
        f"{near / count / (10 / 28):.2f}x as many within 5 %",
    ]


def main(quick: bool = False) -> None:
    """All cells with the default critic, a few with others, and what it comes to."""
    parser = argparse.ArgumentParser(description="Critics against known W1.")
    parser.add_argument("--cells", default="", help="such as 2x16,64x64; none: all 28")
    parser.add_argument("--minutes", type=float, default=0.2 if quick else 2.5, help="of CPU for each cell")
    parser.add_argument("--others", default="clip,gradient-penalty", help="critics to set beside, on a few cells")
    options = parser.parse_args([] if quick else None)
    machine.torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    print(machine.about())
    named = [
        (int(size), int(funnels)) for size, funnels in (cell.split("x") for cell in options.cells.split(",") if cell)
    ]
    cells = named or (QUICK if quick else CELLS)
    found = table(cells, [CRITICS[0]], options.minutes)
    others = [name for name in options.others.split(",") if name]
    few = [cell for cell in FEW if cell in cells] or cells[:1]
    if others:
        print("\nas published, in the same time\n")
        table(few, others, options.minutes)
    print("\n" + "\n".join(summary(found)))


def _distances(points: Tensor, tips: Tensor) -> Tensor:
    """``(n, K)``; by differences, for a point next to a tip is what matters most, but where memory would be wasted."""
    mode = "donot_use_mm_for_euclid_dist" if points.shape[1] <= 16 else "use_mm_for_euclid_dist"
    return torch.cdist(points, tips, compute_mode=mode)


if __name__ == "__main__":
    main()
