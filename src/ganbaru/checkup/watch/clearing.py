"""Whether gradients are cleared in time, told exactly: by what lies in ``.grad`` when a new gradient arrives.

On a few weights of each network, hooks before and after the arrival follow which backward passes have added up there.
At the network's own optimizer step it is then known whether gradients of its earlier steps are still among them
(``no-zero-grad``) and whether gradients of the other network's loss are (``grad-leak``). What was cleared before the
network's own step does no harm, however wasteful.

A loop may also ask for gradients (`torch.autograd.grad`) and put them into ``.grad`` itself. Nothing arrives then, but
what was computed is seen, and known again at the step.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.networks import some_values, weights
from ganbaru.checkup.watch.passes import task
from ganbaru.checkup.watch.turns import Turns

_FEWEST = 8
_COMPUTED = 8
"""Gradients that were computed and did not arrive, as many as are remembered."""


@dataclass(frozen=True)
class _Arrival:
    """A gradient that came: by which backward pass, in which turn, and what lay there after it."""

    task: int
    turn: int
    after: Tensor | None = field(default=None, compare=False)


@dataclass
class _Sentinel:
    """A weight at which arrivals are followed.

    Attributes:
        weight: it.
        last: what lay there last.
        held: the arrivals that have added up there.
        computed: gradients with respect to it that have not arrived, or not yet.
    """

    weight: nn.Parameter
    last: Tensor | None = None
    held: list[_Arrival] = field(default_factory=list)
    computed: deque[_Arrival] = field(default_factory=lambda: deque(maxlen=_COMPUTED))

    def forget(self) -> None:
        """What came before counts no more."""
        self.last, self.held = None, []
        self.computed.clear()


class Clearing:
    """Follows what adds up in the gradients of one network.

    Attributes:
        counts: own steps that were looked at (``steps``), those without any gradient (``empty``); those of which all is
            known since the own step before (``followed``), and of them those with gradients of an earlier own step
            (``carried``); those that come after the other's turn (``after_other``), and of them those with gradients of
            that turn (``leaked``); with both (``both``).
        arrivals: gradients that came.
        turned: the loop turned round the gradients that lie there, to go up a loss.
    """

    def __init__(self, name: str, network: nn.Module, turns: Turns, guard: Guard) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.arrivals, self.turned = 0, False
        self._turns, self._guard, self._looking = turns, guard, False
        self._last_turn: int | None = None
        some = weights(network)
        # a network whose weights are all frozen now is one that the loop frees in its own turns
        chosen = _chosen([each for each in some if each.requires_grad] or some)
        self._sentinels = [_Sentinel(weight) for weight in chosen]

    def hook_on(self) -> list[Any]:
        """Puts the hooks on; gives their handles."""
        return [handle for sentinel in self._sentinels for handle in self._follow(sentinel)]

    def _follow(self, sentinel: _Sentinel) -> list[Any]:
        before = self._guard.hook("clearing", lambda gradient: self._before(sentinel, gradient), self._awake)
        after = self._guard.hook("clearing", lambda weight: self._after(sentinel), self._awake)
        weight, frozen = sentinel.weight, not sentinel.weight.requires_grad
        if frozen and not weight.is_floating_point():
            return []
        try:
            weight.requires_grad_(True)  # torch takes no hook of a frozen weight, and keeps one when it is frozen
            return [weight.register_hook(before), weight.register_post_accumulate_grad_hook(after)]
        finally:
            weight.requires_grad_(not frozen)

    def _awake(self) -> bool:
        return self._looking

    def look(self, looking: bool) -> None:
        """Starts, goes on or ends looking; what lies in the gradients at the start is of unknown origin."""
        if looking and not self._looking:
            self._last_turn = None
            for sentinel in self._sentinels:
                sentinel.forget()
        self._looking = looking

    @property
    def alive(self) -> bool:
        """Whether there is any gradient now."""
        return any(_alive(each.weight.grad) for each in self._sentinels)

    def _before(self, sentinel: _Sentinel, gradient: Tensor) -> None:
        if _cleared(sentinel.weight.grad, sentinel.last):
            sentinel.held = []
        sentinel.computed.append(_Arrival(task(), self._turns.touch(), _slice(gradient)))

    def _after(self, sentinel: _Sentinel) -> None:
        number = task()
        self._turns.reach(self.name, number)
        self.arrivals += 1
        if sentinel.computed and sentinel.computed[-1].task == number:
            sentinel.computed.pop()
        sentinel.last = _slice(sentinel.weight.grad)
        sentinel.held.append(_Arrival(number, self._turns.now.number, sentinel.last))

    def step(self, optimizer: torch.optim.Optimizer) -> set[int]:
        """The network's own step comes: judges what lies there; gives the backward passes that brought it."""
        mine = {id(weight) for group in optimizer.param_groups for weight in group["params"]}
        self.turned = any(_turned(sentinel) for sentinel in self._sentinels)
        lying = [_lying(sentinel) for sentinel in self._sentinels if id(sentinel.weight) in mine]
        told = [each for each in lying if each is not None]
        held = {arrival for each in told for arrival in each}
        asked = held & {each for sentinel in self._sentinels for each in sentinel.computed}
        self._put(asked)
        self.counts.update(steps=1, empty=not self.alive)
        if self._last_turn is not None and told:
            self._judge(held, asked, self._last_turn)
        return {each.task for each in held}

    def by_hand(self) -> set[int]:
        """The network moved and no optimizer moved it: the backward passes since its last step, which brought it."""
        arrived = {each.task for sentinel in self._sentinels for each in sentinel.held}
        computed = {each for sentinel in self._sentinels for each in sentinel.computed}
        self._put(computed)
        for sentinel in self._sentinels:
            sentinel.forget()
        return arrived | {each.task for each in computed}

    def _put(self, asked: set[_Arrival]) -> None:
        """What the loop asked for and put there itself has arrived now."""
        for task_of, turn in {(each.task, each.turn) for each in asked}:
            self._turns.bring(self.name, task_of, turn)
            self.arrivals += 1

    def _judge(self, held: set[_Arrival], asked: set[_Arrival], since: int) -> None:
        """Of an own step since whose predecessor all is known; what was asked for is meant, whose turn ever it was."""
        now = self._turns.now.number
        between = [self._turns.stepped_in(turn) for turn in range(since + 1, now)]
        earlier = [self._turns.stepped_in(each.turn) for each in held if each.turn < now]
        carried = any(self.name in networks for networks in earlier)
        strange = [self._turns.stepped_in(each.turn) for each in held - asked if each.turn < now]
        leaked = any(networks and self.name not in networks for networks in strange)
        self.counts.update(followed=1, carried=carried, leaked=leaked, both=carried and leaked)
        self.counts["after_other"] += leaked or any(between)

    def stepped(self) -> None:
        """The network has moved."""
        self._last_turn = self._turns.now.number
        for sentinel in self._sentinels:
            sentinel.last = _slice(sentinel.weight.grad)


