"""Whose turn it is: what backward passes brought, up to the optimizer step that uses it.

A turn is what lies between two optimizer steps, so it belongs to the network that steps at its end; networks that step
one right after the other share a turn.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from ganbaru.checkup.watch.passes import Pass, Push

_TURNS = 64
_MOST_PUSHES = 64


@dataclass
class Turn:
    """One turn.

    Attributes:
        number: counted from 0.
        pushes: what pushed the critic's scores.
        reached: the networks whose weights each backward pass reached, by its number.
        tasks: the backward passes that each network moved along.
        stepped: the networks that moved at its end, in order.
    """

    number: int
    pushes: list[tuple[Pass, Push]] = field(default_factory=list)
    reached: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    tasks: dict[str, set[int]] = field(default_factory=dict)
    stepped: list[str] = field(default_factory=list)

    def by(self, network: str) -> bool:
        """Whether it was this network's turn alone."""
        return set(self.stepped) == {network}

    @property
    def both(self) -> bool:
        """Whether both players moved."""
        return {"generator", "critic"} <= set(self.stepped)

    def leaks(self) -> list[str]:
        """Of networks that moved at once, those that moved along the other one's loss.

        The generator's loss is that which pushes fakes that hang on the generator, and no reals, while another one
        pushes reals; the critic's is one that pushes reals and yet reaches the generator.
        """
        if not self.both:
            return []
        by_real = {push.task for seen, push in self.pushes if (seen.label == 0.0).any()}
        by_fresh = {push.task for seen, push in self.pushes if seen.fresh} - by_real
        found = ["critic"] if self.tasks.get("critic", set()) & by_fresh else []
        mine = self.tasks.get("generator", set())
        return [*found, "generator"] if mine & by_real and mine & by_fresh else found


class Turns:
    """The turns of the steps that are looked at."""

    def __init__(self) -> None:
        self.now = Turn(0)
        self._done: deque[Turn] = deque(maxlen=_TURNS)
        self._stepped: dict[int, frozenset[str]] = {}

    def begin(self) -> None:
        """Starts afresh."""
        self._done.clear()
        self._stepped.clear()
        self.now = Turn(self.now.number + 1)

    def push(self, seen: Pass, push: Push) -> None:
        """A loss pushes the critic's scores."""
        self._open()
        if len(self.now.pushes) < _MOST_PUSHES:
            self.now.pushes.append((seen, push))
        seen.pushes.append(push)

    def reach(self, network: str, task: int) -> None:
        """A backward pass reaches a network's weights."""
        self._open()
        self.now.reached[task].add(network)

    def touch(self) -> int:
        """The number of the turn that something belongs to which happens now."""
        self._open()
        return self.now.number

    def step(self, network: str) -> None:
        """A network moves."""
        self.now.stepped.append(network)
        self._stepped[self.now.number] = frozenset(self.now.stepped)

    def stepped_in(self, number: int) -> frozenset[str]:
        """The networks that moved at the end of a turn."""
        return self._stepped.get(number, frozenset())

    def _open(self) -> None:
        if self.now.stepped:
            self._done.append(self.now)
            self.now = Turn(self.now.number + 1)

    def take(self) -> list[Turn]:
        """The turns that are over; they are forgotten here."""
        if self.now.stepped:
            self._open()
        found = list(self._done)
        self._done.clear()
        return found
