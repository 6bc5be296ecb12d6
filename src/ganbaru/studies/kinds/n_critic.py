"""Do repeated critic updates pay for their time? Quality at equal time and at equal steps, and the critic's word.

Every arm is a Wasserstein game whose networks learn at one and the same rate, as published; only the number of critic
updates before each generator update differs. One training answers both questions: its rates stand still, and the
generator's moving average is measured as it passes marks of processor time, and of generator steps.
"""

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import torch

from ganbaru.distances import wasserstein
from ganbaru.errors import UserError
from ganbaru.studies import judging
from ganbaru.studies.answer import Answer, Graph, Grid, Series
from ganbaru.studies.judging.zone import CANNOT_TELL, interval, number
from ganbaru.studies.kinds import paired
from ganbaru.studies.kinds.frame import Options, answered, conduct
from ganbaru.studies.kinds.playing import Training, training
from ganbaru.studies.plan import Plan
from ganbaru.studies.table import Results
from ganbaru.training.critic_word import critic_w1
from ganbaru.training.step import generate

ADAPTIVE = "adaptive"
ARMS: tuple[int | str, ...] = (1, 2, 5, 10, 25, ADAPTIVE)
MARKS = (0.25, 0.5, 1.0)
"""Shares of the time, and of the steps, at which quality is measured."""
PAYS, NOT = "more updates pay", "more updates do not pay"
FRONT, BEHIND, EARLY = "on the front", "behind it", "behind it early"
_PUBLISHED = 5
_POINTS, _RESAMPLES = 400, 10
_QUESTION = "Do repeated critic updates pay for their time?"
_RULE = (
    "At equal processor time, over all worlds (mean logarithm of the distance to held-out samples), paired by seed: "
    "more updates pay if the published 5 are better than 1, they do not pay if 1 is better than 5, by the exact test "
    "with Holm's correction for all pairs (95 %); else we can't tell. A number of updates is on the front if at "
    "no mark of time some other is better than it."
)

Array = np.ndarray[Any, Any]


def n_critic(
    *,
    out: str | os.PathLike[str],
    worlds: Sequence[str] = ("toy:ring", "toy:grid"),
    arms: Sequence[int | str] = ARMS,
    seconds: float = 8.0,
    steps: int = 300,
    seeds: Iterable[int] | None = None,
    constraint: str = "gradient-penalty",
    constraint_strength: float = 0.1,
    learning_rate: float = 1e-3,
    channels: int = 64,
    batch: int = 128,
    **options: Unpack[Options],
) -> Answer:
    """Quality by the number of critic updates, at equal processor time and at equal generator steps.

    Args:
        out: the study's folder.
        worlds: toy worlds, of which exact distances are known.
        arms: numbers of updates, and "adaptive".
        seconds: processor time of each training (s); steps: generator steps that each does at least.
        seeds: paired over arms; by default ten, or as many as it takes to tell so many apart.
        constraint: on the critic; constraint_strength: its one number.
        learning_rate: of both networks.
        channels: width of both networks.
        batch: points in a batch.
        options: see `Options`.

    Raises:
        UserError: a world is none of points, or as `conduct`.
    """
    if strange := [world for world in worlds if not world.startswith("toy:")]:
        raise UserError(f"{strange[0]} has no exact distances that are known", hint="choose toy worlds")
    shared = {
        "seconds": seconds,
        "steps": steps,
        "constraint": constraint,
        "constraint_strength": constraint_strength,
        "learning_rate": learning_rate,
        "channels": channels,
        "batch": batch,
    }
    cells = {
        f"{world}, {arm}": {"arm": str(arm), "world": world, "n_critic": arm, **shared}
        for world in worlds
        for arm in arms
    }
    return conduct(
        "n-critic", out, Plan(_QUESTION, _RULE, cells, paired.seeds_of(seeds, len(arms))), trial, {}, **options
    )


