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
        rising: those of them that moved up their loss, not down.
    """

    number: int
    pushes: list[tuple[Pass, Push]] = field(default_factory=list)
    reached: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    tasks: dict[str, set[int]] = field(default_factory=dict)
    stepped: list[str] = field(default_factory=list)
    rising: set[str] = field(default_factory=set)

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
        pushes reals; or it is added to the critic's, which then pushes other fakes besides. The critic's loss is one
        that pushes reals and yet reaches the generator.
        """
        if not self.both:
            return []
        real = {push.task for seen, push in self.pushes if (seen.label == 0.0).any()}
        cut = {push.task for seen, push in self.pushes if (seen.label == 1.0).any() and not seen.fresh}
        fresh = {push.task for seen, push in self.pushes if seen.fresh}
        taught = {push.task for seen, push in self.pushes if seen.fresh and seen.taught}
        own, mine = self.tasks.get("critic", set()), self.tasks.get("generator", set())
        found = ["critic"] if own & (fresh - real) or own & taught & real & cut else []
        return [*found, "generator"] if mine & real & fresh - cut and mine & fresh - real else found

    def teaches(self, seen: Pass, push: Push) -> bool:
        """Whether the critic's loss pushes here."""
        if "critic" not in self.reached.get(push.task, ()) or push.graph:
            return False
        return self.by("critic") or (self.both and not self.of_generator(seen, push))

    def of_generator(self, seen: Pass, push: Push) -> bool:
        """Where both moved at once: whether the generator's loss pushes here."""
        beside = [other for other, each in self.pushes if each.task == push.task and other is not seen]
        if not seen.fresh:
            return False
        reals = any((other.label == 0.0).any() for other in beside)
        return not reals or any((other.label == 1.0).any() and not other.fresh for other in beside)


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

    def bring(self, network: str, task: int, number: int) -> None:
        """The loop puts into a network's gradients what a backward pass of some turn computed for its weights."""
        for turn in (self.now, *self._done):
            if turn.number == number:
                turn.reached[task].add(network)

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
