"""Whether more data would help: the score against the amount of data, and what augmentation does to that curve.

Every size is a draw of whole sources, each inside the next larger one of the same seed; every run is scored alike, and
a training by `ganbaru.fit` takes the same number of steps at every size. `judging.learning_curve` reads the answer.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, Unpack

import numpy as np

from ganbaru.errors import UserError
from ganbaru.studies import judging
from ganbaru.studies.answer import Answer, Graph, Grid, Series
from ganbaru.studies.drawing import Groups
from ganbaru.studies.judging.learning_curve import LEAST_SIZES, LearningCurve
from ganbaru.studies.judging.table import LEAST_SEEDS, tabulate
from ganbaru.studies.judging.zone import CANNOT_TELL, mostly_collapsed, number
from ganbaru.studies.kinds.frame import Options, answered, conduct, extremes, outcomes
from ganbaru.studies.plan import Plan
from ganbaru.studies.table import Results
from ganbaru.studies.trainee import SHARE, SIZE, Trainee, trainee

KIND = "data"
PLAIN = "plain"
"""The curve that the verdict is about; others stand beside it."""
_MOST_SIZES = 7
_SMALLEST = 16
"""Units in the smallest draw, if there are enough for the least number of sizes."""

Array = np.ndarray[Any, Any]


def data(
    train: Any,
    data: Any = None,
    *,
    out: str | os.PathLike[str],
    sizes: Iterable[int] | None = None,
    seeds: Iterable[int] = range(6),
    settings: Mapping[str, Any] | None = None,
    beside: Mapping[str, Mapping[str, Any]] | None = None,
    augment: Sequence[str] = (),
    groups: Groups | None = None,
    held_out: Any = SHARE,
    score: Any = None,
    higher_is_better: bool | None = None,
    worthwhile: float | None = None,
    **options: Unpack[Options],
) -> Answer:
    """Whether twice the data would help, and how much.

    Args:
        train: what is trained; see `ganbaru.studies.trainee.trainee`, as for ``data``, ``groups``, ``held_out``,
            ``score`` and ``higher_is_better``.
        data: what it learns.
        out: the study's folder; if a study of the same plan lies there, it goes on.
        sizes: amounts of data, in samples or, where these come from sources, in sources; at least five. By default all
            there is, and halves of it.
        seeds: of the draws and the trainings; at least three, and six to tell a curve beside from the plain one.
        settings: what every run is trained with.
        beside: settings of further curves by their names, such as ``{"with dropout": {"dropout": 0.5}}``.
        augment: of `ganbaru.fit`: augmentations, each a further curve.
        worthwhile: the gain that counts; by default what one seed differs from another at the larger half of the sizes.
        options: see `Options`.

    Returns:
        An answer with the verdict "still rising", "saturated", "ill-behaved" or "can't tell".

    Raises:
        UserError: there is too little to draw from, or something that was asked for is not known.
        Interrupted: Ctrl-C or SIGTERM; call it again to go on.
    """
    trial = trainee(train, data, groups=groups, held_out=held_out, score=score, higher_is_better=higher_is_better)
    amounts, seeds = _amounts(sizes, trial), tuple(seeds)
    if len(amounts) < LEAST_SIZES or len(seeds) < LEAST_SEEDS:
        raise UserError(f"a curve needs at least {LEAST_SIZES} sizes and {LEAST_SEEDS} seeds")
    curves = _curves(beside or {}, augment)
    cells = {
        _cell(size, curve): trial.cell(size, **{**(settings or {}), **curves[curve]})
        for curve, size in product(curves, amounts)
    }
    plan = Plan(_question(trial), _rule(worthwhile), cells, seeds)
    arguments = {
        "unit": trial.data.unit,
        "measure": trial.measure,
        "higher_is_better": trial.higher_is_better,
        "worthwhile": worthwhile,
    }
    return conduct(KIND, out, plan, trial, arguments, **options)


def judge(
    results: Results, *, unit: str, measure: str, higher_is_better: bool, worthwhile: float | None = None
) -> Answer:
    """The answer of a study's results.

    Args:
        results: what was found.
        unit: what amounts are counted in.
        measure: what the score is.
        higher_is_better: its direction.
        worthwhile: the gain that counts.
    """
    scores, collapsed = outcomes(results)
    rows = _rows(results)
    if worthwhile is None:
        worthwhile = _between_seeds(*rows[PLAIN], scores, collapsed)
    curves = {
        name: _judged(sizes, scores[of], collapsed[of], higher_is_better=higher_is_better, worthwhile=worthwhile)
        for name, (sizes, of) in rows.items()
    }
    found = curves[PLAIN]
    better = "higher" if higher_is_better else "lower"
    largest, seeds = f"{rows[PLAIN][0].max():,.0f} {unit}", f"{len(results.seeds)} seeds"
    tail = f" (in {measure}, {better} is better; up to {largest}, {seeds})"
    arms = _arms(rows, scores, collapsed, higher_is_better, worthwhile)
    return answered(
        KIND,
        results,
        verdict=found.verdict,
        sentence=found.said + tail,
        notes=_notes(arms),
        evidence=_evidence(found, rows[PLAIN][0]),
        graphs=[_graph(rows, scores, found, unit, measure)],
        grids=[_sizes(results, rows, scores, collapsed, unit, measure), *_beside(curves, arms)],
        change=_change(results, arms),
        **extremes(results, higher_is_better=higher_is_better),
    )


def doublings(units: int) -> list[int]:
    """All units and halves of them: seven amounts at most, five at least.

    Raises:
        UserError: there are not enough.
    """
    halvings = next(
        (k for k in range(_MOST_SIZES - 1, LEAST_SIZES - 1, -1) if units >> k >= _SMALLEST), LEAST_SIZES - 1
    )
    if units >> halvings < 2:
        least = 2 << halvings
        raise UserError(f"{units} to draw from are too few for a curve", hint=f"{least} would do, of five sizes")
    return [units >> k for k in range(halvings, -1, -1)]


def _curves(beside: Mapping[str, Mapping[str, Any]], augment: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    named = [augment] if isinstance(augment, str) else augment
    curves = {**beside, **{name: {"augment": [name]} for name in named}}
    if PLAIN in curves or "" in curves:
        raise UserError(f"a curve beside cannot be called {PLAIN!r}", hint="that is the name of the plain one")
    return {PLAIN: {}, **curves}


def _amounts(sizes: Iterable[int] | None, trial: Trainee) -> list[int]:
    return doublings(trial.units) if sizes is None else sorted({int(size) for size in sizes})


def _cell(size: int, curve: str) -> str:
    return f"{size}" if curve == PLAIN else f"{size}, {curve}"


def _question(trial: Trainee) -> str:
    return f"Would more data help? {trial.measure.capitalize()} against the number of {trial.data.unit}."


def _rule(worthwhile: float | None) -> str:
    counts = "what one seed differs from another at the larger sizes" if worthwhile is None else number(worthwhile)
    return (
        "Ill-behaved if the curve falls by more than noise (p < 0.01). Else, by a power law and its 95 % interval at "
        f"twice the largest size: still rising if the gain is over 0 and may reach {counts}, saturated if it is surely "
        "under that."
    )


def _rows(results: Results) -> dict[str, tuple[Array, Array]]:
    """Of each curve, in the plan's order, its sizes ``(K,)`` and the indices of its cells ``(K,)``, by size."""
    sizes = results.setting(SIZE)
    names = [cell.partition(", ")[2] or PLAIN for cell in results.cells]
    found = {}
    for name in dict.fromkeys(names):
        mine = np.array([index for index, each in enumerate(names) if each == name])
        order = mine[np.argsort(sizes[mine])]
        found[name] = sizes[order], order
    return found


