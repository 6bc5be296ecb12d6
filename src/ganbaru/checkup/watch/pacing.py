"""When a watcher looks: at each of the first steps, then as often as the time that looking takes allows."""

from dataclasses import dataclass
from time import perf_counter

from ganbaru.errors import unknown


@dataclass(frozen=True)
class Level:
    """How much a watcher may cost.

    Attributes:
        first: steps at the beginning that are all looked at.
        share: of the time that passes, how much may go into looking.
        allowance: looking time that is allowed besides, s; spread over a training of known length.
        gauges: whether samples are set against each other.
        glances: of the time that passes, how much more may go into setting told samples against each other.
        probes: how many times at the most things are tried on copies.
    """

    first: int
    share: float
    allowance: float
    gauges: bool
    glances: float
    probes: int


LEVELS = {
    "light": Level(first=8, share=0.005, allowance=0.05, gauges=False, glances=0.0, probes=1),
    "standard": Level(first=16, share=0.02, allowance=0.3, gauges=True, glances=0.01, probes=3),
    "deep": Level(first=48, share=0.3, allowance=3.0, gauges=True, glances=0.05, probes=8),
}
"""How much a watcher may cost, by name."""

_LOOKS = 150
"""Looks that a training of known length is given; each series has as many points."""
_WIDEST, _GLANCED = 32, 16
"""Steps between two looks, and between two glances, up to which they grow quickly."""
_AT_FIRST = 0.1
"""Time that glances may take besides their share, s."""


def level(name: str) -> Level:
    """The level of this name."""
    if name not in LEVELS:
        raise unknown("level", name, LEVELS)
    return LEVELS[name]


class Pace:
    """Says at which steps to look.

    Args:
        level: how much it may cost.
        every: look every so many steps, whatever it costs; None: as the cost allows.
        steps: of the whole training; None where that is not known.
    """

    def __init__(self, level: Level, every: int | None, steps: int | None) -> None:
        self._level, self._every, self._steps = level, every, steps
        self._began: float | None = None
        self._passed = 0.0
        self._next = level.first
        self._before = 0.0
        self._glanced = 0
        self._glances = 0.0

    def run(self, running: bool) -> None:
        """Lets its clock run, or stops it."""
        self._passed, self._began = self._seconds(), perf_counter() if running else None

    def _seconds(self) -> float:
        """How long its clock has run, s."""
        return self._passed + (0.0 if self._began is None else perf_counter() - self._began)

    def due(self, step: int, spent: float) -> bool:
        """Whether to look at the step after ``step``, given the time that looking took so far, s."""
        if step < self._level.first:
            self._before = spent
            return True
        if self._every is not None:
            return step % self._every == 0
        so_far = min(1.0, step / self._steps) if self._steps else 1.0
        allowed = self._level.allowance * so_far + self._level.share * self._seconds()
        if step < self._next or spent - self._before > allowed:
            return False
        self._next = step + max(1, self._steps // _LOOKS if self._steps else _apart(step))
        return True

    def glances(self, step: int) -> bool:
        """Whether to glance at the samples of a step that is not looked at: where it is not said how often to look.

        A look at a step may cost as much as the step itself, so that a slow training of some hundred steps is looked at
        a few times after its beginning, and how its samples stood between would not be known.
        """
        if self._every is not None or step < self._glanced or not self._level.glances:
            return False
        return self._glances <= self._level.glances * self._seconds() + _AT_FIRST

    def glanced(self, step: int, spent: float) -> None:
        """One was taken, in so many seconds; a look is one too."""
        self._glances += spent
        self._glanced = step + max(1, self._steps // _LOOKS if self._steps else _apart(step, _GLANCED))


def _apart(step: int, widest: int = _WIDEST) -> int:
    """Steps to the next look, or glance, of a training whose length is not known.

    They grow with the steps, so that what looking may cost is not all spent on the beginning of a slow training, and
    most looks stand there, and stop growing where a training of a thousand steps would be seen a few times only.
    """
    return max(step // 64, min(step // 8, widest))
