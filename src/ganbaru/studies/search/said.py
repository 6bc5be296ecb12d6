"""What a search answers, in a sentence, graphs and grids: plain data made of plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ganbaru.studies.answer import Graph, Grid, Series
from ganbaru.studies.judging import Importance
from ganbaru.studies.judging.importance import LEAST_TRIALS
from ganbaru.studies.judging.zone import number
from ganbaru.studies.search.confirmed import STAY, Confirmed
from ganbaru.studies.search.finals import Standing
from ganbaru.studies.search.one_at_a_time import MATTERS, NO_MATTER, Reading
from ganbaru.studies.search.shares import by_ranks, by_the_best
from ganbaru.studies.search.space import Choice, Range, Space, Value
from ganbaru.studies.search.tried import Tried, comparable

Array = np.ndarray[Any, Any]
_END = 0.05
"""A best value this near to an end of its range, as a share of it, is at the end."""


def of_readings(readings: Sequence[Reading], after: Confirmed, scores: Array, measure: str) -> dict[str, Any]:
    """The answer of one setting moved at a time.

    Args:
        readings: of each setting.
        after: what became of the best change.
        scores: ``(C, S)`` of the study's cells with the seeds that chose.
        measure: what a score is.
    """
    gains = {f"gain from {each.name}": each.gain for each in readings if each.gain is not None}
    return {
        "verdict": after.verdict,
        "sentence": _sentence_of_readings(readings, after),
        "evidence": {**gains, **after.evidence},
        "graphs": [_graph_of_reading(reading, scores, measure) for reading in readings],
        "grids": [_grid_of_readings(readings)],
        "notes": [f"{each.name}: {each.said}" for each in readings],
    }


def of_points(
    space: Space,
    points: Sequence[Tried],
    finals: Standing,
    after: Confirmed,
    search: str,
    measure: str,
    higher_is_better: bool,
) -> dict[str, Any]:
    """The answer of a search over points.

    Args:
        space: what was searched.
        points: that were tried.
        finals: where they ended.
        after: what became of the best.
        search: how.
        measure: what a score is.
        higher_is_better: direction of the scores.
    """
    seen, scores, steps = comparable(points, LEAST_TRIALS)
    params = [point.params for point in seen]
    shares = by_ranks(space, params, scores, higher_is_better=higher_is_better)
    beside = by_the_best(space, params, scores, higher_is_better=higher_is_better)
    best = finals.winner
    edges = {} if best is None else {name: edge(space, name, best.params[name]) for name in space.names}
    present = next((point for point in points if point.number == 0), None)
    return {
        "verdict": after.verdict,
        "sentence": _sentence_of_points(points, best, after, shares, edges, search),
        "evidence": {**{each.name: each.share for each in shares.parameters}, **after.evidence},
        "graphs": [_graph_of_points(space, name, seen, scores, best, present, measure, steps) for name in space.names],
        "grids": [
            _grid_of_shares(space, shares, beside, edges, best, present),
            *_grid_of_finals(points, finals, measure),
            _grid_of_points(space, points, measure),
        ],
        "notes": _notes_of_points(shares, beside, search, steps),
    }


def edge(space: Space, name: str, value: Value) -> str:
    """At which end of its range a value lies: "low", "high", "inside", or "" where it has no ends."""
    axis = space.axes[name]
    if not isinstance(axis, Range) or not isinstance(value, int | float):
        return ""
    place = axis.place(value)
    return "low" if place <= _END else "high" if place >= 1 - _END else "inside"


def _sentence_of_readings(readings: Sequence[Reading], after: Confirmed) -> str:
    matter = [each.name for each in readings if each.verdict == MATTERS]
    parts = [
        f"{_listed(matter)} matter{'s' if len(matter) == 1 else ''}" if matter else "no setting is shown to matter"
    ]
    idle = [each.name for each in readings if each.verdict == NO_MATTER]
    parts += [f"{_listed(idle)} {'does' if len(idle) == 1 else 'do'} not matter here"] if idle else []
    open_ = [each.name for each in readings if each.verdict not in (MATTERS, NO_MATTER)]
    parts += [f"can't tell of {_listed(open_)}"] if open_ else []
    ends = [
        f"{each.name} ({each.edge})" for each in readings if each.edge in ("low", "high") and each.verdict == MATTERS
    ]
    parts += [f"the best lies at an end of what was tried of {_listed(ends)}"] if ends else []
    return "; ".join([*parts, _of_winner(after)])


def _of_winner(after: Confirmed) -> str:
    if not after.winner:
        return "the present settings may stay" if after.verdict == STAY else "no other value is shown to be better"
    return f"the best that was tried is {after.winner}: {after.said}"


def _sentence_of_points(
    points: Sequence[Tried],
    best: Tried | None,
    after: Confirmed,
    shares: Importance,
    edges: Mapping[str, str],
    search: str,
) -> str:
    others = [point for point in points if point.number]
    whole = sum(point.whole for point in others)
    told = f"{len(others)} points by {search}, {whole} of them tried to the end: {shares.said}"
    matter = [each.name for each in shares.parameters if each.verdict == MATTERS]
    ends = [f"{name} ({edges[name]})" for name in matter if edges.get(name) in ("low", "high")]
    told += f"; the best point lies at an end of {_listed(ends)}" if ends and best is not None and best.number else ""
    if best is None or (not after.winner and after.verdict != STAY):
        return f"{told}; nothing is shown to be better"
    if not after.winner:
        return f"{told}; none did better than the present settings"
    chosen = ", ".join(f"{name} = {_value(value)}" for name, value in best.params.items())
    return f"{told}; the best is {after.winner} ({chosen}): {after.said}"


def _graph_of_reading(reading: Reading, scores: Array, measure: str) -> Graph:
    rows = scores[list(reading.rows)]
    places = [_place(value, reading.numeric) for value in reading.values]
    dots = Series("one run", [place for place in places for _ in range(rows.shape[1])], rows.ravel().tolist())
    line = Series("mean", places, _means(rows), drawn="line")
    here = {"present": _place(reading.present, reading.numeric)}
    title = f"{measure} against {reading.name}"
    return Graph(title, reading.name, measure, [dots, line], log_x=reading.log, marks=here, note=reading.said)


def _grid_of_readings(readings: Sequence[Reading]) -> Grid:
    columns = ["setting", "present", "best value", "verdict", "present value is", "gain by the best", "the best is at"]
    rows = [
        [each.name, _value(each.present), _value(each.best), each.verdict, each.standing, each.gain, each.edge or "-"]
        for each in readings
    ]
    return Grid("Every setting, moved alone", columns, rows)


def _graph_of_points(
    space: Space,
    name: str,
    seen: Sequence[Tried],
    scores: Sequence[float],
    best: Tried | None,
    present: Tried | None,
    measure: str,
    steps: int | None,
) -> Graph:
    axis = space.axes[name]
    numeric = not isinstance(axis, Choice) or axis.numbers
    dots = Series("a point", [_place(point.params[name], numeric) for point in seen], list(scores))
    marked = {"present": present, "best": best if best is not None and best.number else None}
    marks = {word: _place(point.params[name], numeric) for word, point in marked.items() if point is not None}
    log = isinstance(axis, Range) and axis.log
    after = "" if steps is None else f" after {steps} steps"
    note = "Each dot is one point; its other settings differ, too."
    return Graph(f"{measure}{after} against {name}", name, measure, [dots], log_x=log, marks=marks, note=note)


def _grid_of_shares(
    space: Space,
    shares: Importance,
    beside: Mapping[str, tuple[float, float]],
    edges: Mapping[str, str],
    best: Tried | None,
    present: Tried | None,
) -> Grid:
    rows: list[list[Any]] = []
    for each in shares.parameters:
        other, floor = beside.get(each.name, (None, None))
        held = None if other is None or floor is None else "yes" if other > floor else "no"
        rows.append(
            [
                each.name,
                None if present is None else _value(present.params[each.name]),
                None if best is None else _value(best.params[each.name]),
                each.verdict,
                each.share,
                other,
                held,
                edges.get(each.name) or "-",
            ]
        )
    columns = [
        "setting",
        "present",
        "best",
        "verdict",
        "share of rank variance",
        "PED-ANOVA",
        "over its dummy",
        "best at",
    ]
    return Grid("Which settings matter", columns, rows, note="A share's floor is what the best of the dummies reaches.")


def _grid_of_finals(points: Sequence[Tried], finals: Standing, measure: str) -> list[Grid]:
    """Every point that played, those that played longest first; nothing where no round was played."""
    if not any(len(scores) > 1 for scores in finals.scores.values()):
        return []
    order = sorted(finals.scores, key=lambda number: len(finals.scores[number]), reverse=True)
    names = {point.number: point.name for point in points}
    rows: list[list[Any]] = [
        [names[number], finals.scores[number][0], len(finals.scores[number]) - 1, _finite(finals.means[number])]
        for number in order
    ]
    columns = ["point", f"{measure} in the search", "more seeds", "mean over all seeds"]
    note = "The best of many is often a lucky one: these were repeated before one of them was chosen."
    return [Grid("The finals", columns, rows, note)]


def _grid_of_points(space: Space, points: Sequence[Tried], measure: str) -> Grid:
    rows = [
        [
            point.name,
            *(_value(point.params[name]) for name in space.names),
            _finite(point.scores[-1]),
            "yes" if point.whole else "no",
        ]
        for point in points
    ]
    return Grid("Every point", ["point", *space.names, measure, "tried to the end"], rows)


def _notes_of_points(
    shares: Importance, beside: Mapping[str, tuple[float, float]], search: str, steps: int | None
) -> list[str]:
    notes = ["importance is the first-order functional ANOVA of the scores' ranks, held against shuffled scores"]
    if search == "tpe":
        notes.append("these points were not drawn evenly: settings are weighed where the search went")
    if beside:
        ranks = {each.name for each in shares.parameters if each.verdict == "matters"}
        best = {name for name, (share, floor) in beside.items() if share > floor}
        differing = sorted(ranks ^ best)
        said = "agrees" if not differing else f"differs on {_listed(differing)}"
        notes.append(f"PED-ANOVA, by what the best tenth has in common, {said}")
    if steps is not None:
        notes.append(f"settings are weighed by the scores after {steps} steps, which enough points reached")
    return notes


def _means(rows: Array) -> list[float]:
    return [float(row[np.isfinite(row)].mean()) if np.isfinite(row).any() else float("nan") for row in rows]


def _place(value: Value, numeric: bool) -> float | str:
    return float(value) if numeric and isinstance(value, int | float) else _value(value)


def _value(value: Value) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
