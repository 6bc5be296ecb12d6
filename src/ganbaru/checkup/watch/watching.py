"""The watch around a loop: two lines that see what a training does, without changing a bit of it."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from types import TracebackType
from typing import Any

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.judging import judge
from ganbaru.checkup.watch import gathering, networks
from ganbaru.checkup.watch.hooks import Guard, hooked
from ganbaru.checkup.watch.look import Look
from ganbaru.checkup.watch.pacing import Pace, level
from ganbaru.checkup.watch.record import Record
from ganbaru.checkup.watch.steppers import Steppers, listen
from ganbaru.errors import UserError

_UNTOLD = 25
"""Own steps of a network without a ``step()`` after which they are taken for steps themselves."""


class Watch:
    """A watch around a training loop; see `watch`."""

    def __init__(
        self,
        parts: Mapping[str, nn.Module],
        optimizers: Sequence[torch.optim.Optimizer],
        *,
        level_name: str,
        every: int | None,
        steps: int | None,
        seed: int,
        facts: Mapping[str, Any],
    ) -> None:
        self._parts = dict(parts)
        self._level = level(level_name)
        self._guard = Guard()
        self._steppers = Steppers(networks.owners(self._parts), optimizers)
        self._record = Record()
        self._look = Look(self._parts, self._guard, self._record, self._steppers, self._level, seed)
        self._pace_of, self._steps = self._leader(), steps
        self._facts = dict(facts)
        self._handles: list[Any] = []
        self._told, self._started = 0, False
        self._pace = Pace(self._level, every, steps)

    def _leader(self) -> str:
        """The network by whose own steps time is told where the loop does not tell it."""
        return next((name for name in ("generator", "model", "critic") if name in self._parts), "")

    def start(self) -> "Watch":
        """Puts the hooks on; a watch that was closed goes on."""
        if not self._handles:
            self._started = True
            self._pace.run(True)
            self._record.clock()
            self._guard.run("start", self._hook_on)
            self._guard.run("look", self._begin)
        return self

    def _begin(self) -> None:
        """Looks at the next step where that is due."""
        if self._pace.due(self._record.step, self._guard.spent):
            self._look.begin()
        else:
            self._look.rest()

    def _hook_on(self) -> None:
        self._handles += listen(self._guard, self._before_update, self._after_update, lambda: self._look.looking)
        for name, network in self._parts.items():
            for module in networks.called(network):
                hook = self._guard.hook(f"passes of the {name}", self._look.seeing(name), self._look.awake)
                self._handles.append(hooked(module, hook))
        for part in self._parts["model"].children() if "model" in self._parts else ():
            hook = self._guard.hook("passes of the model's parts", self._look.seeing_parts("model"), self._look.awake)
            self._handles.append(hooked(part, hook))
        self._handles += self._look.hook_on()

    def close(self) -> None:
        """Takes the hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._look.rest()
        self._pace.run(False)

    def __enter__(self) -> "Watch":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def step(
        self,
        *,
        critic_loss: Any = None,
        generator_loss: Any = None,
        loss: Any = None,
        held_out_loss: Any = None,
        real: Any = None,
        fake: Any = None,
        **more: Any,
    ) -> None:
        """Ends one step of the loop and tells what is known of it; everything may be left out.

        Args:
            critic_loss: a number or a tensor of one; ``generator_loss``, ``loss`` and ``held_out_loss`` likewise.
            real: the real batch ``(B, *shape)``.
            fake: the generated batch ``(B, *shape)``.
            more: other numbers, recorded by their names.
        """
        self._told += 1
        losses = {
            "critic_loss": critic_loss,
            "generator_loss": generator_loss,
            "loss": loss,
            "held_out_loss": held_out_loss,
            **more,
        }
        self._guard.run("step", self._end_step, losses, real, fake)

    def _end_step(self, losses: Mapping[str, Any], real: Any, fake: Any) -> None:
        if not self._started:
            return
        self._record.step += 1
        self._record.losses({name: value for name, value in losses.items() if value is not None})
        if self._look.looking:
            self._guard.run("answers", self._look.answers.through, losses.get("loss"))
            self._look.end(real, fake)
            self._pace.glanced(self._record.step, 0.0)
        elif real is not None and fake is not None and self._pace.glances(self._record.step):
            start = perf_counter()
            self._guard.run("glance", self._look.glance, real, fake)
            self._pace.glanced(self._record.step, perf_counter() - start)
        if self._handles:
            self._begin()
        self._record.clock()

    def _before_update(self, optimizer: torch.optim.Optimizer, closure: bool) -> None:
        self._look.before_update(self._movers(optimizer), optimizer, closure=closure)

    def _movers(self, optimizer: torch.optim.Optimizer) -> list[str]:
        """The networks whose step this is; of several that an optimizer holds, those with a gradient other than 0."""
        names = self._steppers.moved(optimizer)
        return names if len(names) < 2 else [name for name in names if self._look.clearing[name].alive]

    def _after_update(self, optimizer: torch.optim.Optimizer, closure: bool) -> None:
        names = self._steppers.step(optimizer)
        if self._look.looking:
            self._look.after_update(self._movers(optimizer), optimizer, closure=closure)
        for name in names:
            self._record.update(name)
        if self._pace_of in names:
            self._keep_time()

    def _keep_time(self) -> None:
        """Where the loop does not call ``step()``, each own step of the leading network is one."""
        if not self._told and self._steppers.steps[self._pace_of] > _UNTOLD:
            self._end_step({}, None, None)

    def evidence(self) -> Evidence:
        """Everything seen so far, to judge by."""
        return gathering.gather(self._look, self._steppers, self._record, self._guard, self._own_facts())

    def _own_facts(self) -> dict[str, Any]:
        return {"steps": self._steps or self._record.step, **self._facts}

    def findings(self) -> Findings:
        """What the six steps say about it."""
        return judge(self.evidence())

    def __repr__(self) -> str:
        return f"<Watch of {' and '.join(self._parts)}: {self._record.step:,} steps>"


