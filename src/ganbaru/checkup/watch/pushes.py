"""Which way the losses push the critic's scores of real and of generated samples, in whose turn.

For any sane game the critic's loss pushes real and generated scores apart, and the generator's loss pushes generated
ones to where the critic pushes real ones, whatever the sign convention: the signs of the gradients tell. The gradients
over the scores tell the loss besides (`family`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from ganbaru.checkup.watch.passes import Pass, Push
from ganbaru.checkup.watch.prints import Array
from ganbaru.checkup.watch.turns import Turn

SIDES = ("real", "fake", "generator")
"""Real and generated scores under the critic's loss; generated scores under the generator's."""
_DECIDED = 0.2
"""Share of the gradients' absolute sum that must remain when they are added, for a direction to be told."""
_FAINT = 0.3
"""Share of the other side's gradients below which the critic's on one side tell nothing: scores are at their target."""
_ONE_WAY = 0.9
"""Share of the gradients at an answer of the form of what was shown that must go one way for it to be scores, one for
each value, and not what was shown once more, as a critic that is an autoencoder gives."""
_POOL = 4096
_ROWS = 16


@dataclass
class Pushes:
    """What was seen so far.

    Attributes:
        directions: per look, for each of `SIDES` the sign of the gradient of the loss; NaN where it is not decided.
        sums: for each side all gradients added up over the looks, and their absolute sum.
        pools: per side, scores and gradients ``(N, 2)`` in pieces.
        pairs: scores and gradients of reals and fakes of one batch, side by side ``(N, 4)``, in pieces.
        penalties: how often the critic was differentiated to be differentiated again, by what it was shown; and how
            often a loss held ``differences`` of its scores, or scores of what is neither real nor generated; ``slopes``
            are differences between points apart.
        plain: how often it was differentiated without that.
        critic_turns: turns of the critic's in which its scores were pushed.
        messages: generator's turns in which the scores of fakes were pushed: ``turns``, of those ``fresh``, where the
            fakes hung on the generator's weights, or took a gradient that the loop hands on to them itself.
        ends: the last activations of the critic that were seen.
    """

    directions: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})
    sums: dict[str, Array] = field(default_factory=lambda: {side: np.zeros(2) for side in SIDES})
    pools: dict[str, list[Array]] = field(default_factory=lambda: {side: [] for side in SIDES})
    pairs: list[Array] = field(default_factory=list)
    penalties: dict[str, int] = field(default_factory=dict)
    plain: int = 0
    critic_turns: int = 0
    messages: dict[str, int] = field(default_factory=lambda: {"turns": 0, "fresh": 0})
    ends: set[str] = field(default_factory=set)

    def add(self, turns: Sequence[Turn]) -> None:
        """Takes the turns of one look, whose passes are labelled."""
        found: dict[str, list[tuple[Pass, Push, Array]]] = {side: [] for side in SIDES}
        for turn in turns:
            self._penalties(turn)
            for side, seen, push in map(partial(_downhill, turn), _sided(turn)):
                kept = seen.label == (0.0 if side == "real" else 1.0)
                if kept.any() and not (seen.mirror and push.one_way < _ONE_WAY):
                    found[side].append((seen, push, kept))
                    self.ends.add(seen.end)
            self._message(turn)
        sizes = {side: _size(found[side]) for side in ("real", "fake")}
        for side, items in found.items():
            faint = sizes.get(side, 1.0) < _FAINT * max(sizes.values())
            rows = _gradients(items)
            self.directions[side].append(float("nan") if faint else _direction(rows))
            if np.isfinite(rows).all():
                self.sums[side] += [rows.sum(), np.abs(rows).sum()]
            self._pool(side, items)
        self._pair(found["real"], found["fake"])

    def _penalties(self, turn: Turn) -> None:
        self.critic_turns += turn.by("critic") and any(push.task in turn.reached for _, push in turn.pushes)
        sides = {side for seen, _ in turn.pushes if not seen.apart for side in seen.label.tolist()}
        played = {id(seen) for seen, push in turn.pushes if push.task in turn.reached and not push.graph}
        for seen, push in turn.pushes:
            if push.task in turn.reached:
                beside = {0.0, 1.0} <= sides and np.isnan(seen.label).all()
                if turn.by("critic") and (seen.apart or beside):
                    name = "slopes" if seen.apart and _is_of_slopes(turn) else "differences"
                    self.penalties[name] = self.penalties.get(name, 0) + 1
                continue
            if push.graph:
                unknown = (
                    id(seen) in played and np.isnan(seen.label).all()
                )  # the game is not played by what lies between
                name = "real" if unknown else _shown(seen)
                self.penalties[name] = self.penalties.get(name, 0) + 1
            else:
                self.plain += 1

    def _message(self, turn: Turn) -> None:
        if not turn.by("generator"):
            return
        fakes = [seen for _, seen, _ in _sided(turn) if (seen.label == 1.0).any()]
        self.messages["turns"] += bool(fakes)
        self.messages["fresh"] += any(seen.fresh or seen.leaf for seen in fakes)

    def _pool(self, side: str, items: Iterable[tuple[Pass, Push, Array]]) -> None:
        if sum(map(len, self.pools[side])) > _POOL:
            return
        for seen, push, kept in items:
            rows = _rows(seen, kept)
            if len(rows) and push.values.shape == seen.scores.shape:
                self.pools[side].append(np.stack([seen.scores[rows].ravel(), push.values[rows].ravel()], axis=1))

    def _pair(self, reals: Sequence[tuple[Pass, Push, Array]], fakes: Sequence[tuple[Pass, Push, Array]]) -> None:
        if not reals or not fakes or sum(map(len, self.pairs)) > _POOL:
            return
        sides = []
        for seen, push, kept in (reals[-1], fakes[-1]):
            if not seen.by_row or push.values.shape != seen.scores.shape:
                return
            rows = np.flatnonzero(kept)
            sides.append(np.stack([seen.scores[rows, 0], push.values[rows, 0]], axis=1))
        if len(sides[0]) == len(sides[1]):
            self.pairs.append(np.concatenate(sides, axis=1))

    def to_json(self) -> dict[str, Any]:
        """How often what was seen: the probe ``pushes``."""
        real, fake, made = (np.array(self.directions[side]) for side in SIDES)
        told, opposed = np.isfinite(real * fake), np.isfinite(made) & (np.isfinite(real) | np.isfinite(fake))
        towards = np.where(np.isfinite(real), real, -fake)
        return {
            "looks": len(real),
            "critic_told": int(told.sum()),
            "critic_apart": int((real * fake < 0)[told].sum()),
            "generator_told": int(opposed.sum()),
            "generator_with": int((made * towards > 0)[opposed].sum()),
            "real_up": int((real < 0).sum()),
            "real_down": int((real > 0).sum()),
            "generator_up": int((made < 0).sum()),
            "generator_down": int((made > 0).sum()),
            "sums": {side: self.sums[side].tolist() for side in SIDES},
            "penalties": dict(self.penalties),
            "plain_derivatives": self.plain,
            "critic_turns": self.critic_turns,
            "generator_turns": self.messages["turns"],
            "generator_fresh": self.messages["fresh"],
            "ends": sorted(self.ends),
        }


