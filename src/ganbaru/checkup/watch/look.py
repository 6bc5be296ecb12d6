"""One step looked at closely: passes, pushes, gradients, how far the weights move, how the samples stand."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch import outputs, passes, transforms
from ganbaru.checkup.watch.answers import Answers
from ganbaru.checkup.watch.by_hand import ByHand
from ganbaru.checkup.watch.clamps import Clamps
from ganbaru.checkup.watch.clearing import Clearing
from ganbaru.checkup.watch.doubles import Doubles
from ganbaru.checkup.watch.gauging import Gauging
from ganbaru.checkup.watch.generated import Generated
from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.modes import Modes
from ganbaru.checkup.watch.moving import Moving
from ganbaru.checkup.watch.pacing import Level
from ganbaru.checkup.watch.prints import Prints
from ganbaru.checkup.watch.probing import Probing
from ganbaru.checkup.watch.pushes import Pushes
from ganbaru.checkup.watch.record import Record
from ganbaru.checkup.watch.sorting import Known, label
from ganbaru.checkup.watch.steppers import Optimizer, Steppers
from ganbaru.checkup.watch.turns import Turn, Turns

_PASSES = 96


class Look:
    """Looks at single steps.

    Attributes:
        looking: whether a step is being looked at.
        looks: steps that were looked at.
        heard: calls of each network in them.
    """

    def __init__(
        self,
        parts: Mapping[str, nn.Module],
        guard: Guard,
        record: Record,
        steppers: Steppers,
        level: Level,
        seed: int,
    ) -> None:
        self.looking, self.looks = False, 0
        self.parts, self._guard, self._record, self._steppers = parts, guard, record, steppers
        self.turns = Turns()
        self.clearing = {name: Clearing(name, part, self.turns, guard) for name, part in parts.items()}
        self.moving = {name: Moving(name, part) for name, part in parts.items()}
        self._clamps = Clamps(parts["critic"], guard) if "critic" in parts else None
        self.modes = {name: Modes(part, lasting=name != "critic") for name, part in parts.items()}
        self.pushes, self.generated = Pushes(), Generated(self.turns, guard)
        self.gauging, self.probing = Gauging(record, level), Probing(parts, record, level, seed)
        self.answers = Answers(record, guard)
        self.heard: Counter[str] = Counter()
        self._tells_made = False
        self._passes: deque[passes.Pass] = deque(maxlen=_PASSES)
        self._by_hand = ByHand(parts, guard)
        self._doubles = self._hear_doubles() if "generator" in parts else None

    def _hear_doubles(self) -> Doubles:
        updates = partial(self._steppers.steps.__getitem__, "generator")
        return Doubles(self.parts["generator"], self._guard, self.generated.see_double, updates)

    def hook_on(self) -> list[Any]:
        """Puts hooks on the weights; gives their handles."""
        handles: list[Any] = [handle for each in self.clearing.values() for handle in each.hook_on()]
        return handles if self._clamps is None else [*handles, self._clamps.hook_on()]

    def begin(self) -> None:
        """Starts looking at the next step, or goes on with it."""
        for name in self.parts:
            self.clearing[name].look(True)
            self.moving[name].begin()
        self._passes.clear()
        self.generated.begin()
        self.answers.begin()
        self._by_hand.begin()
        if not self.looking:
            self.turns.begin()
        self.looking = self._guard.counts = True
        self._doubles_heard(True)

    def rest(self) -> None:
        """Stops looking."""
        self.looking = self._guard.counts = False
        self._by_hand.rest()
        self._doubles_heard(False)
        for clearing in self.clearing.values():
            clearing.look(False)

    def _doubles_heard(self, looking: bool) -> None:
        if self._doubles is not None:
            self._doubles.look(looking)

    @property
    def _clip(self) -> float | None:
        """The bound of the clip that was seen; None where none was."""
        return None if self._clamps is None else self._clamps.bound

    def awake(self) -> bool:
        """Whether a pass of a network is of interest."""
        return self.looking or self._record.fresh

    def seeing(self, name: str) -> Callable[..., None]:
        """What a hook on the passes of a network does."""
        see = self._see_critic if name == "critic" else self._see_maker

        def hook(module: nn.Module, args: Any, options: Any, answer: Any) -> None:
            self._record.passed()
            self.heard[name] += self.looking
            if self.looking:
                self._guard.run("steps by hand", self._see_steps_by_hand)
            if self.looking and any(map(transforms.is_wrapped, outputs.tensors((args, options, answer)))):
                if name == "critic":
                    self._guard.run("transforms", self._see_transformed, (args, options), answer)
            elif self.looking:
                self.modes[name].see(any(each.requires_grad for each in outputs.tensors(answer)))
                self.probing.remember(name, module, args, options)
                see((args, options), answer)

        return hook

    def seeing_parts(self, name: str) -> Callable[..., None]:
        """What a hook on the passes of a model's parts does: one may be trained by methods of its own."""

        def hook(module: nn.Module, args: Any, options: Any, answer: Any) -> None:
            self._record.passed()
            made = outputs.samples(answer)
            if self.looking and made is not None:
                self.modes[name].see(made.requires_grad)
                self.answers.see_part(id(module), made)

        return hook

    def _see_maker(self, given: Any, answer: Any) -> None:
        made = outputs.samples(answer)
        if made is not None and "generator" in self.parts:
            self.generated.see(outputs.batches(given), made, self._steppers.steps["generator"])
        elif made is not None:
            self.answers.see(made)

    def _see_critic(self, given: Any, answer: Any) -> None:
        taught, reach = self.moving["critic"].trainable, self.generated.reach
        for shown, said in outputs.sides(answer, outputs.batches(given)):
            answers = outputs.scores(said, len(shown))
            seen = passes.of_critic(shown, answers, reach=reach, taught=taught, pushed=self._pushed)
            if seen is not None:
                self._passes.append(seen)
                self.generated.see_shown(seen)

    def _see_transformed(self, given: Any, answer: Any) -> None:
        """A pass of the critic inside `torch.func`: where that differentiates it, it may be a penalty."""
        shown, said = ([transforms.peeled(each) for each in outputs.tensors(some)] for some in (given, answer))
        found = next((each.values for each in shown if each.followed and each.values.dim() > 1), None)
        if found is not None:
            with transforms.set_aside():
                graph = any(each.outer for each in said)
                self.turns.push(*passes.of_transform(found, self.generated.reach, graph=graph))

    def _pushed(self, seen: passes.Pass, first: bool, gradient: Tensor) -> None:
        if self.looking:
            graph = torch.is_grad_enabled()
            self._guard.run("pushes", lambda: self.turns.push(seen, passes.push_of(seen, first, gradient, graph)))

    def before_update(self, networks: list[str], optimizer: Optimizer, *, closure: bool) -> None:
        """An optimizer is about to move networks.

        Args:
            networks: those that it moves.
            optimizer: it.
            closure: gradients are taken within the step, as L-BFGS does, so that none lies there yet.
        """
        for name in networks:
            self.modes[name].update()
            if not closure:
                if name == "critic" and not self.moving[name].updates:
                    self._guard.run("clip", self.moving[name].clipped, self._record, self._clip)
                self._take_gradients(name, optimizer)

    def _take_gradients(self, name: str, optimizer: Optimizer) -> None:
        """Judges the gradients that move a network."""
        self.turns.now.tasks[name] = self.clearing[name].step(optimizer)
        if self.clearing[name].turned != bool(optimizer.param_groups[0].get("maximize")):
            self.turns.now.rising.add(name)
        self.moving[name].gradients(optimizer)

    def after_update(self, networks: list[str], optimizer: Optimizer, *, closure: bool) -> None:
        """It has moved them."""
        for name in networks:
            if closure:  # what the closure brought lies there still
                self._take_gradients(name, optimizer)
            self.moving[name].updates += 1
            self.clearing[name].stepped()
            self.turns.step(name)
        for modes in self.modes.values():
            modes.turn()

    def _see_steps_by_hand(self) -> None:
        """Networks have moved that no optimizer ever moved, along gradients that were seen to come."""
        if all(self._steppers.calls[name] for name in self.parts):
            return
        for name in self._by_hand.moved():
            tasks = set() if self._steppers.calls[name] else self.clearing[name].by_hand()
            if not tasks:
                continue
            self._steppers.by_hand(name)
            self.modes[name].update()
            self.turns.now.tasks[name] = tasks
            if name == "critic" and not self.moving[name].updates:
                self.moving[name].clipped(self._record, self._clip)
            with self._by_hand.lent(name) as lent:
                if lent or self.clearing[name].alive:
                    self.moving[name].gradients()
            self.moving[name].updates += 1
            self.turns.step(name)
            for modes in self.modes.values():
                modes.turn()
            self._record.update(name)

    def end(self, real: Any, fake: Any) -> None:
        """The step is over.

        Args:
            real: the real batch, where the loop told it.
            fake: the generated batch, likewise.
        """
        self.looks += 1
        self._guard.run("steps by hand", self._see_steps_by_hand)
        turns = self.turns.take()
        told = outputs.samples(real), outputs.samples(fake)
        if "critic" in self.parts:
            self._guard.run("attribution", self._attribute, turns, *told)
        for name in self.parts:
            self._guard.run("updates", self.moving[name].end, self._record, self._per_step(name))
        if "model" in self.parts:
            self.answers.end(self.moving["model"].updates)
        self._steppers.refresh()
        self._record.note_seconds()
        if "critic" in self.parts:
            self._guard.run("gauges", self.gauging.look, list(self._passes), turns, self.generated, *told)
        self._guard.run("probes", self.probing.look, self.looks, self.gauging.real)
        self._passes.clear()
        self.generated.end()

    def glance(self, real: Any, fake: Any) -> None:
        """Sets samples against each other that a step told which is not looked at; those told before were as made."""
        told, made = outputs.samples(real), outputs.samples(fake)
        if self._tells_made and told is not None and made is not None:
            self.gauging.glance(told, made)

    def _attribute(self, turns: list[Turn], real: Tensor | None, fake: Tensor | None) -> None:
        """Labels what the critic was shown, and takes what pushes its scores."""
        known = Known(
            [*self.generated.prints, *(Prints.all_of(each) for each in (fake,) if each is not None)],
            [Prints.all_of(each, self.generated.reach) for each in (real,) if each is not None],
            self.generated.known(),
        )
        pushed = {id(seen) for turn in turns for seen, push in turn.pushes if push.task in turn.reached}
        seen_passes = {id(seen): seen for turn in turns for seen, _ in turn.pushes}
        seen_passes |= {id(seen): seen for seen in self._passes}
        for seen in seen_passes.values():
            seen.aside = id(seen) not in pushed
        label(list(seen_passes.values()), known, [[seen for seen, _ in turn.pushes] for turn in turns])
        told = None if fake is None else Prints.all_of(fake).known(self.generated.known())
        self._tells_made = told is not None and bool(told.all())
        self.pushes.add(turns)
        self.generated.ages(turns, self._steppers.steps["generator"])
        shown = real if real is not None else next((each.given for each in seen_passes.values() if each.is_real), None)
        if shown is not None:
            self.generated.see_real(shown)
        for turn in turns:
            if turn.both:
                for name in self.parts:
                    self.clearing[name].counts.update(after_other=1, leaked=name in turn.leaks())

    def _per_step(self, name: str) -> float:
        """Own steps of a network that a step of the training has."""
        if name != "critic" or not self._steppers.steps["generator"]:
            return 1.0
        return max(1.0, self._steppers.steps["critic"] / max(1, self._steppers.steps["generator"]))