def _lying(sentinel: _Sentinel) -> list[_Arrival] | None:
    """The arrivals that make up what lies there now; None where the loop put something else there.

    A gradient may have been scaled or bounded since, or be one that was kept and put back: the last arrival after which
    it was like that counts. Where none was, it may be one that was computed and put there, or added to what lay there.
    """
    now = _slice(sentinel.weight.grad)
    if now is None or not _alive(sentinel.weight.grad):
        sentinel.held = []
        return []
    for alike in (_scaled, _bounded):
        for number in range(len(sentinel.held), 0, -1):
            after = sentinel.held[number - 1].after
            if alike(now, after) or alike(-now, after):
                return sentinel.held[:number]
        put = [each for each in sentinel.computed if alike(now, each.after) or alike(-now, each.after)]
        if put:
            sentinel.held = put[-1:]
            return sentinel.held
        added = [each for each in sentinel.computed if _is_sum(now, sentinel.last, each.after, alike)]
        if added:
            sentinel.held = [*sentinel.held, added[-1]]
            return sentinel.held
    return None


def _is_sum(now: Tensor, last: Tensor | None, more: Tensor | None, alike: Callable[[Tensor, Tensor], bool]) -> bool:
    """Whether a gradient is like what lay there last and one more together."""
    return last is not None and more is not None and last.shape == more.shape and alike(now, last + more)


def _turned(sentinel: _Sentinel) -> bool:
    """Whether what lies there is the opposite of what came last."""
    now, last = _slice(sentinel.weight.grad), sentinel.last
    if now is None or last is None or now.shape != last.shape or not now.any():
        return False
    return torch.equal(now, -last) or (len(now) >= _FEWEST and (_scaled(now, -last) or _bounded(now, -last)))


def _scaled(now: Tensor, before: Tensor | None) -> bool:
    """Whether a gradient is another one as it was, or scaled."""
    if before is None or now.shape != before.shape:
        return False
    if torch.equal(now, before) or len(now) < _FEWEST:
        return torch.equal(now, before)
    a, b = now.double(), before.double()
    return bool(float(a @ b) > (1 - 1e-9) * float(a.norm() * b.norm()))


def _bounded(now: Tensor, before: Tensor | None) -> bool:
    """Whether a gradient is another one bounded value by value."""
    if before is None or now.shape != before.shape or len(now) < _FEWEST:
        return False
    a, b = now.double(), before.double()
    return bool((a * b >= 0).all() and (a.abs() <= b.abs() * (1 + 1e-6)).all() and a.abs().amax() < b.abs().amax())


def _chosen(among: list[nn.Parameter]) -> list[nn.Parameter]:
    """The first, the middle and the last of those with enough values to know a gradient again by."""
    among = [each for each in among if each.numel() >= _FEWEST] or among
    last = len(among) - 1
    return [among[number] for number in sorted({0, last // 2, last})] if among else []


def _slice(gradient: Tensor | None) -> Tensor | None:
    return None if gradient is None or gradient.is_sparse else some_values(gradient)


def _alive(gradient: Tensor | None) -> bool:
    if gradient is None:
        return False
    return bool(gradient.detach().coalesce().values().any() if gradient.is_sparse else gradient.detach().any())


def _cleared(gradient: Tensor | None, last: Tensor | None) -> bool:
    """Whether what was there last is not there any more."""
    now = _slice(gradient)
    return now is None or last is None or now.shape != last.shape or not torch.equal(now, last) or not now.any()
