"""Which objective is best, when each was tuned alike?

A random search gives every objective the same number of settings to try, over both learning rates, momentum and the
strength of its constraint, on seeds of its own; the best of them is trained anew on fresh seeds, paired over
objectives, and only these count (Lucic et al. 2018, "Are GANs Created Equal?", found most to reach alike scores then).
The search is a study beside: ``OUT-search``.
"""

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.studies import judging
from ganbaru.studies.answer import Answer, Grid
from ganbaru.studies.judging.zone import CANNOT_TELL, number
from ganbaru.studies.kinds import paired
from ganbaru.studies.kinds.frame import Options, answered, conduct, extremes
from ganbaru.studies.kinds.hearing import hear
from ganbaru.studies.kinds.playing import Training, opened, training
from ganbaru.studies.of_fit import collapsed
from ganbaru.studies.plan import Plan
from ganbaru.studies.running import run_study
from ganbaru.studies.table import Results, results


class Family(NamedTuple):
    """An objective with its constraint, and between which strengths the search looks; 0 where it has none."""

    objective: str
    constraint: str
    least: float = 0.0
    most: float = 0.0


FAMILIES: dict[str, Family] = {
    "WGAN": Family("wasserstein", "clip", 0.02, 0.5),
    "WGAN-GP": Family("wasserstein", "gradient-penalty", 0.03, 10.0),
    "WGAN-LP": Family("wasserstein", "lipschitz-penalty", 0.03, 10.0),
    "NS-GAN": Family("nonsaturating", "none"),
    "NS-GAN, R1": Family("nonsaturating", "r1", 0.003, 10.0),
    "LS-GAN": Family("least-squares", "none"),
    "hinge": Family("hinge", "spectral-norm", 0.7, 3.0),
    "relativistic": Family("relativistic", "r1+r2", 0.003, 10.0),
}
RATES = (1e-4, 5e-3)
MOMENTA = (0.0, 0.5)
UPDATES = (1, 2, 5)
ALIKE, WORSE = "most are alike", "most are worse"
_COUNTED = {
    "modes": "modes",
    "high_quality": "high quality",
    "recognised": "any word",
    "labels_covered": "words covered",
    "diversity": "diversity",
}
"""Figures that are told beside the distance, and the heads of their columns."""
_FACTOR = 1.5
"""How many times as far away counts as worse."""
_POINTS = {"seconds": 6.0, "channels": 64, "batch": 128}
_SOUNDS = {"seconds": 20.0, "channels": 48, "batch": 32}
_DRAWN, _SEARCHED_WITH = 7001, 1000
_QUESTION = "Which objective is best, when each was tuned alike?"
_RULE = (
    "Distances to held-out samples of each objective's best setting on fresh seeds, over all worlds (mean logarithm), "
    "paired by seed, exact sign-flip tests with Holm's correction for all pairs (95 %). Most are alike if, for more "
    "than half of the others, the interval of the factor to the best mean lies within {factor:g}; most are worse if "
    "the best mean is better than more than half; else we can't tell."
)
_TUNING = "Which setting of each objective comes nearest? (the search before the comparison)"
_LOWEST = "The least distance of a setting, on the search's own seed."

Array = np.ndarray[Any, Any]


def objective(
    *,
    out: str | os.PathLike[str],
    worlds: Sequence[str] = ("toy:ring", "toy:grid"),
    families: Sequence[str] = tuple(FAMILIES),
    tries: int = 8,
    seconds: float | None = None,
    seeds: Iterable[int] | None = None,
    channels: int | None = None,
    batch: int | None = None,
    factor: float = _FACTOR,
    **options: Unpack[Options],
) -> Answer:
    """Compare objectives that had the same budget of tuning.

    Args:
        out: the study's folder; the search lies beside it, in a folder of this name and ``-search``.
        worlds: sources, each with a search of its own. Sounds are learned in the representation that `ganbaru.fit`
            would take, without their labels.
        families: of `FAMILIES`, at least two.
        tries: settings that each tries in each world.
        seconds: processor time of each training (s); by default 6 of points, 20 of sounds.
        seeds: fresh ones, paired over objectives; by default ten, or as many as it takes to tell so many apart.
        channels: width of both networks; by default 64 of points, 48 of sounds.
        batch: samples in a batch; by default 128 of points, 32 of sounds.
        factor: how many times as far away counts as worse.
        options: see `Options`.

    Raises:
        UserError: a family is unknown, a seed is one of the search's, or as `conduct`.
    """
    for name in families:
        if name not in FAMILIES:
            raise unknown("objective of this study", name, FAMILIES)
    fresh = paired.seeds_of(seeds, len(families))
    if _SEARCHED_WITH in fresh:
        raise UserError(f"the seed {_SEARCHED_WITH} chooses the settings", hint="compare them on other seeds")
    given = {"seconds": seconds, "channels": channels, "batch": batch}
    asked = {name: value for name, value in given.items() if value is not None}
    tried = {
        f"{world}, {name}, {number}": {"arm": name, "world": world, **_usual(world), **asked, **drawn(name, number)}
        for world in worlds
        for name in families
        for number in range(tries)
    }
    beside = Path(f"{os.path.abspath(out)}-search")
    search = run_study(beside, Plan(_TUNING, _LOWEST, tried, (_SEARCHED_WITH,)), trial, **options)
    won = {f"{world}, {name}": winner(search, name, world) for world in worlds for name in families}
    plan = Plan(_QUESTION, _RULE.format(factor=factor), won, fresh)
    return conduct("objective", out, plan, trial, {"factor": factor, "tries": tries}, **options)