def trial(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """One training; the score is the distance to held-out points when its time is up."""
    network = {
        "channels": settings["channels"],
        "learning_rate": settings["learning_rate"],
        "optimizer": "adam",
        "optimizer_options": {"betas": [0.0, 0.9]},
    }
    chosen = {
        "objective": "wasserstein",
        "generator": network,
        "critic": network,
        "decay": "none",
        **{name: settings[name] for name in ("n_critic", "constraint", "constraint_strength", "batch")},
    }
    with training(settings["world"], chosen, seed) as played:
        return _marked(played, settings["seconds"], settings["steps"])


def _marked(played: Training, seconds: float, steps: int) -> dict[str, Any]:
    """Plays until both marks are passed, and tells what was measured at each."""
    times, counts = [share * seconds for share in MARKS], [max(1, round(share * steps)) for share in MARKS]
    by_time, by_steps, told = list[float](), list[float](), dict[str, Any]()
    while played.finite and (times or counts):
        played.step()
        if times and played.seconds >= times[0]:
            times.pop(0)
            by_time.append(_distance(played))
            told |= {} if times else {**_modes(played), **_word(played), "steps": played.steps}
        if counts and played.steps >= counts[0]:
            counts.pop(0)
            by_steps.append(_distance(played))
            told |= {} if counts else {f"{name}_at_steps": value for name, value in _word(played).items()}
    lost = [math.nan] * len(MARKS)
    by_time, by_steps = (by_time + lost)[: len(MARKS)], (by_steps + lost)[: len(MARKS)]
    return {
        **told,
        "score": by_time[-1],
        **{f"by_time_{index}": value for index, value in enumerate(by_time) if math.isfinite(value)},
        **{f"by_steps_{index}": value for index, value in enumerate(by_steps) if math.isfinite(value)},
        "seconds_a_step": played.seconds / max(1, played.steps),
        "updates_a_step": played.updates / max(1, played.steps),
        "collapsed": int(not played.finite),
    }


def _distance(played: Training) -> float:
    """Sliced W1 of 2,500 points of the averaged generator to held-out ones."""
    return float(played.figures()["distance"].value)


def _modes(played: Training) -> dict[str, float]:
    figures = played.figures()
    return {name: float(figures[name].value) for name in ("modes", "high_quality") if name in figures}


def _word(played: Training) -> dict[str, float]:
    """W1 as the critic proves it, its steepness divided out, and as it is, between held-out and generated points."""
    session = played.session
    batch = session.held_out.deal(0, session.device)
    real, _ = session.held_out.feed.take(np.arange(min(_POINTS, len(session.held_out.feed))))
    z = torch.randn(len(real), batch.latents.shape[1], generator=torch.Generator().manual_seed(session.config.seed))
    with torch.no_grad():
        fake = generate(session.game.generator, z, None)
    exact = wasserstein(real.numpy(), fake.numpy(), of="distributions", resamples=_RESAMPLES).value
    word = critic_w1(session.game, session.held_out, session.device).value
    return {"exact": exact, "word": word, "word_share": word / exact if exact > 0 else math.nan}


def judge(results: Results) -> Answer:
    """The answer; trainings that are missing are left out and said."""
    names, fell = paired.named(results, "arm"), paired.collapsed(results)
    by_time = [paired.logs(paired.told(results, f"by_time_{index}")) for index in range(len(MARKS))]
    by_steps = paired.logs(paired.told(results, f"by_steps_{len(MARKS) - 1}"))
    ruled = [judging.compare_arms(names, each, fell, higher_is_better=False) for each in by_time]
    at_steps = judging.compare_arms(names, by_steps, fell, higher_is_better=False)
    verdict = _verdict(ruled[-1])
    return answered(
        "n-critic",
        results,
        verdict=verdict,
        sentence=_sentence(results, verdict, ruled, at_steps, names),
        evidence=_evidence(results, names),
        graphs=_graphs(results, names),
        grids=[
            _grid(results, names, ruled),
            paired.pairs_grid("At equal processor time", ruled[-1]),
            paired.pairs_grid("At equal generator steps", at_steps),
        ],
        notes=_notes(results),
    )


def _verdict(arms: judging.Arms) -> str:
    if paired.better(arms, "1", str(_PUBLISHED)):
        return NOT
    return PAYS if paired.better(arms, str(_PUBLISHED), "1") else CANNOT_TELL


def front(ruled: Sequence[judging.Arms], name: str, names: Sequence[str]) -> str:
    """Where an arm stands against the front of time and quality.

    Args:
        ruled: the comparison at each mark of time, in order.
        name: of the arm; names: of all.

    Returns:
        "behind it" where some arm is shown to be better at the last mark, "behind it early" where one is at an earlier
        mark only; "on the front" where none is at any, and some other is shown to be worse at the last; else "can't
        tell".
    """
    beaten = [any(paired.better(arms, other, name) for other in names) for arms in ruled]
    if any(beaten):
        return BEHIND if beaten[-1] else EARLY
    return FRONT if any(paired.better(ruled[-1], name, other) for other in names) else CANNOT_TELL


def _multiplier(results: Results, name: str) -> Any:
    """Processor time of a generator step over that with one update, by seed and world."""
    told = paired.told(results, "seconds_a_step")
    names = paired.named(results, "arm")
    if "1" not in names:
        return None
    ratio = np.log(told[names.index(name)] / told[names.index("1")])
    return paired.factor(paired.mean_of(ratio.mean(axis=0)))


def _proved(results: Results, name: str) -> str:
    """The critic's word over the exact W1 when the time is up."""
    share = paired.told(results, "word_share")[paired.named(results, "arm").index(name)]
    return interval(paired.mean_of(share.mean(axis=0)))


def _sentence(
    results: Results, verdict: str, ruled: list[judging.Arms], at_steps: judging.Arms, names: list[str]
) -> str:
    said = [f"{verdict}: at equal processor time {ruled[-1].said}"]
    if {"1", "5"} <= set(names):
        said = [
            f"{verdict}: at equal processor time {paired.said(ruled[-1], '1', '5')}",
            f"at equal steps {paired.said(at_steps, '1', '5')}",
            f"a step with 5 updates costs {interval(_multiplier(results, '5'))} times one with 1",
            f"of the exact W1 the critic proves {_proved(results, '1')} with 1 update, {_proved(results, '5')} with 5",
        ]
    if ADAPTIVE in names:
        updates = paired.mean_of(paired.told(results, "updates_a_step")[names.index(ADAPTIVE)].mean(axis=0))
        place = front(ruled, ADAPTIVE, names)
        placed = f"{CANNOT_TELL} where the adaptive number stands" if place == CANNOT_TELL else f"adaptive is {place}"
        placed += ", and no more when the time is up" if place == EARLY else ""
        said.append(f"{placed}; it takes {interval(updates)} updates a step")
    return "; ".join(said)


def _grid(results: Results, names: list[str], ruled: list[judging.Arms]) -> Grid:
    last = len(MARKS) - 1
    values = {by: paired.logs(paired.told(results, f"by_{by}_{last}")) for by in ("time", "steps")}
    word = paired.told(results, "word_share").mean(axis=1)
    updates, fell = paired.told(results, "updates_a_step").mean(axis=1), paired.collapsed(results)
    rows = list[list[Any]]()
    for index, name in enumerate(names):
        at_time, at_steps = (paired.factor(paired.mean_of(each[index])) for each in values.values())
        place = front(ruled, name, names)
        rows.append(
            [
                name,
                paired.mean_of(updates[index]),
                _multiplier(results, name),
                at_time,
                at_steps,
                paired.mean_of(word[index]),
                int(fell[index].sum()),
                place,
            ]
        )
    columns = (
        "updates a step",
        "updates taken",
        "cost of a step",
        "distance at equal time",
        "distance at equal steps",
        "critic's word / exact W1",
        "collapsed",
        "front",
    )
    note = (
        "Means over seeds with 95 % intervals of exact tests, one arm at a time; distances are geometric means over "
        "worlds. Cost: processor time of a generator step over that with one update. Word: W1 as the critic proves it "
        "on held-out points when the time is up, over the exact one."
    )
    return Grid("By number of critic updates", columns, rows, note)


def _graphs(results: Results, names: list[str]) -> list[Graph]:
    last, worlds = len(MARKS) - 1, paired.named(results, "world")
    graphs = []
    for index, world in enumerate(worlds):
        times = paired.told(results, f"by_time_{last}")[:, index]
        graphs.append(paired.dots(f"{world}, equal processor time", names, times, _DISTANCE, log_y=True))
        steps = paired.told(results, f"by_steps_{last}")[:, index]
        graphs.append(paired.dots(f"{world}, equal steps", names, steps, _DISTANCE, log_y=True))
    seconds = float(next(iter(results.plan.cells.values()))["seconds"])
    means = np.array([np.exp(_means(paired.logs(paired.told(results, f"by_time_{k}")))) for k in range(len(MARKS))])
    lines = [
        Series(name, [share * seconds for share in MARKS], means[:, index].tolist(), drawn="line")
        for index, name in enumerate(names)
    ]
    note = "Geometric means over worlds and seeds."
    curve = Graph(
        "Quality by processor time", "processor time (s)", _DISTANCE, lines, log_x=True, log_y=True, note=note
    )
    word = paired.told(results, "word_share").reshape(len(names), -1)
    proved = paired.dots(
        "What the critic proves of W1", names, word, "its word / exact W1", levels={"all": 1.0, "nothing": 0.0}
    )
    return [curve, *graphs, proved]


_DISTANCE = "distance to held-out points (sliced W1)"


def _means(values: Array) -> Array:
    """Means over seeds, NaN where there is none."""
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan))


def _evidence(results: Results, names: list[str]) -> dict[str, Any]:
    told = {f"{name}: cost of a step": _multiplier(results, name) for name in names if name != "1"}
    word = paired.told(results, "word_share").mean(axis=1)
    told |= {f"{name}: word / exact W1": paired.mean_of(word[index]) for index, name in enumerate(names)}
    return {name: value for name, value in told.items() if value is not None}


def _notes(results: Results) -> list[str]:
    shared = next(iter(results.plan.cells.values()))
    return [
        f"Each training: {number(shared['seconds'])} s of processor time on one thread and at least {shared['steps']} "
        f"generator steps; {shared['constraint']} of {shared['constraint_strength']}, both rates "
        f"{shared['learning_rate']}, no schedule; the arms were not tuned one by one.",
        "The seed changes networks, order of the data and latents together, and is shared by the arms.",
        "Processor time is counted without measuring; on a busy machine it varies between trainings by more than the "
        "steps do.",
        f"Cost: {paired.cost(results)}.",
    ]
