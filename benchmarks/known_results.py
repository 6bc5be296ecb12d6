"""Do known results reproduce? Ring of 8 and grid of 25 with every objective, and the WGAN paper's parallel lines.

    python benchmarks/known_results.py [--seeds N] [--updates N] [--only WORLD/NAME …] [--jobs N]

**Ring and grid** (the data and the scoring of Lin et al. 2018, "PacGAN", section 4.1, after Srivastava et al. 2017):
8 Gaussians of sd 0.01 on the unit circle, 25 of sd 0.05 on a grid of step 2; 100,000 training points; of 2,500
generated points, one within 3 sd of its nearest mode is of high quality, and a mode with such a point is covered.
Every row is a mean over the seeds, with its standard error. All train for the same number of critic updates: published
recipes with the papers' own hyperparameters, the others with those of the default. That is little for the published
ones, which were made for trainings a hundred times as long: their rows say what they do in this time, not what they
could. PacGAN's own table (10 seeds): GAN 6.3 ± 0.5 modes of the ring at 98.2 %, 17.3 ± 0.8 of the grid at 94.8 %;
PacGAN4 7.8 ± 0.1 at 95.9 %, 24.8 ± 0.2 at 93.6 %. A perfect generator scores 98.9 % (a Gaussian in the plane has
exp(-9/2) of its mass beyond 3 sd).

**Parallel lines** (Arjovsky et al. 2017, example 1): mass on the line x = 0 against mass on the line x = θ. The earth
mover's distance is |θ|, so it falls on the way to the truth; the Jensen-Shannon divergence is ln 2 wherever θ is not 0,
so it says nothing of the way. Both are read off critics that are trained here with the package's own objectives.
The last line is the worst error of |θ| as a ratio.
"""

import argparse
import itertools
import math
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "0")

UPDATES = 4000
WORLDS = {"ring": 8, "grid": 25}
_R1 = {"constraint": "r1", "constraint_strength": 0.02}
_LP = {"constraint": "lipschitz-penalty", "constraint_strength": 10.0, "n_critic": 5}
SIDES: dict[str, dict[str, Any]] = {
    "relativistic + r1+r2 (default), twice as long": {"longer": 2},
    "relativistic + r1+r2 (default)": {},
    "nonsaturating + r1": {"objective": "nonsaturating", **_R1},
    "minimax + r1": {"objective": "minimax", **_R1},
    "least-squares + r1": {"objective": "least-squares", **_R1},
    "hinge + r1": {"objective": "hinge", **_R1},
    "wasserstein + lipschitz-penalty": {"objective": "wasserstein", **_LP},
    "wgan (published)": {"objective": "wgan"},
    "wgan-gp (published)": {"objective": "wgan-gp"},
    "ns-gan (published)": {"objective": "ns-gan"},
    "ls-gan (published)": {"objective": "ls-gan"},
}
THETAS = (-1.0, -0.5, -0.25, 0.1, 0.25, 0.5, 1.0)
LINE_UPDATES = 600


@dataclass(frozen=True)
class Trial:
    """One training: a world, a side by its name, a seed, and how many updates of the critic."""

    world: str
    side: str
    seed: int
    updates: int


def train(trial: Trial) -> tuple[float, float]:
    """Trains and measures: modes covered and the share of high quality; 0 and 0 where a number stopped being finite."""
    import ganbaru as gb
    from ganbaru.training import settings

    chosen = dict(SIDES[trial.side])
    updates = chosen.pop("longer", 1) * trial.updates
    steps = updates // settings.resolve("points", chosen).n_critic
    fixed = {"steps": steps, "seed": trial.seed, "threads": 1, "record_every": 0}
    rarely = {"measure_every": steps, "checkpoint_every": steps}
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        try:
            run = gb.fit(f"toy:{trial.world}", out=out, config={**fixed, **rarely, **chosen})
        except gb.UserError:
            if gb.Run.open(out).read_json("findings") is None:
                raise
            return 0.0, 0.0
        figures = (run.read_json("quality") or {})["figures"]
    return figures["modes"]["value"], figures["high_quality"]["value"]


def table(trials: list[Trial], jobs: int) -> Iterator[str]:
    """A row for each world and side, whose seeds stand side by side in ``trials``."""
    with ProcessPoolExecutor(jobs) as pool:
        results = zip(trials, pool.map(train, trials), strict=True)
        for key, group in itertools.groupby(results, lambda pair: (pair[0].world, pair[0].side)):
            yield row(*key, [result for _, result in group])


