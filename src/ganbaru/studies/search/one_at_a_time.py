"""One setting moved at a time around the present ones: what is run, and what each setting says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies import judging
from ganbaru.studies.judging.compare import mirrored
from ganbaru.studies.judging.table import tabulate
from ganbaru.studies.judging.zone import CANNOT_TELL, mostly_collapsed
from ganbaru.studies.plan import Settings
from ganbaru.studies.search.around import values_around
from ganbaru.studies.search.searching import PRESENT
from ganbaru.studies.search.space import Space, Value

Array = np.ndarray[Any, Any]
MATTERS, NO_MATTER = "matters", "does not matter here"


@dataclass(frozen=True)
class Reading:
    """What moving one setting did.

    Attributes:
        name: of the setting.
        values: ``(C,)`` that were tried, the present one among them.
        rows: ``(C,)`` the cells of the study that they are.
        present: the value in use.
        best: the value with the best mean.
        verdict: "matters", "does not matter here" or "can't tell".
        standing: of the present value: "worse", "as good" or "can't tell".
        gain: from the present value to the best; None where there was too little to look at.
        edge: "low", "high", "inside" or "can't tell"; "" where the values have no order.
        log: whether the values belong on a log axis.
        said: one sentence.
    """

    name: str
    values: tuple[Value, ...]
    rows: tuple[int, ...]
    present: Value
    best: Value
    verdict: str
    standing: str
    gain: Estimate | None
    edge: str
    log: bool
    said: str

    @property
    def numeric(self) -> bool:
        """Whether the values have an order."""
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values)


def cells(space: Space, present: Mapping[str, Value], common: Settings, count: int) -> dict[str, dict[str, Any]]:
    """The present settings, and each setting's other values with everything else as it is."""
    found: dict[str, dict[str, Any]] = {PRESENT: {**common, **present}}
    for name, axis in space.axes.items():
        for value in values_around(axis, present[name], count):
            if value != present[name]:
                found[f"{name} = {value}"] = {**common, **present, name: value}
    return found


def readings(
    planned: Mapping[str, Settings],
    names: Sequence[str],
    scores: Array,
    collapsed: Array,
    *,
    higher_is_better: bool,
    worthwhile: float | None,
) -> list[Reading]:
    """What each setting says.

    Args:
        planned: the study's cells.
        names: of the settings.
        scores: ``(C, S)`` of these cells; collapsed: ``(C, S)``.
        higher_is_better: direction of the scores.
        worthwhile: the difference that counts.
    """
    found = []
    for name in names:
        rows = [row for row, cell in enumerate(planned) if cell == PRESENT or cell.startswith(f"{name} = ")]
        values = [list(planned.values())[row][name] for row in rows]
        given = {"higher_is_better": higher_is_better, "worthwhile": worthwhile}
        numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        read = _swept if numeric else _chosen
        found.append(_unless_collapsed(read(name, values, rows, scores, collapsed, given), collapsed))
    return found


def best_change(found: Sequence[Reading]) -> tuple[str, Value] | None:
    """The one setting, and its value, whose change would bring most; None where no present value is shown to be worse.

    One only: what two changes do together nobody has tried.
    """
    worse = [reading for reading in found if reading.standing == "worse" and reading.gain is not None]
    if not worse:
        return None
    first = max(worse, key=lambda reading: reading.gain.value if reading.gain else 0.0)
    return first.name, first.best


def _unless_collapsed(reading: Reading, collapsed: Array) -> Reading:
    """The reading, but that collapsed runs, which are all alike, do not show that a setting does not matter."""
    why = mostly_collapsed(collapsed[list(reading.rows)])
    if not why or reading.verdict == MATTERS:
        return reading
    return replace(reading, verdict=CANNOT_TELL, standing=CANNOT_TELL, gain=None, said=why)


def _swept(
    name: str, values: list[Any], rows: list[int], scores: Array, collapsed: Array, given: dict[str, Any]
) -> Reading:
    order = np.argsort(values)
    values, rows = [values[index] for index in order], [rows[index] for index in order]
    present = next(value for value, row in zip(values, rows, strict=True) if row == 0)
    swept = judging.sweep(np.array(values, dtype=float), scores[rows], float(present), collapsed[rows], **given)
    means = tabulate(
        np.array(values, dtype=float), scores[rows], collapsed[rows], higher_is_better=given["higher_is_better"]
    ).means
    return Reading(
        name,
        tuple(values),
        tuple(rows),
        present,
        values[int(means.argmax())],
        swept.verdict,
        swept.present or CANNOT_TELL,
        swept.gain,
        swept.edge,
        swept.log,
        swept.said,
    )


def _chosen(
    name: str, values: list[Any], rows: list[int], scores: Array, collapsed: Array, given: dict[str, Any]
) -> Reading:
    """Of choices without an order: each is compared with the present one."""
    names = list(map(str, values))
    here = names[rows.index(0)]
    arms = judging.compare_arms(names, scores[rows], collapsed[rows], reference=here, **given)
    gains = {pair.b if pair.a == here else pair.a: _gain(pair, here) for pair in arms.pairs}
    best = max(gains, key=lambda other: gains[other].value)
    decided = {pair.comparison.verdict for pair in arms.pairs}
    matters = bool(decided & {"A is better", "B is better"})
    alike = decided == {"alike"}
    better = gains[best].value > 0
    won = better and here not in arms.leading
    verdict = MATTERS if matters else NO_MATTER if alike else CANNOT_TELL
    standing = "worse" if won else "as good" if alike else CANNOT_TELL
    top = values[names.index(best)] if better else values[names.index(here)]
    return Reading(
        name,
        tuple(values),
        tuple(rows),
        values[names.index(here)],
        top,
        verdict,
        standing,
        gains[best],
        "",
        False,
        arms.said,
    )


def _gain(pair: judging.Versus, here: str) -> Estimate:
    difference = pair.comparison.difference
    return difference if pair.a != here else mirrored(difference)
