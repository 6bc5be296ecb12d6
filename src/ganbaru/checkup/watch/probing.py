"""What can only be known by trying: on copies of the networks, with every random state put back."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.networks import copied
from ganbaru.checkup.watch.pacing import Level
from ganbaru.checkup.watch.record import Record

_ROWS = 16


@contextmanager
def undisturbed(seed: int) -> Iterator[None]:
    """A block with random states of its own: torch's on every device, numpy's and Python's are put back."""
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    python, numpy_ = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002 - the networks may draw from it
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_)  # noqa: NPY002


class Probing:
    """Tries things on copies.

    Args:
        parts: the networks.
        record: is told numbers that are a series.
        level: how often.
        seed: of everything random in it.

    Attributes:
        found: the answers, by name.
        reasons: why one was not to be had.
    """

    def __init__(self, parts: Mapping[str, nn.Module], record: Record, level: Level, seed: int) -> None:
        self._parts, self._record, self._level, self._seed = parts, record, level, seed
        self._given: dict[str, tuple[Any, Any]] = {}
        self.found: dict[str, Any] = {}
        self.reasons: dict[str, str] = {}
        self._times = 0

    def remember(self, name: str, args: Any, options: Any) -> None:
        """What a network was called with, kept until the step is over."""
        if self._times < self._level.probes:
            self._given[name] = (args, options)

    def look(self, looks: int) -> None:
        """Tries what is due at the end of a look."""
        given, self._given = self._given, {}
        if self._times >= self._level.probes or looks != 3 ** (self._times + 1):
            return
        self._times += 1
        for name, call, of in (
            ("latent", _latent, "generator"),
            ("coupling", _coupling, "critic"),
            ("denormals", _denormals, "critic" if "critic" in self._parts else "model"),
        ):
            if of in given:
                self._try(name, call, self._parts[of], *given[of])

    def _try(self, name: str, call: Any, module: nn.Module, args: Any, options: Any) -> None:
        try:
            with undisturbed(self._seed), torch.no_grad():
                answer = call(module, args, options, self._seed)
        except Exception as error:  # a network of the user's own may refuse a copy in any way
            self.reasons[name] = f"a copy of the network could not be tried: {type(error).__name__}: {error}"
            return
        if name == "denormals":
            self._record.add(name, answer)
        elif answer is not None:
            self.found.setdefault(name, []).append(answer)


def _latent(module: nn.Module, args: Any, options: Any, seed: int) -> dict[str, float] | None:
    """How much samples change when their latents are exchanged, over their size, in evaluation mode.

    ``wired`` is 1 where samples are computed from the latents at all, be it through units that never answer; ``way`` is
    the largest derivative of a sample with respect to its latent.
    """
    first = outputs.samples((args, options))
    if first is None or len(first) < 2:
        return None
    moved = first.detach().roll(1, dims=0)
    if torch.equal(moved, first):
        return None
    network = copied(module).eval()
    before = _answer(network, args, options, seed)
    after = _answer(network, *_replaced(args, options, first, moved), seed)
    change = float((after - before).abs().max() / before.abs().mean().clamp(min=1e-30))
    with torch.enable_grad():
        latent = moved.clone().requires_grad_()
        torch.manual_seed(seed)
        exchanged = _replaced(args, options, first, latent)
        made = next(outputs.tensors(network(*exchanged[0], **exchanged[1])))
        way = torch.autograd.grad(made.abs().sum(), latent, allow_unused=True)[0] if made.requires_grad else None
    return {"change": change, "wired": float(way is not None), "way": 0.0 if way is None else float(way.abs().max())}


def _coupling(module: nn.Module, args: Any, options: Any, seed: int) -> dict[str, float] | None:
    """How much the score of one sample changes when the others do, over the spread of the scores.

    The others are pulled apart by a half, the first one stays; batch normalisation and whatever else looks at the whole
    batch then scores it otherwise. Copies are in the mode that the network is in.
    """
    first = outputs.samples((args, options))
    if first is None or len(first) < 2:
        return None
    moved = first.detach().clone()
    moved[1:] = 1.5 * moved[1:] + 0.5 * moved[1:].mean()
    before = _scores(copied(module), args, options, seed)
    after = _scores(copied(module), *_replaced(args, options, first, moved), seed)
    if len(before) != len(first):
        return None
    change = float((after[0] - before[0]).abs().max())
    normalised = any(isinstance(part, nn.modules.batchnorm._BatchNorm) and part.training for part in module.modules())
    return {"change": change / max(float(before.std()), 1e-12), "batch_norm": float(normalised)}


def _denormals(module: nn.Module, args: Any, options: Any, seed: int) -> float:
    """Share of the activations that are denormal numbers."""
    counts = [0, 0]

    def count(part: nn.Module, given: Any, answer: Any) -> None:
        for each in outputs.tensors(answer):
            if each.is_floating_point():
                tiny = torch.finfo(each.dtype).tiny
                counts[0] += int(((each != 0) & (each.abs() < tiny)).sum())
                counts[1] += each.numel()

    network = copied(module)
    for part in network.modules():
        if not list(part.children()):
            part.register_forward_hook(count)
    _answer(network, args, options, seed)
    return counts[0] / max(1, counts[1])


def _answer(network: nn.Module, args: Any, options: Any, seed: int) -> Tensor:
    torch.manual_seed(seed)
    return next(outputs.tensors(network(*args, **options))).detach().float()


def _scores(network: nn.Module, args: Any, options: Any, seed: int) -> Tensor:
    torch.manual_seed(seed)
    first = outputs.samples((args, options))
    count = 0 if first is None else len(first)
    said = outputs.scores(network(*args, **options), count)[0].detach().float()
    return said.reshape(len(said), -1) if said.dim() else said.reshape(1, 1)


def _replaced(args: Any, options: Any, old: Tensor, new: Tensor) -> tuple[Any, Any]:
    """The same arguments with one tensor exchanged."""

    def swap(value: Any) -> Any:
        if value is old:
            return new
        if isinstance(value, Mapping):
            return {key: swap(each) for key, each in value.items()}
        return type(value)(swap(each) for each in value) if type(value) in (list, tuple) else value

    return tuple(swap(each) for each in args), swap(dict(options))
