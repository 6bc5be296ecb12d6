"""What optimizers do: which one holds whose weights, how often each network moves, and by what settings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from ganbaru.checkup.watch.hooks import Guard

Optimizer = torch.optim.Optimizer


class Steppers:
    """The optimizers that move the watched networks, whoever made them.

    Args:
        owners: whose each parameter is, by its id.
        given: the optimizers that the user named.

    Attributes:
        steps: own steps of each network, with a gradient.
        calls: steps of optimizers that hold weights of it.
        settings: facts of each network's optimizer.
        between: how often the critic moved so many times from one step of the generator to the next.
    """

    def __init__(self, owners: Mapping[int, str], given: Sequence[Optimizer]) -> None:
        self.steps: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.settings: dict[str, Any] = {}
        self.between: Counter[int] = Counter()
        self._critic_before = 0
        self._owners, self._given = owners, list(given)
        self._seen: dict[int, tuple[Optimizer, int, dict[str, list[nn.Parameter]]]] = {}
        for optimizer in given:
            self.held(optimizer)

    def held(self, optimizer: Optimizer) -> dict[str, list[nn.Parameter]]:
        """The parameters of each watched network that an optimizer holds."""
        count = sum(len(group["params"]) for group in optimizer.param_groups)
        known = self._seen.get(id(optimizer))
        if known is not None and known[1] == count:
            return known[2]
        found: dict[str, list[nn.Parameter]] = {}
        for group in optimizer.param_groups:
            for weight in group["params"]:
                owner = self._owners.get(id(weight))
                if owner is not None:
                    found.setdefault(owner, []).append(weight)
                    self._note(owner, optimizer, group)
        self._seen[id(optimizer)] = (optimizer, count, found)
        return found

    def moved(self, optimizer: Optimizer) -> list[str]:
        """The networks whose step this is: the one that an optimizer holds; of several, those with gradients."""
        held = self.held(optimizer)
        if len(held) == 1:
            return list(held)
        return [name for name, some in held.items() if any(weight.grad is not None for weight in some)]

    def step(self, optimizer: Optimizer) -> list[str]:
        """Counts a step of this optimizer; gives the networks whose step it is."""
        found = self.moved(optimizer)
        for name in self.held(optimizer):
            self.calls[name] += 1
        self._count(found)
        return found

    def by_hand(self, name: str) -> None:
        """Counts a step that a network made without an optimizer."""
        self._count([name])

    def _count(self, names: list[str]) -> None:
        for name in names:
            self.steps[name] += 1
        if "generator" in names:
            self.between[self.steps["critic"] - self._critic_before] += 1
            self._critic_before = self.steps["critic"]

    def _note(self, owner: str, optimizer: Optimizer, group: Mapping[str, Any]) -> None:
        rate = max(float(group.get("lr", 0.0)), float(self.settings.get(f"{owner}_learning_rate") or 0.0))
        betas = group.get("betas")
        self.settings |= {
            f"{owner}_optimizer": type(optimizer).__name__.lower(),
            f"{owner}_learning_rate": rate,
            f"{owner}_momentum": float(betas[0] if betas else group.get("momentum", 0.0) or 0.0),
        }

    def refresh(self) -> None:
        """Reads the settings again: the highest learning rate of a schedule counts."""
        for optimizer, _, _ in self._seen.values():
            for group in optimizer.param_groups:
                for owner in {self._owners.get(id(weight)) for weight in group["params"]} - {None}:
                    self._note(str(owner), optimizer, group)

    def ownership(self) -> dict[str, Any]:
        """For each optimizer the number of parameters of each network that it holds; ``given`` are the user's."""
        named = {id(each) for each in self._given}
        return {
            "optimizers": [
                {
                    "given": key in named,
                    "held": {name: len(some) for name, some in held.items()},
                    "others": count - sum(map(len, held.values())),
                }
                for key, (_, count, held) in self._seen.items()
                if held or key in named
            ]
        }


def listen(
    guard: Guard,
    before: Callable[[Optimizer, bool], None],
    after: Callable[[Optimizer, bool], None],
    awake: Callable[[], bool],
) -> list[torch.utils.hooks.RemovableHandle]:
    """Hooks on the steps of all optimizers, also of those that the watcher was not told of.

    Args:
        guard: what runs the hooks.
        before: is called with the optimizer and whether it was given a closure.
        after: likewise.
        awake: whether ``before`` is to be called; ``after`` always is, for steps are counted.
    """
    from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

    def has_closure(args: Sequence[Any], options: Mapping[str, Any]) -> bool:
        return options.get("closure") is not None or any(callable(each) for each in args[1:])

    def pre(optimizer: Optimizer, args: Any, options: Any) -> None:
        before(optimizer, has_closure(args, options))

    def post(optimizer: Optimizer, args: Any, options: Any) -> None:
        after(optimizer, has_closure(args, options))

    return [
        register_optimizer_step_pre_hook(guard.hook("optimizers", pre, awake)),
        register_optimizer_step_post_hook(guard.hook("optimizers", post)),
    ]