def _judged(sizes: Array, scores: Array, collapsed: Array, **how: Any) -> LearningCurve:
    """The curve as it is judged, unless most of the runs at its larger half collapsed."""
    found = judging.learning_curve(sizes, scores, collapsed, **how)
    upper = collapsed[len(sizes) // 2 :]
    if why := mostly_collapsed(collapsed) if collapsed.all() else mostly_collapsed(upper, " at the larger amounts"):
        nothing: dict[str, Any] = {"doubling": None, "fall": None, "exponent": None, "sizes": sizes[:0]}
        return replace(found, verdict=CANNOT_TELL, said=why, band=np.zeros((0, 3)), **nothing)
    return found


def _between_seeds(sizes: Array, of: Array, scores: Array, collapsed: Array) -> float:
    """Spread over the seeds at the larger half of the sizes: with few samples it is often many times as large."""
    upper = slice(len(sizes) // 2, None)
    return tabulate(sizes[upper], scores[of][upper], collapsed[of][upper], higher_is_better=True).worthwhile


def _evidence(found: LearningCurve, sizes: Array) -> dict[str, Any]:
    fall = None if found.fall is None else found.fall.depth
    told = {"twice the data would bring": found.doubling, "exponent": found.exponent, "deepest fall": fall}
    known = {name: estimate for name, estimate in told.items() if estimate is not None}
    return {**known, "what counts": found.worthwhile, "largest amount": float(sizes.max())}


def _graph(rows: Mapping[str, Any], scores: Array, found: LearningCurve, unit: str, measure: str) -> Graph:
    series = [each for name, (sizes, of) in rows.items() for each in _curve(name, sizes, scores[of])]
    note = "Each dot is one run; a line joins the means."
    if len(found.band):
        low, law, high = found.band.T
        series.append(
            Series("power law, 95 % band", found.sizes.tolist(), law.tolist(), low.tolist(), high.tolist(), "band")
        )
        note += " The band is that of the refitted power law, to twice the largest amount and no further."
    return Graph(f"{measure} against the amount of data", unit, measure, series, log_x=True, note=note)


def _curve(name: str, sizes: Array, scores: Array) -> list[Series]:
    seeds = scores.shape[1]
    known = np.isfinite(scores)
    means = np.where(known, scores, 0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    dots = Series(name, np.repeat(sizes, seeds).tolist(), scores.ravel().tolist())
    return [dots, Series(name, sizes.tolist(), means.tolist(), drawn="line")]


def _sizes(results: Results, rows: Mapping[str, Any], scores: Array, collapsed: Array, unit: str, measure: str) -> Grid:
    samples = results.detail("samples")
    lines = [
        [name, float(size), _mean(samples[row]), *_summary(scores[row]), float(collapsed[row].sum())]
        for name, (sizes, of) in rows.items()
        for size, row in zip(sizes, of, strict=True)
    ]
    columns = ["curve", unit, "samples", "runs", f"mean {measure}", "sd over seeds", "collapsed"]
    return Grid("Every amount of data", columns, lines)


def _summary(scores: Array) -> tuple[float, float | None, float | None]:
    known = scores[np.isfinite(scores)]
    spread = float(known.std(ddof=1)) if len(known) > 1 else None
    return float(len(known)), _mean(known), spread


def _mean(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _arms(
    rows: Mapping[str, Any], scores: Array, collapsed: Array, higher_is_better: bool, worthwhile: float | None
) -> judging.Arms | None:
    """All curves compared with the plain one at its largest amount; None where there is no other."""
    top = rows[PLAIN][0].max()
    ends = {name: of[sizes == top] for name, (sizes, of) in rows.items() if (sizes == top).any()}
    if len(ends) < 2:
        return None
    cells = np.concatenate(list(ends.values()))
    return judging.compare_arms(
        list(ends),
        scores[cells],
        collapsed[cells],
        reference=PLAIN,
        higher_is_better=higher_is_better,
        worthwhile=worthwhile,
    )


def _beside(curves: Mapping[str, LearningCurve], arms: judging.Arms | None) -> list[Grid]:
    if arms is None:
        return []
    lines: list[list[Any]] = [
        [other, curves[other].said, pair.comparison.said, pair.corrected]
        for pair in arms.pairs
        for other in [pair.b if pair.a == PLAIN else pair.a]
    ]
    columns = ["curve", "more data", "at the largest amount", "p, corrected for all"]
    return [Grid("What stands beside", columns, lines)]


def _notes(arms: judging.Arms | None) -> Sequence[str]:
    return [] if arms is None else [f"at the largest amount: {arms.said}"]


def _change(results: Results, arms: judging.Arms | None) -> dict[str, Any] | None:
    """The settings of the curve beside that beats the plain one by the most, if any does."""
    gains = {} if arms is None else dict(filter(None, map(_gain, arms.pairs)))
    if not gains:
        return None
    named = {cell.partition(", ")[2] or PLAIN: settings for cell, settings in results.plan.cells.items()}
    best = named[max(gains, key=gains.__getitem__)]
    return {key: value for key, value in best.items() if named[PLAIN].get(key) != value}


def _gain(pair: judging.Versus) -> tuple[str, float] | None:
    """The curve beside and by how much it beats the plain one; None where it does not."""
    first = pair.b == PLAIN
    if pair.comparison.verdict != ("A is better" if first else "B is better"):
        return None
    return (pair.a if first else pair.b), abs(pair.comparison.difference.value)