def _usual(world: str) -> dict[str, Any]:
    """What a training of a source takes where nothing is asked for."""
    return dict(_POINTS if opened(world).kind == "points" else _SOUNDS)


def drawn(family: str, number: int) -> dict[str, Any]:
    """The settings that a family tries as its so-manieth: rates and strength even on a logarithmic scale."""
    rng = np.random.default_rng([_DRAWN, list(FAMILIES).index(family), number])
    kind = FAMILIES[family]
    chosen = {
        "generator.learning_rate": _rounded(_between(rng, *RATES)),
        "critic.learning_rate": _rounded(_between(rng, *RATES)),
        "beta": float(rng.choice(MOMENTA)),
        "n_critic": int(rng.choice(UPDATES)),
    }
    strength = {"constraint_strength": _rounded(_between(rng, kind.least, kind.most))} if kind.most else {}
    return {**chosen, **strength}


def winner(search: Results, family: str, world: str) -> dict[str, Any]:
    """The settings of a family that came nearest in a world; the first tried where all of them collapsed."""
    cells = [name for name, each in search.plan.cells.items() if (each["arm"], each["world"]) == (family, world)]
    ended = {name: search.trials[name, _SEARCHED_WITH] for name in cells}
    fine = {name: float(each.score) for name, each in ended.items() if each.details.get("collapsed") == 0}
    return dict(search.plan.cells[min(fine, key=fine.__getitem__) if fine else cells[0]])


