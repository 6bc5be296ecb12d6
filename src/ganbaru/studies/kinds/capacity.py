"""Whether the model is too small for its data: the score against the width of each network, or any other size.

Each size is changed alone, the others staying at their present value, at the same number of steps and on the same
seeds. `judging.capacity` reads the answer for each.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from ganbaru.errors import UserError
from ganbaru.studies import judging
from ganbaru.studies.answer import Answer, Graph, Grid, Series
from ganbaru.studies.drawing import Groups
from ganbaru.studies.judging.table import LEAST_SEEDS
from ganbaru.studies.judging.zone import CANNOT_TELL, mostly_collapsed, number
from ganbaru.studies.kinds.frame import Options, answered, conduct, extremes, outcomes
from ganbaru.studies.of_fit import OfFit
from ganbaru.studies.plan import Plan
from ganbaru.studies.table import Results
from ganbaru.studies.trainee import NOTHING, SHARE, Trainee, trainee

KIND = "capacity"
FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of the present width, what is tried where no widths are given."""
NETWORKS = ("generator.channels", "critic.channels")
"""What is tried with `ganbaru.fit` where nothing is named."""

Array = np.ndarray[Any, Any]
Sizes = Mapping[str, Iterable[float]]


def capacity(
    train: Any,
    data: Any = None,
    *,
    out: str | os.PathLike[str],
    sizes: Sizes | Sequence[str] | None = None,
    present: Mapping[str, float] | None = None,
    seeds: Iterable[int] = range(6),
    settings: Mapping[str, Any] | None = None,
    groups: Groups | None = None,
    held_out: Any = SHARE,
    score: Any = None,
    higher_is_better: bool | None = None,
    worthwhile: float | None = None,
    **options: Unpack[Options],
) -> Answer:
    """Whether a larger model would be better.

    Args:
        train: what is trained; see `ganbaru.studies.trainee.trainee`, as for ``data``, ``groups``, ``held_out``,
            ``score`` and ``higher_is_better``.
        data: what it learns.
        out: the study's folder; if a study of the same plan lies there, it goes on.
        sizes: settings that say how large the model is, and the values of each; or the names alone, for a quarter to
            four times what each is at present. By default the channels of generator and critic of `ganbaru.fit`.
        present: what each is at present, where the trainee does not say.
        seeds: of the trainings; at least three.
        settings: what every run is trained with beside.
        worthwhile: the gain that counts; by default what one seed differs from another.
        options: see `Options`.

    Returns:
        An answer with the verdict "too small", "large enough" or "can't tell", and one for each setting.

    Raises:
        UserError: what was asked for is not known, or not possible.
        Interrupted: Ctrl-C or SIGTERM; call it again to go on.
    """
    trial = trainee(train, data, groups=groups, held_out=held_out, score=score, higher_is_better=higher_is_better)
    fixed, seeds = dict(settings or {}), tuple(seeds)
    named = _named(sizes, trial)
    here = {name: _present(name, trial, {**fixed, **(present or {})}) for name in named}
    if len(seeds) < LEAST_SEEDS:
        raise UserError(f"a study of capacity needs at least {LEAST_SEEDS} seeds")
    cells = {"present": trial.cell(**{**fixed, **here})}
    for name, values in named.items():
        for value in sorted({*(values or _around(here[name])), here[name]} - {here[name]}):
            cells[f"{name} {value}"] = trial.cell(**{**fixed, **here, name: value})
    plan = Plan(_question(named, trial), _rule(worthwhile), cells, seeds)
    arguments = {
        "present": here,
        "measure": trial.measure,
        "higher_is_better": trial.higher_is_better,
        "worthwhile": worthwhile,
    }
    return conduct(KIND, out, plan, trial, arguments, **options)


def judge(
    results: Results,
    *,
    present: Mapping[str, float],
    measure: str,
    higher_is_better: bool,
    worthwhile: float | None = None,
) -> Answer:
    """The answer of a study's results.

    Args:
        results: what was found.
        present: each size that was changed, and what it is at present.
        measure: what the score is.
        higher_is_better: its direction.
        worthwhile: the gain that counts.
    """
    scores, collapsed = outcomes(results)
    rows = {name: _rows(results, name, present) for name in present}
    found = {
        name: _judged(
            sizes,
            scores[of],
            present[name],
            collapsed[of],
            higher_is_better=higher_is_better,
            worthwhile=worthwhile,
        )
        for name, (sizes, of) in rows.items()
    }
    small = [name for name, each in found.items() if each.verdict == "too small"]
    better = "higher" if higher_is_better else "lower"
    said = "; ".join(f"{name} = {present[name]} is {each.said}" for name, each in found.items())
    return answered(
        KIND,
        results,
        verdict=_together([each.verdict for each in found.values()]),
        sentence=f"{said} (in {measure}, {better} is better; {len(results.seeds)} seeds)".replace(
            " is can't", ": can't"
        ),
        evidence=_evidence(found),
        graphs=[_graph(name, *rows[name], scores, present[name], measure) for name in present],
        grids=[_settings(found, present), _all(results, rows, scores, collapsed, measure)],
        change={name: _enough(found[name], *rows[name], scores, present[name], higher_is_better) for name in small}
        or None,
        **extremes(results, higher_is_better=higher_is_better),
    )


