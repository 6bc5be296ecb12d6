"""Does `hyper` find good settings with a third of a plain grid's steps, and what does the study machinery cost?

    python benchmarks/study_search.py [--only WHAT] [--workload NAME] [--seeds N] [--trials N]

Claims, each with how it is measured:

- **efficiency**: TPE with Hyperband finds settings within 5 % of the best known score with at most a third of the
  training steps of the plain grid. Three workloads: a planted surface whose learning curves cross (what learns fast
  ends lower), a small classifier in numpy on three spirals, scikit-learn's linear classifier on its handwritten digits.
  A fourth, a GAN on ``toy:ring`` by `ganbaru.fit`, is told beside and not counted: alike settings differ by a third and
  more from seed to seed there, so that eight fresh seeds do not resolve 5 %. The grid has four values of each setting,
  ends included, and trains each point whole; the search has a total of a third of its steps, its finals included. The
  grid chooses by one seed, the search by the same and those of its finals; both are scored on eight fresh ones, which
  count for neither. The best known score is the best that any of them has on fresh seeds, or the truth where it is
  planted. Beside each stands the standard error of its fresh seeds' mean.
- **overhead**: what a study takes beside its trials is at most 2 % of trials of one second: the time from the end of
  one to the beginning of the next, of a plan and of a TPE search, with one job; the median, as the disk is slow at
  times. Trials sleep. The start of the worker, once a sitting, is not in it.
- **jobs**: two jobs on two cores do fixed work at least 1.8 times as fast as one. Needs an idle machine with two cores;
  what two bare processes gain over one, measured in turns with them, is all that there is to gain.

The last line is the share of counted searches that came within 5 %.
"""

import argparse
import math
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import machine  # before torch: it sets how idle threads wait
import numpy as np

import ganbaru as gb
from ganbaru.studies import Plan, Results, results, run_study
from ganbaru.studies.kinds import hyper
from ganbaru.studies.search.rungs import UNTIL
from ganbaru.studies.search.searching import steps_of
from ganbaru.studies.search.space import Range, Space
from ganbaru.studies.search.stages import Stage, stages

COUNT = 4
"""Values of each setting in the grid."""
WITHIN = 1.05
STEPS = 270
FRESH = 1000
"""The first of the seeds that confirm."""


def planted(
    data: Any,
    *,
    steps: int = STEPS,
    rate: float = 1e-4,
    width: int = 8,
    decay: float = 0.9,
    idle: float = 0.5,
    seed: int = 0,
    folder: Path,
    before: Path | None = None,
) -> float:
    """A curve that is known: best at rate 2e-3, width 48, decay 0.3; a high rate is quick and ends lower."""
    del folder, before  # a formula goes on from anywhere
    noise = np.random.default_rng([seed, steps, int(1e9 * rate), width, int(1e6 * decay), int(1e6 * idle)])
    return float(truth(steps, rate, width, decay) + noise.normal(0, 0.005))


def truth(steps: int, rate: float = 2e-3, width: int = 48, decay: float = 0.3) -> float:
    """What it scores without noise."""
    end = 1 - 0.15 * math.log10(rate / 2e-3) ** 2 - 0.1 * math.log2(width / 48) ** 2 / 4 - 0.5 * (decay - 0.3) ** 2
    return end * (1 - (1 + steps * (rate / 2e-3) ** 0.5) ** -0.5)