def _sided(turn: Turn) -> Iterable[tuple[str, Pass, Push]]:
    """The pushes of a turn with the sides that they may be of."""
    for seen, push in turn.pushes:
        if push.task not in turn.reached or push.graph or seen.apart:
            continue
        if turn.by("critic"):
            sides: tuple[str, ...] = ("real", "fake")
        elif turn.by("generator"):
            sides = ("generator",)
        else:
            sides = ("generator",) if turn.of_generator(seen, push) else ("real", "fake")
        for side in sides:
            yield side, seen, push


def _downhill(turn: Turn, item: tuple[str, Pass, Push]) -> tuple[str, Pass, Push]:
    """The same as a network that goes down its loss would be pushed, where it goes up."""
    side, seen, push = item
    if ("generator" if side == "generator" else "critic") not in turn.rising:
        return item
    return side, seen, replace(push, rows=-push.rows, values=-push.values)


def _rows(seen: Pass, kept: Array) -> Array:
    """Scores that depend on samples of one side alone: of each sample, or the only one of a whole batch of them."""
    if seen.by_row:
        return np.flatnonzero(kept)[:_ROWS]
    return np.arange(1 if seen.scores.size == 1 and kept.all() else 0)


def _is_of_slopes(turn: Turn) -> bool:
    """Whether differences are held between a generated sample and another, or between points that are of no side.

    Between two views of real ones they would be a loss of consistency, which promises no slope.
    """
    sides = {_shown(seen) for seen, _ in turn.pushes if seen.apart}
    return sides in ({"between"}, {"real", "fake"}, {"between", "fake"})


def _shown(seen: Pass) -> str:
    if (seen.label == 0.0).all() and len(seen.label):
        return "real"
    return "fake" if (seen.label == 1.0).all() and len(seen.label) else "between"


def _size(items: Sequence[tuple[Pass, Push, Array]]) -> float:
    rows = [np.abs(push.rows[kept] if seen.by_row else push.rows).mean() for seen, push, kept in items]
    return float(np.mean(rows)) if rows else 0.0


def _gradients(items: Sequence[tuple[Pass, Push, Array]]) -> Array:
    """The gradients of one side, of each sample or of a whole batch."""
    rows = [push.rows[kept] if seen.by_row else push.rows for seen, push, kept in items]
    return np.concatenate(rows) if rows else np.zeros(0)


def _direction(values: Array) -> float:
    """Sign of the sum of all gradients; NaN where they go different ways."""
    total, size = float(values.sum()), float(np.abs(values).sum())
    return float(np.sign(total)) if size > 0 and abs(total) > _DECIDED * size else float("nan")
