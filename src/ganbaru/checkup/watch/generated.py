"""What the generator makes: to know it again, how old it is when the critic learns from it, what comes back to it."""

from collections import deque
from collections.abc import Container, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.passes import Pass
from ganbaru.checkup.watch.prints import Prints
from ganbaru.checkup.watch.turns import Turn, Turns

_REMEMBERED = 50_000
_MADE = 64


class Generated:
    """Follows what the generator makes.

    Attributes:
        prints: of what it made in this look.
        reach: values of one sample; None before the first.
        last: the last batch that hangs on its weights, or the last one.
        shown: passes of the critic of something that hangs on its weights.
        ends: its last activations with their factors, as it made them, and as the critic was shown them.
        old: age of the fakes in each pass of a critic's turn that was looked at, in updates of the generator: that of
            the youngest tenth.
        spreads: of each pass with gradients, the largest difference within a batch of one value of what it was given,
            and of what it made, as shares of their size ``(latent, made)``.
    """

    def __init__(self, turns: Turns, guard: Guard) -> None:
        self._turns, self._guard = turns, guard
        self.prints: deque[Prints] = deque(maxlen=_MADE)
        self.reach: int | None = None
        self.last: Tensor | None = None
        self.shown = 0
        self.ends: dict[str, set[tuple[str, float]]] = {"made": set(), "shown": set()}
        self.old: list[float] = []
        self.spreads: list[tuple[float, float]] = []
        self._born: dict[bytes, int] = {}
        self._messages: deque[tuple[int, Tensor]] = deque(maxlen=_MADE)
        self._young: set[bytes] = set()

    def begin(self) -> None:
        """A look begins."""
        self.end()
        self._young = set()

    def end(self) -> None:
        """A look ends: nothing large is kept."""
        self.prints.clear()
        self._messages.clear()
        self.last = None

    def known(self) -> Container[bytes]:
        """What it made in this look and in earlier ones."""
        return self._born.keys()

    def see(self, latent: Tensor | None, made: Tensor, updates: int) -> None:
        """A pass of the generator.

        Args:
            latent: what it was given.
            made: what it made ``(B, *shape)``.
            updates: its updates so far.
        """
        self.reach = made[0].numel() * (2 if made.is_complex() else 1)
        if made.requires_grad or self.last is None:
            self.last = made.detach()
        if made.requires_grad:
            self.ends["made"].add(outputs.end(made))
            made.register_hook(self._receive)
        prints = Prints.all_of(made)
        self.prints.append(prints)
        for key, _ in prints.row_keys():
            self._young.add(key)
            self._born.setdefault(key, updates)
        if len(made) > 1 and made.requires_grad:
            self.spreads.append((_spread(latent) if latent is not None else 0.0, _spread(made)))

    def see_shown(self, seen: Pass) -> None:
        """A pass of the critic: of what hangs on the generator, its last activation counts, wherever it is applied."""
        if seen.fresh:
            self.shown += 1
            self.ends["shown"].add(seen.made_end)

    def _receive(self, gradient: Tensor) -> None:
        """A gradient comes back to what it made."""
        self._guard.run("message", self._keep, gradient)

    def _keep(self, gradient: Tensor) -> None:
        self._messages.append((self._turns.touch(), gradient.detach().clone()))

    def message(self, turns: Sequence[Turn]) -> Tensor | None:
        """The last gradient that came back in a turn of the generator's."""
        own = {turn.number for turn in turns if turn.by("generator")}
        mine = [gradient for number, gradient in self._messages if number in own]
        return mine[-1] if mine else None

    def ages(self, turns: Sequence[Turn], updates: int) -> None:
        """Notes how old the fakes are that the critic learned from."""
        for turn in turns:
            if not turn.by("critic"):
                continue
            for seen in {id(seen): seen for seen, push in turn.pushes if push.task in turn.reached}.values():
                self._age(seen, updates)
        for key in list(islice(self._born, max(0, len(self._born) - _REMEMBERED))):
            del self._born[key]

    def _age(self, seen: Pass, updates: int) -> None:
        keys = seen.prints.row_keys()
        fakes = [keys[row][0] for row in np.flatnonzero(seen.label == 1.0)]
        if not fakes:
            return
        ages = [0 if key in self._young else updates - self._born.setdefault(key, updates) for key in fakes]
        self.old.append(float(np.quantile(ages, 0.1)))

    def to_json(self) -> dict[str, Any]:
        """The probe ``fakes``."""
        return {
            "passes": len(self.old),
            "shown": self.shown,
            "age": float(np.median(self.old[len(self.old) // 2 :])) if self.old else None,
            "ends": [list(each) for each in sorted(self.ends["shown"] or self.ends["made"])],
            "latent_spread": max((latent for latent, _ in self.spreads), default=None),
            "made_spread": max((made for _, made in self.spreads), default=None),
        }


def _spread(batch: Tensor) -> float:
    """Largest difference of one value within the batch, over the size of all values."""
    values = torch.view_as_real(batch.detach()) if batch.is_complex() else batch.detach()
    flat = values.reshape(len(values), -1).float()
    return float((flat.amax(dim=0) - flat.amin(dim=0)).max() / flat.abs().mean().clamp(min=1e-30))