def spirals(seed: int, count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Three arms of points with noise, and which arm each is of."""
    rng = np.random.default_rng([seed, 3])
    arm, along = rng.integers(3, size=count), rng.random(count)
    angle = 4 * along + 2 * np.pi / 3 * arm
    points = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + rng.normal(0, 0.05, (count, 2))
    return points, arm


def classifier(
    data: tuple[np.ndarray, np.ndarray],
    *,
    steps: int = STEPS,
    rate: float = 0.01,
    width: int = 8,
    decay: float = 1e-2,
    seed: int = 0,
    folder: Path,
    before: Path | None = None,
) -> float:
    """Cross-entropy on points held out, of a network with one hidden layer after so many epochs of plain SGD."""
    (points, arms), (held_points, held_arms) = data, spirals(10_000)
    weights, began = _begun(before, seed, width)
    for epoch in range(began, steps):
        order = np.random.default_rng([seed, epoch]).permutation(len(points))
        for batch in order.reshape(-1, 50):
            for name, slope in _slopes(weights, points[batch], arms[batch]).items():
                weights[name] -= rate * (slope + decay * weights[name])
    np.savez(folder / "weights.npz", epoch=steps, **weights)
    wrong = -np.log(np.maximum(1e-12, _chances(weights, held_points)[1][np.arange(len(held_arms)), held_arms])).mean()
    return float(wrong)


def _begun(before: Path | None, seed: int, width: int) -> tuple[dict[str, np.ndarray], int]:
    if before is not None:
        stored = dict(np.load(before / "weights.npz"))
        return stored, int(stored.pop("epoch"))
    rng = np.random.default_rng(seed)
    first, second = rng.normal(0, 1, (2, width)), rng.normal(0, width**-0.5, (width, 3))
    return {"first": first, "bias": rng.normal(0, 1, width), "second": second, "last": np.zeros(3)}, 0


def _chances(weights: Mapping[str, np.ndarray], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hidden = np.maximum(0, points @ weights["first"] + weights["bias"])
    scores = hidden @ weights["second"] + weights["last"]
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return hidden, raised / raised.sum(1, keepdims=True)


def _slopes(weights: Mapping[str, np.ndarray], points: np.ndarray, arms: np.ndarray) -> dict[str, np.ndarray]:
    hidden, chances = _chances(weights, points)
    error = (chances - np.eye(3)[arms]) / len(points)
    behind = (error @ weights["second"].T) * (hidden > 0)
    return {
        "first": points.T @ behind,
        "bias": behind.sum(0),
        "second": hidden.T @ error,
        "last": error.sum(0),
    }


def digits(
    data: Any,
    *,
    steps: int = STEPS,
    rate: float = 0.01,
    decay: float = 1e-4,
    slowing: float = 0.5,
    seed: int = 0,
    folder: Path,
    before: Path | None = None,
) -> float:
    """Cross-entropy on digits held out, of a linear classifier whose rate falls as ``t^-slowing`` in so many epochs.

    It goes on by training anew from the beginning, which comes to the same: so many epochs in one call take a fifth of
    the time of as many calls. Counted are the steps of one that goes on.
    """
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import log_loss

    del folder, before
    pixels, named, held_pixels, held_named = data
    how = {"learning_rate": "invscaling", "eta0": rate, "power_t": slowing, "max_iter": steps, "tol": None}
    model = SGDClassifier("log_loss", alpha=decay, random_state=seed, **how).fit(pixels, named)
    return float(log_loss(held_named, model.predict_proba(held_pixels), labels=np.arange(10)))


def handwritten() -> tuple[np.ndarray, ...]:
    """Pixels and names of a third of scikit-learn's digits, and of another third that is held out."""
    from sklearn.datasets import load_digits

    pixels, named = load_digits(return_X_y=True)
    return pixels[::3] / 16, named[::3], pixels[1::3] / 16, named[1::3]


@dataclass(frozen=True)
class Workload:
    """Something to search.

    Attributes:
        train, data: as `hyper` takes them.
        space: what is searched.
        higher: whether higher is better.
        given: what else `hyper` is given.
        best: the best score there is, where it is known.
        counted: whether its fresh seeds resolve 5 %.
    """

    train: Any
    data: Any
    space: Space
    higher: bool
    given: Mapping[str, Any] = field(default_factory=dict)
    best: float | None = None
    counted: bool = True


WORKLOADS: dict[str, Callable[[], Workload]] = {
    "planted": lambda: Workload(
        planted,
        [0] * 10,
        Space.read(["rate=1e-5:1e-1:log", "width=8:128:log:int", "decay=0:1", "idle=0:1"]),
        True,
        best=truth(STEPS),
    ),
    "classifier": lambda: Workload(
        classifier,
        spirals(0),
        Space.read(["rate=1e-3:10:log", "width=4:64:log:int", "decay=1e-6:1e-1:log"]),
        False,
        {"higher_is_better": False},
    ),
    "digits": lambda: Workload(
        digits,
        handwritten(),
        Space.read(["rate=1e-4:1:log", "decay=1e-6:1e-1:log", "slowing=0:1"]),
        False,
        {"higher_is_better": False},
    ),
    "ring": lambda: Workload(
        gb.fit,
        "toy:ring",
        Space.read(
            ["generator.learning_rate=1e-4:1e-2:log", "critic.learning_rate=1e-4:1e-2:log", "ema=0.9,0.95,0.98,0.99"]
        ),
        False,
        {"settings": {"steps": STEPS, "batch": 64, "generator.channels": 32, "critic.channels": 32, "threads": 1}},
        counted=False,
    ),
}


def efficiency(names: list[str], seeds: int) -> tuple[int, int]:
    """Prints what grid and search come to; how many searches that count came within 5 %, of how many."""
    within = searches = 0
    for name in names:
        work = WORKLOADS[name]()
        with tempfile.TemporaryDirectory() as folder:
            grid, paid = searched(work, Path(folder) / "grid", search="grid", count=COUNT)
            found = [
                searched(
                    work,
                    Path(folder) / f"tpe-{seed}",
                    search="tpe",
                    pruning="hyperband",
                    training_steps=paid // 3,
                    seed=seed,
                )
                for seed in range(seeds)
            ]
        known = [grid.mean(), *(scores.mean() for scores, _ in found), *([] if work.best is None else [work.best])]
        best = max(known) if work.higher else min(known)
        print(f"\n{name}: best known {best:.4f}; grid {grid.mean():.4f} ± {error(grid):.4f} with {paid:,} steps")
        for seed, (scores, steps) in enumerate(found):
            off = best / scores.mean() if work.higher else scores.mean() / best
            within, searches = within + (work.counted and off <= WITHIN), searches + work.counted
            said = f"{scores.mean():.4f} ± {error(scores):.4f}, {100 * (off - 1):.1f} % off"
            print(f"  search {seed}: {said}, {steps:,} steps: {steps / paid:.2f} of it", flush=True)
    return within, searches


def error(scores: np.ndarray) -> float:
    """Standard error of their mean."""
    return float(scores.std(ddof=1) / len(scores) ** 0.5)


def searched(work: Workload, out: Path, **how: Any) -> tuple[np.ndarray, int]:
    """The winner's scores on fresh seeds, and the training steps of the search, those that confirm left out."""
    hyper(work.train, work.data, out=out, space=work.space, seeds=(0,), jobs=0, held_out=0.2, **{**work.given, **how})
    found = results(out)
    confirmed = [row for row, cell in enumerate(found.cells) if cell.startswith("confirm ")]
    scores = found.scores[confirmed[-1] if confirmed else 0]
    return scores[np.isfinite(scores)], steps_taken(found)


def steps_taken(found: Results) -> int:
    """Steps of the trials by which the winner was chosen: those of the search and of its finals."""
    by_rungs = any(UNTIL in settings for settings in found.plan.cells.values())
    rungs = {stage.steps: stage for stage in stages("hyperband", (0,), STEPS)} if by_rungs else {}
    known = [cell for cell, seed in found.trials if seed == 0]
    finals = [seed for _, seed in found.trials if 0 < seed < FRESH]
    return sum(steps_of(cell, rungs, Stage((0,), STEPS)) for cell in known) + STEPS * len(finals)


def sleeping(settings: Mapping[str, Any], seed: int, folder: Path) -> dict[str, float]:
    """A trial of about a second that needs no processor."""
    began = time.time()
    time.sleep(1.0)
    return {"score": float(settings["x"]), "began": began, "ended": time.time()}


def asleep(data: Any, *, x: float = 0.1, seed: int = 0) -> dict[str, float]:
    """The same for a search."""
    return sleeping({"x": x}, seed, Path())


def overhead(trials: int) -> None:
    """Prints how long a worker waits between two trials."""

    def planned(folder: Path) -> None:
        cells = {f"x {number}": {"x": number} for number in range(trials)}
        run_study(folder, Plan("What does it cost?", "By the clock.", cells, (0,)), sleeping, jobs=1)

    def searching(folder: Path) -> None:
        hyper(asleep, [0] * 9, out=folder, space={"x": Range(0.0, 1.0)}, search="tpe", trials=trials, fresh=0, jobs=1)

    for name, study in {"a plan": planned, "a TPE search": searching}.items():
        with tempfile.TemporaryDirectory() as folder:
            study(Path(folder) / "study")
            found = results(Path(folder) / "study")
        began, ended = (np.sort(found.detail(which).ravel()) for which in ("began", "ended"))
        waits = 1000 * (began[1:] - ended[:-1])
        print(
            f"overhead of {name}: {np.median(waits):.1f} ms [{waits.min():.1f}, {waits.max():.1f}] between trials "
            f"of 1 s = {np.median(waits) / 10:.2f} % (claim: at most 2 %; load {os.getloadavg()[0]:.1f})"
        )


def busy(settings: Mapping[str, Any], seed: int, folder: Path) -> float:
    """Fixed work on one core: about a second."""
    total = 0
    for number in range(36_000_000):
        total += number
    return float(total)


def bare(count: int, trials: int) -> None:
    """The same work by so many processes that do nothing else."""
    share = trials // count
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_repeat, args=(share,)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def _repeat(times: int) -> None:
    for _ in range(times):
        busy({}, 0, Path())


def jobs(trials: int) -> None:
    """Prints how much faster two jobs are than one, and two bare processes than one, in turns."""
    cells = {f"x {number}": {"x": number} for number in range(trials)}
    plan = Plan("How fast?", "By the clock.", cells, (0,))

    def study(count: int) -> Callable[[], object]:
        def run() -> None:
            with tempfile.TemporaryDirectory() as folder:
                run_study(Path(folder) / "study", plan, busy, jobs=count)

        return run

    plain = {name: partial(bare, count, trials) for name, count in (("one bare", 1), ("two bare", 2))}
    turns = machine.alternate({"one": study(1), "two": study(2), **plain}, rounds=3, warmup=0)
    figures = machine.ratio(turns["one"], turns["two"], clock="wall")
    most = machine.ratio(turns["one bare"], turns["two bare"], clock="wall")
    print(machine.spoken("two jobs against one", figures), f"(claim: at least 1.8x; load {os.getloadavg()[0]:.1f})")
    print(machine.spoken("two bare processes against one", most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("efficiency", "overhead", "jobs"), help="one claim")
    parser.add_argument("--workload", choices=WORKLOADS, action="append", help="of efficiency, only this")
    parser.add_argument("--seeds", type=int, default=5, help="searches of each workload")
    parser.add_argument("--trials", type=int, default=24, help="of the other two claims")
    options = parser.parse_args()
    print(machine.about())
    if options.only in (None, "overhead"):
        overhead(options.trials)
    if options.only in (None, "jobs"):
        jobs(options.trials)
    if options.only in (None, "efficiency"):
        within, searches = efficiency(options.workload or list(WORKLOADS), options.seeds)
        print(f"\nratio: {within / searches:.2f} of the searches within 5 % of the best known ({within} of {searches})")


if __name__ == "__main__":
    main()