def trial(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """One training; the score is the distance to held-out samples when its time is up."""
    kind = FAMILIES[settings["arm"]]
    chosen: dict[str, Any] = {"objective": kind.objective, "constraint": kind.constraint, "labels": "none"}
    chosen |= {name: settings[name] for name in ("batch", "n_critic", "constraint_strength") if name in settings}
    options = {"optimizer": "adam", "optimizer_options": {"betas": [settings["beta"], 0.99]}}
    for side in ("generator", "critic"):
        rate = settings[f"{side}.learning_rate"]
        chosen[side] = {"channels": settings["channels"], "learning_rate": rate, **options}
    with training(settings["world"], chosen, seed, seconds=settings["seconds"]) as played:
        while played.progress < 1 and played.finite:
            played.step()
        return _outcome(played, settings["world"], folder)


def _outcome(played: Training, world: str, folder: Path) -> dict[str, Any]:
    told = {"steps": played.steps, "seconds_a_step": played.seconds / max(1, played.steps)}
    if not played.finite:
        return {"score": math.nan, "collapsed": 1, **told}
    measured = played.figures() if played.session.source.kind == "points" else hear(played, world, folder)[0]
    figures = {name: float(figure.value) for name, figure in measured.items()}
    kept = {name: figures[name] for name in _COUNTED if name in figures}
    return {
        "score": figures["distance"],
        "distance": figures["distance"],
        "collapsed": int(collapsed(measured)),
        **kept,
        **told,
    }


def judge(results: Results, *, factor: float, tries: int) -> Answer:
    """The answer; trainings that are missing are left out and said.

    Args:
        results: of the comparison on fresh seeds.
        factor: how many times as far away counts as worse.
        tries: settings that each objective tried in each world.
    """
    names, fell = paired.named(results, "arm"), paired.collapsed(results)
    distances = paired.told(results, "distance")
    arms = judging.compare_arms(
        names, paired.logs(distances), fell, higher_is_better=False, worthwhile=math.log(factor)
    )
    outcomes = paired.outcomes(distances, fell)
    counts = _counts(arms, paired.first(outcomes, names), names)
    verdict = _verdict(counts, len(names) - 1)
    return answered(
        "objective",
        results,
        verdict=verdict,
        sentence=_sentence(verdict, counts, paired.ranked(arms, outcomes, names), fell, len(names) - 1, factor),
        evidence=_evidence(counts, distances, names),
        graphs=[
            paired.dots(f"{world}: distance to held-out samples", names, distances[:, index], "distance", log_y=True)
            for index, world in enumerate(paired.named(results, "world"))
        ],
        grids=[_grid(results, names), paired.pairs_grid("On fresh seeds", arms), _settings(results)],
        notes=_notes(results, tries),
        **extremes(results, higher_is_better=False),
    )


def _counts(arms: judging.Arms, first: str | None, names: Sequence[str]) -> dict[str, int]:
    """How many of the other arms are alike with the one of the best mean, and how many are shown to be worse."""
    if first is None:
        return {"alike": 0, "worse": 0}
    others = [paired.against(arms, first, name) for name in names if name != first]
    alike = sum(pair is not None and pair.comparison.verdict == "alike" for pair in others)
    worse = sum(paired.better(arms, first, name) for name in names if name != first)
    return {"alike": alike, "worse": worse}


def _verdict(counts: dict[str, int], others: int) -> str:
    if counts["alike"] > others / 2:
        return ALIKE
    return WORSE if counts["worse"] > others / 2 else CANNOT_TELL


def _sentence(verdict: str, counts: dict[str, int], ranked: str, fell: Array, others: int, factor: float) -> str:
    return (
        f"{verdict}: after the same tuning, of {others} objectives {counts['alike']} are shown to lie within a factor "
        f"of {number(factor)} of the best mean, {counts['worse']} to be worse; {ranked}; "
        f"{int(fell.sum())} of {fell.size} seeds saw a collapse"
    )


def _evidence(counts: dict[str, int], distances: Array, names: list[str]) -> dict[str, Any]:
    means = {name: paired.factor(paired.mean_of(row)) for name, row in zip(names, paired.logs(distances), strict=True)}
    return {**{name: float(count) for name, count in counts.items()}, **{f"{n}: distance": e for n, e in means.items()}}


def _grid(results: Results, names: list[str]) -> Grid:
    logs = paired.logs(paired.told(results, "distance"))
    known = [name for name in _COUNTED if np.isfinite(paired.told(results, name)).any()]
    told = {name: paired.told(results, name).mean(axis=1) for name in (*known, "steps")}
    fell = paired.told(results, "collapsed")
    rows = list[list[Any]]()
    for index, name in enumerate(names):
        means = {key: paired.mean_of(values[index]) for key, values in told.items()}
        distance = paired.factor(paired.mean_of(logs[index]))
        rows.append([name, distance, *means.values(), int(np.nansum(fell[index]))])
    columns = ("objective", "distance", *(_COUNTED[name] for name in known), "steps", "collapsed runs")
    note = (
        "Fresh seeds; geometric mean of the distances, means of the others, over worlds and seeds, with 95 % intervals "
        "of exact tests, one arm at a time. Collapsed: a loss was no number any more, or under half of the modes or of "
        "the variety."
    )
    return Grid("By objective", columns, rows, note)


def _settings(results: Results) -> Grid:
    keys = ("n_critic", "generator.learning_rate", "critic.learning_rate", "beta", "constraint_strength")
    rows = list[list[Any]]()
    for name, each in results.plan.cells.items():
        rows.append([name, *(each.get(key) for key in keys)])
    return Grid("What the search chose", ("world and objective", *keys), rows)


def _notes(found: Results, tries: int) -> list[str]:
    shared = next(iter(found.plan.cells.values()))
    return [
        f"Each objective tried {tries} settings in each world, drawn at random over both rates, momentum, updates of "
        f"the critic and the strength of its constraint; every training takes {number(shared['seconds'])} s of "
        "processor time on one thread, with falling rates and a moving average.",
        "The winners were trained anew on seeds that had no part in choosing them.",
        "The seed changes networks, order of the data and latents together, and is shared by the objectives.",
        *_search_cost(found),
        f"Cost: {paired.cost(found)}.",
    ]


def _search_cost(found: Results) -> list[str]:
    """What the search took, where it lies beside."""
    beside = Path(f"{os.path.abspath(found.folder)}-search")
    if not (beside / "plan.json").exists():
        return []
    search = results(beside)
    lost = int((search.detail("collapsed") == 1).sum())
    return [f"The search: {paired.cost(search)}; {lost} of them collapsed."]


def _between(rng: np.random.Generator, least: float, most: float) -> float:
    return float(np.exp(rng.uniform(math.log(least), math.log(most))))


def _rounded(value: float) -> float:
    """Three digits, as a reader would write it."""
    return float(f"{value:.3g}")