def row(world: str, side: str, results: list[tuple[float, float]]) -> str:
    """``| world | side | modes | high quality | fewest modes | lowest quality |``."""
    modes, good = zip(*results, strict=True)
    shares = [100 * share for share in good]
    return (
        f"| {world} of {WORLDS[world]} | {side} | {mean(modes)} | {mean(shares)} % | {min(modes):.0f} |"
        f" {min(shares):.1f} % |"
    )


def mean(values: Sequence[float]) -> str:
    """``8.0 ± 0.0``: mean and standard error."""
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{statistics.fmean(values):.1f} ± {error:.1f}"


def lines() -> Iterator[str]:
    """The parallel lines: what two critics say at each θ; the last line is a ratio."""
    worst = 0.0
    yield "| θ | earth mover's, by critic | true | Jensen-Shannon, by critic | true |"
    yield "| --- | --- | --- | --- | --- |"
    for theta in THETAS:
        w1, js = critics_say(theta)
        worst = max(worst, abs(w1 / abs(theta) - 1))
        yield f"| {theta:+.2f} | {w1:.3f} | {abs(theta):.3f} | {js:.3f} | {math.log(2):.3f} |"
    yield f"parallel lines: worst error of the earth mover's distance as a share of it: {worst:.3f}"


def critics_say(theta: float) -> tuple[float, float]:
    """The earth mover's distance and the Jensen-Shannon divergence (nats) of the lines x = 0 and x = θ.

    ``JS = ln 2 - (critic's loss) / 2`` at the best critic (Goodfellow et al. 2014, theorem 1). The penalty of weight λ
    lets the slope exceed 1 by θ / 2λ, hence λ = 100.
    """
    import torch

    from ganbaru import objectives

    draw = torch.Generator().manual_seed(7)
    wasserstein = critic_of(theta, objectives.Wasserstein(), objectives.LipschitzPenalty(100.0), draw)
    minimax = critic_of(theta, objectives.Minimax(), objectives.Free(), draw)
    with torch.no_grad():
        truth, shifted = two_lines(theta, 4096, draw)
        w1 = float(objectives.w1(wasserstein(truth), wasserstein(shifted)))
        js = math.log(2) - 0.5 * float(objectives.Minimax().critic_loss(minimax(truth), minimax(shifted)))
    return w1, js


def critic_of(theta: float, objective: Any, constraint: Any, draw: Any) -> Any:
    """A critic trained to tell the two lines apart."""
    import torch

    from ganbaru.models import CriticConfig, build_critic

    torch.manual_seed(0)
    critic = build_critic(CriticConfig(fourier=0, channels=64), (2,))
    optimizer = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.0, 0.9))
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, LINE_UPDATES)
    for _ in range(LINE_UPDATES):
        truth, shifted = two_lines(theta, 256, draw)
        loss = objective.critic_loss(critic(truth), critic(shifted)) + constraint.penalty(critic, truth, shifted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
    return critic


def two_lines(theta: float, count: int, draw: Any) -> Any:
    """Points ``(count, 2)`` of the lines x = 0 and x = θ, with z uniform on [0, 1]."""
    import torch

    heights = torch.rand(2, count, generator=draw)
    return tuple(torch.stack([torch.full((count,), x), z], 1) for x, z in zip((0.0, theta), heights, strict=True))


def main() -> None:
    """Measure and print; the ratio comes last."""
    parser = argparse.ArgumentParser(description="Do known results reproduce?")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--updates", type=int, default=UPDATES, help="of the critic, in every training")
    parser.add_argument("--only", nargs="*", default=None, help="rows that begin so, such as ring/wgan")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    pairs = [(world, side) for side in SIDES for world in WORLDS]
    if options.only is not None:
        pairs = [pair for pair in pairs if any("/".join(pair).startswith(word) for word in options.only)]
    trials = [Trial(*pair, seed, options.updates) for pair in pairs for seed in range(options.seeds)]
    print(
        f"{options.seeds} seeds, {options.updates:,} updates of the critic each (five to a step where n_critic is 5)\n"
    )
    print("| world | side | modes covered | high quality | fewest modes | lowest quality |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for line in table(trials, options.jobs):
        print(line, flush=True)
    print()
    for line in lines():
        print(line, flush=True)


if __name__ == "__main__":
    main()