def _judged(sizes: Array, scores: Array, present: float, collapsed: Array, **how: Any) -> judging.Capacity:
    """The setting as it is judged, unless most of the runs at its present value and over it collapsed."""
    found = judging.capacity(sizes, scores, present, collapsed, **how)
    if why := mostly_collapsed(collapsed[sizes >= present], " at the present size or over it"):
        return replace(found, verdict=CANNOT_TELL, said=why, gain=None, knee=None)
    return found


def _named(sizes: Sizes | Sequence[str] | None, trial: Trainee) -> dict[str, tuple[float, ...] | None]:
    if sizes is None and not isinstance(trial, OfFit):
        raise UserError("it is not said what makes the model larger", hint='give sizes={"hidden": [8, 16, 32]}')
    if isinstance(sizes, str):
        sizes = [sizes]
    if sizes is None or not isinstance(sizes, Mapping):
        return dict.fromkeys(sizes or NETWORKS)
    return {name: tuple(values) for name, values in sizes.items()}


def _present(name: str, trial: Trainee, given: Mapping[str, Any]) -> float:
    value = trial.present(name, given)
    if value is NOTHING or isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise UserError(f"it is not known what {name} is at present", hint=f'give present={{"{name}": 32}}')
    return _whole(value)


def _whole(value: float) -> float:
    """As a whole number, where it is one."""
    return int(value) if int(value) == value else float(value)


def _around(present: float) -> list[int]:
    return [max(1, round(factor * present)) for factor in FACTORS]


def _question(named: Iterable[str], trial: Trainee) -> str:
    return f"Is the model too small for its data? {trial.measure.capitalize()} against {' and '.join(named)}."


def _rule(worthwhile: float | None) -> str:
    counts = "the difference between two seeds" if worthwhile is None else number(worthwhile)
    return (
        "Too small if the best larger one is better by more than noise (95 %, all larger ones counted as looked at), "
        f"perhaps by {counts}; large enough if each larger one surely brings less than that."
    )


def _rows(results: Results, name: str, present: Mapping[str, float]) -> tuple[Array, Array]:
    """The sizes ``(K,)`` that a setting took while the others stood still, and the indices of those cells ``(K,)``."""
    others = [other for other in present if other != name]
    cells = list(results.plan.cells.values())
    mine = [index for index, cell in enumerate(cells) if all(cell[other] == present[other] for other in others)]
    order = np.array(sorted(mine, key=lambda index: float(cells[index][name])))
    return results.setting(name)[order], order


def _together(verdicts: Sequence[str]) -> str:
    if "too small" in verdicts:
        return "too small"
    return "large enough" if set(verdicts) == {"large enough"} else CANNOT_TELL


def _evidence(found: Mapping[str, judging.Capacity]) -> dict[str, Any]:
    gains = {f"{name}: what the best larger one brings": each.gain for name, each in found.items() if each.gain}
    return {**gains, **{f"{name}: what counts": each.worthwhile for name, each in found.items()}}


def _enough(
    found: judging.Capacity, sizes: Array, of: Array, scores: Array, present: float, higher_is_better: bool
) -> float:
    """The least size that loses too little to count, if it is larger than the present one; else the best larger one."""
    if found.knee is not None and present < found.knee.value < np.inf:
        return _whole(found.knee.value)
    means = np.array([_mean(row) for row in scores[of]], dtype=float) * (1 if higher_is_better else -1)
    return _whole(sizes[np.nanargmax(np.where(sizes > present, means, -np.inf))])


def _graph(name: str, sizes: Array, of: Array, scores: Array, present: float, measure: str) -> Graph:
    mine = scores[of]
    dots = Series("runs", np.repeat(sizes, mine.shape[1]).tolist(), mine.ravel().tolist())
    means = Series(
        "runs", sizes.tolist(), [np.nan if (mean := _mean(row)) is None else mean for row in mine], drawn="line"
    )
    return Graph(
        f"{measure} against {name}", name, measure, [dots, means], log_x=True, marks={"present": float(present)}
    )


def _settings(found: Mapping[str, judging.Capacity], present: Mapping[str, float]) -> Grid:
    """What the checkup reads: one row a setting, its verdict in the third column."""
    lines = [[name, present[name], each.verdict, each.gain, each.knee, each.said] for name, each in found.items()]
    columns = ["setting", "present", "verdict", "gain of the best larger one", "least that is enough", "said"]
    return Grid("Every setting", columns, lines)


def _all(
    results: Results, rows: Mapping[str, tuple[Array, Array]], scores: Array, collapsed: Array, measure: str
) -> Grid:
    seconds = results.cpu_seconds
    lines = [
        [
            name,
            float(size),
            float(np.isfinite(scores[row]).sum()),
            _mean(scores[row]),
            float(collapsed[row].sum()),
            _mean(seconds[row]),
        ]
        for name, (sizes, of) in rows.items()
        for size, row in zip(sizes, of, strict=True)
    ]
    columns = ["setting", "size", "runs", f"mean {measure}", "collapsed", "processor time (s)"]
    return Grid("Every size", columns, lines)


def _mean(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
