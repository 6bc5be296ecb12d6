"""What the generator makes: to know it again, how old it is when the critic learns from it, what comes back to it."""

from collections import deque
from collections.abc import Container, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.passes import Pass, task
from ganbaru.checkup.watch.prints import Prints
from ganbaru.checkup.watch.turns import Turn, Turns

_REMEMBERED = 50_000
_MADE = 64
_ROWS, _COLUMNS = 64, 256
"""Of a batch, as much is compared."""
_LIKE = 1e-5
"""Largest difference of two rows that are alike, in sizes of the values: rounding makes 1e-6."""


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
        alone: of each batch made with gradients, and of each real one, the share of rows that no other row is like.
        anew: of the same batches, whether they were there before: what went in, by its numbers that differ from row to
            row, at an earlier update; a real one at an earlier look.
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
        self._made: dict[bytes, int] = {}
        self._copied: dict[bytes, int] = {}
        self._messages: deque[tuple[int, int, Tensor]] = deque(maxlen=_MADE)
        self._young: set[bytes] = set()
        self.alone: dict[str, list[float]] = {"made": [], "real": []}
        self.anew: dict[str, list[bool]] = {"latent": [], "real": []}
        self._met: dict[str, dict[int, int]] = {"latent": {}, "real": {}}
        self._looks = 0

    def begin(self) -> None:
        """A look begins."""
        self.end()
        self._young = set()
        self._looks += 1

    def end(self) -> None:
        """A look ends: nothing large is kept."""
        self.prints.clear()
        self._messages.clear()
        self.last = None

    def known(self) -> Container[bytes]:
        """What it made in this look and in earlier ones."""
        return self._born.keys()

    def see(self, given: Sequence[Tensor], made: Tensor, updates: int) -> None:
        """A pass of the generator.

        Args:
            given: the batches of floating numbers that it was given.
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
        for pair in prints.row_keys():
            self._young.update(pair)
            self._born.setdefault(pair[0], updates)
            for key in pair:
                self._made.setdefault(key, updates)
        if len(made) > 1 and made.requires_grad:
            self.spreads.append((_spread(given[0]) if given else 0.0, _spread(made)))
            self.alone["made"].append(alone(made))
            self._meet("latent", [each.detach() for each in given if len(each) == len(made)], updates)

    def see_double(self, made: Tensor, since: int) -> None:
        """What another module made that is built like the generator, and has been as it is since these updates."""
        for key in chain.from_iterable(Prints.all_of(made).row_keys()):
            self._copied.setdefault(key, since)

    def see_real(self, real: Tensor) -> None:
        """The real batch of a look."""
        if len(real) > 1 and not real.is_complex():
            self.alone["real"].append(alone(real))
            self._meet("real", [real.detach()], self._looks)

    def _meet(self, name: str, batches: Sequence[Tensor], now: int) -> None:
        """Notes whether the numbers of some batches that differ from row to row were all there before."""
        rows = [each.reshape(len(each), -1)[:_ROWS, :_COLUMNS] for each in batches if not each.is_complex()]
        loose = [each[:, columns] for each in rows if (columns := varying(each)).any()]
        if loose:
            key = hash(b"".join(each.float().cpu().numpy().tobytes() for each in loose))
            self.anew[name].append(self._met[name].setdefault(key, now) == now)

    def see_shown(self, seen: Pass) -> None:
        """A pass of the critic: of what hangs on the generator, its last activation counts, wherever it is applied."""
        if seen.fresh:
            self.shown += 1
            self.ends["shown"].add(seen.made_end)

    def _receive(self, gradient: Tensor) -> None:
        """A gradient comes back to what it made."""
        self._guard.run("message", self._keep, gradient)

    def _keep(self, gradient: Tensor) -> None:
        self._messages.append((self._turns.touch(), task(), gradient.detach().clone()))

    def message(self, turns: Sequence[Turn]) -> Tensor | None:
        """The last gradient that came back in a turn of the generator's, or of both by the loss that it moved along."""
        own = {turn.number for turn in turns if turn.by("generator")}
        along = {(turn.number, each) for turn in turns if turn.both for each in turn.tasks.get("generator", ())}
        mine = [each for number, by, each in self._messages if number in own or (number, by) in along]
        return mine[-1] if mine else None

    def ages(self, turns: Sequence[Turn], updates: int) -> None:
        """Notes how old the fakes are that the critic learned from."""
        for turn in turns:
            if not turn.by("critic"):
                continue
            for seen in {id(seen): seen for seen, push in turn.pushes if push.task in turn.reached}.values():
                self._age(seen, updates)
        for known in (self._born, self._made, self._copied):
            for key in list(islice(known, max(0, len(known) - _REMEMBERED))):
                del known[key]

    def _age(self, seen: Pass, updates: int) -> None:
        keys = seen.prints.row_keys()
        fakes = [keys[row] for row in np.flatnonzero(seen.label == 1.0)]
        if not fakes:
            return
        ages = [0 if self._young.intersection(pair) else updates - self._birth(pair, updates) for pair in fakes]
        self.old.append(float(np.quantile(ages, 0.1)))

    def _birth(self, pair: tuple[bytes, bytes], updates: int) -> int:
        """When what the critic is shown was made, by whichever end of it is known to be made, or else is younger.

        The other end may be a condition that comes again: a label, or the input of a pair.
        """
        made = [known[key] for key in pair for known in (self._copied, self._made) if key in known]
        return max(made) if made else max(self._born.setdefault(key, updates) for key in pair)

    def to_json(self) -> dict[str, Any]:
        """The probe ``fakes``."""
        return {
            "passes": len(self.old),
            "shown": self.shown,
            "age": float(np.median(self.old[len(self.old) // 2 :])) if self.old else None,
            "ends": [list(each) for each in sorted(self.ends["shown"] or self.ends["made"])],
            "latent_spread": max((latent for latent, _ in self.spreads), default=None),
            "made_spread": max((made for _, made in self.spreads), default=None),
            "made_alone": max(self.alone["made"], default=None),
            "real_alone": min(self.alone["real"], default=None),
            "latents_anew": _mean(self.anew["latent"]),
            "reals_anew": _mean(self.anew["real"]),
        }


def varying(rows: Tensor) -> Tensor:
    """The columns of ``(B, N)`` that differ from row to row, as noise does and a class's label does not ``(N,)``."""
    ordered = rows.detach().sort(dim=0).values
    return (ordered[1:] != ordered[:-1]).sum(dim=0) + 1 > len(rows) / 2


def alone(batch: Tensor) -> float:
    """Share of the rows of a batch that no other row is like, but for rounding."""
    flat = _numbers(batch[:_ROWS])
    some = flat[:, torch.linspace(0, flat.shape[1] - 1, min(_COLUMNS, flat.shape[1]), device=flat.device).long()]
    apart = torch.cdist(some, some, p=torch.inf).fill_diagonal_(torch.inf).amin(dim=1)
    return float((apart > _LIKE * some.abs().mean()).float().mean())


def _mean(values: Sequence[bool]) -> float | None:
    """Share of what is true after the first half; None of less than two."""
    late = values[len(values) // 2 :] if len(values) > 1 else []
    return sum(late) / len(late) if late else None


def _spread(batch: Tensor) -> float:
    """Largest difference of one value within the batch, over the size of all values."""
    flat = _numbers(batch)
    return float((flat.amax(dim=0) - flat.amin(dim=0)).max() / flat.abs().mean().clamp(min=1e-30))


def _numbers(batch: Tensor) -> Tensor:
    """What each sample of a batch is made of, real numbers ``(B, N)``."""
    values = torch.view_as_real(batch.detach()) if batch.is_complex() else batch.detach()
    return values.reshape(len(values), -1).float()