def watch(
    *,
    generator: nn.Module | None = None,
    critic: nn.Module | None = None,
    model: nn.Module | None = None,
    optimizers: Sequence[torch.optim.Optimizer] | torch.optim.Optimizer | None = None,
    level: str = "standard",
    every: int | None = None,
    steps: int | None = None,
    seed: int = 0,
    facts: Mapping[str, Any] | None = None,
) -> Watch:
    """Watches a training loop and says what is wrong with it. The numbers of the training do not change.

    >>> with gb.watch(generator=G, critic=D, optimizers=[og, od]) as w:  # doctest: +SKIP
    ...     for batch in loader:
    ...         ...
    ...         w.step(critic_loss=ld, generator_loss=lg, real=x, fake=gz)
    >>> print(w.findings())  # doctest: +SKIP

    Args:
        generator: of a GAN, together with ``critic``; as the loop calls it, wrapped or not.
        critic: likewise.
        model: the network of any other training.
        optimizers: all of the loop; those that are not named are noticed when they step.
        level: "light", "standard" or "deep": how much it may cost.
        every: look every so many steps after the first ones; None: as often as the level's cost allows.
        steps: how many the loop will take, where that is known.
        seed: of everything random in what is tried on copies.
        facts: what cannot be seen, such as ``{"data": "sound", "rate": 16000}``, by the names of `Evidence`.

    Raises:
        UserError: neither a generator with a critic nor a model was given, or the level is not known.
    """
    given = {"generator": generator, "critic": critic, "model": model}
    parts = {name: module for name, module in given.items() if module is not None}
    if set(parts) not in ({"generator", "critic"}, {"model"}):
        raise UserError(
            f"nothing to watch in {', '.join(parts) or 'no network'}",
            hint="give generator= and critic= of a GAN, or model= of any other training",
        )
    for name, module in parts.items():
        if not isinstance(module, nn.Module):
            raise UserError(f"{name} is a {type(module).__name__}", hint="a torch.nn.Module is watched")
    listed = [optimizers] if isinstance(optimizers, torch.optim.Optimizer) else list(optimizers or ())
    return Watch(parts, listed, level_name=level, every=every, steps=steps, seed=seed, facts=facts or {})
