"""What can only be known by trying: on copies of the networks, with every random state put back."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.generated import varying
from ganbaru.checkup.watch.networks import copied, weights
from ganbaru.checkup.watch.pacing import Level
from ganbaru.checkup.watch.record import Record
from ganbaru.checkup.watch.sighting import sight

_ROWS = 16
_POINTS, _VALUES = 32, 4_000_000
"""Samples at which the critic's slopes are taken, and its weights up to which they are."""
_NO_SLOPE, _NEARLY_ALL = 1e-9, 0.9
"""Slope over the steepest that is but rounding, in double precision; and the share of the variance of reals that is
nearly all."""


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
        self._given: dict[str, tuple[nn.Module, Any, Any]] = {}
        self._cast: dict[str, Any] = {}
        self.found: dict[str, Any] = {}
        self.reasons: dict[str, str] = {}
        self._times = 0

    def remember(self, name: str, module: nn.Module, args: Any, options: Any) -> None:
        """What a network was called with, or a part of one that cannot be called, kept until the step is over."""
        if self._times < self._level.probes:
            self._given[name] = (module, args, options)
            self._cast = _cast()

    def look(self, looks: int, real: Tensor | None = None) -> None:
        """Tries what is due at the end of a look.

        Args:
            looks: how many there were.
            real: a batch of real samples, where one was seen.
        """
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
                self._keep(name, self._tried(name, call, *given[of], self._seed))
        if "critic" in given:
            self._keep("view", self._tried("view", _view, *given["critic"], self._seed, real))
        if given and "sight" not in self.found:
            parts = {of: module for of, (module, _, _) in given.items()}
            seen = self._tried("sight", sight, parts, {of: each[1:] for of, each in given.items()}, real)
            self.found |= {} if seen is None else {"sight": seen}

    def _tried(self, name: str, call: Any, *given: Any) -> Any:
        """What a trial answers; None where it fails."""
        try:
            with undisturbed(self._seed), torch.no_grad(), torch.autocast(**self._cast):
                return call(*given)
        except Exception as error:  # a network of the user's own may refuse a copy in any way
            self.reasons[name] = f"a copy of the network could not be tried: {type(error).__name__}: {error}"
            return None

    def _keep(self, name: str, answer: Any) -> None:
        if answer is not None and name == "denormals":
            self._record.add(name, answer)
        elif answer is not None:
            self.found.setdefault(name, []).append(answer)


def _cast() -> dict[str, Any]:
    """The mixed precision that is on now, as `torch.autocast` takes it."""
    on = next((kind for kind in ("cuda", "cpu") if torch.is_autocast_enabled(kind)), None)
    kind = on or "cpu"
    return {"device_type": kind, "dtype": torch.get_autocast_dtype(kind), "enabled": on is not None}


def _latent(module: nn.Module, args: Any, options: Any, seed: int) -> dict[str, float] | None:
    """How much samples change when their latents are exchanged, over their size, in evaluation mode.

    Of what goes in, only numbers that differ from row to row are exchanged, as those of noise do and a label's do not;
    of several batches with such numbers, that counts which changes least. ``wired`` is 1 where samples are computed
    from it at all, be it through units that never answer; ``way`` is the largest derivative of a sample with respect
    to it, ``scale`` its standard deviation from row to row.
    """
    given = [each for each in outputs.batches((args, options)) if len(each) > 1 and not each.is_complex()]
    loose = [(each, columns) for each in given if (columns := varying(each.reshape(len(each), -1))).any()]
    loose = loose or [(each, torch.ones_like(each[0], dtype=torch.bool).reshape(-1)) for each in given[:1]]
    tried = [found for each, columns in loose if (found := _exchanged(module, args, options, seed, each, columns))]
    return min(tried, key=lambda each: each["change"], default=None)


def _exchanged(
    module: nn.Module, args: Any, options: Any, seed: int, first: Tensor, columns: Tensor
) -> dict[str, float] | None:
    """The same of some columns of one batch."""
    flat = first.detach().reshape(len(first), -1)
    moved = torch.where(columns, flat.roll(1, dims=0), flat).reshape(first.shape)
    if torch.equal(moved, first):
        return None
    network = copied(module).eval()
    before = _answer(network, args, options, seed)
    after = _answer(network, *outputs.replaced(args, options, first, moved), seed)
    change = float((after - before).abs().max() / before.abs().mean().clamp(min=1e-30))
    with torch.enable_grad():
        latent = moved.clone().requires_grad_()
        torch.manual_seed(seed)
        exchanged = outputs.replaced(args, options, first, latent)
        made = next(outputs.tensors(network(*exchanged[0], **exchanged[1])))
        way = torch.autograd.grad(made.abs().sum(), latent, allow_unused=True)[0] if made.requires_grad else None
    heard = 0.0 if way is None else float(way.reshape(len(way), -1)[:, columns].abs().max())
    return {
        "change": change,
        "wired": float(way is not None),
        "way": heard,
        "scale": float(flat[:, columns].float().var(dim=0).mean().sqrt()),
    }


def _coupling(module: nn.Module, args: Any, options: Any, seed: int) -> dict[str, float] | None:
    """How much the scores of some samples change when the others do, over the spread of the scores.

    Of a batch, a quarter stays, the first and the last one among them; the others are pulled apart by a half. Batch
    normalisation, and whatever else looks at the whole batch, such as a recurrent layer that takes the batch for time,
    then scores them otherwise. ``own`` is what is left of their changes without the mean of them: 0 where only one
    number is added to all, as that of a layer that tells how alike a batch is. Copies are in the mode that the network
    is in.
    """
    first = outputs.samples((args, options))
    if first is None or len(first) < 2:
        return None
    kept = torch.linspace(0, len(first) - 1, max(2, len(first) // 4)).round().long()[: len(first) - 1]
    others = torch.ones(len(first), dtype=torch.bool).index_fill(0, kept, False).to(first.device)
    moved = first.detach().clone()
    moved[others] = 1.5 * moved[others] + 0.5 * moved[others].mean()
    network, used = copied(module), []
    for part in network.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.training:
            part.register_forward_hook(lambda *_: used.append(1))
    before = _scores(network, args, options, seed)
    after = _scores(copied(module), *outputs.replaced(args, options, first, moved), seed)
    if len(before) != len(first):
        return None
    changes, size = (after - before)[kept.to(before.device)], max(float(before.std()), 1e-12)
    own = {"own": float((changes - changes.mean(dim=0)).abs().max()) / size} if len(kept) > 1 else {}
    return {"change": float(changes.abs().max()) / size, "batch_norm": float(bool(used)), **own}


def _view(module: nn.Module, args: Any, options: Any, seed: int, real: Tensor | None) -> dict[str, float] | None:
    """What of a sample the critic looks at: in how many directions its scores rise, and whether they ever bend.

    ``directions`` is the rank of its slopes at real samples and between them, ``of`` how many directions hold nearly
    all that varies in reals; ``bend`` how far the score of a middle is from the middle of two scores, at most, over the
    spread of the scores. In double precision, for what is nothing is to be told from what is little.
    """
    first = outputs.samples((args, options))
    if first is None or real is None or real.shape[1:] != first.shape[1:] or len(real) < 4 or first.is_complex():
        return None
    if first[0].numel() < 2 or sum(each.numel() for each in weights(module)) > _VALUES:
        return None
    count = min(len(first), len(real), _POINTS)
    shown = real[:count].detach().double()
    middles = (shown + shown.roll(1, dims=0)) / 2
    network = copied(module).double().eval()

    def score(samples: Tensor) -> Tensor:
        padded = first.detach().double().clone()
        padded[: len(samples)] = samples
        exchanged = outputs.replaced(args, options, first, padded)
        found = outputs.scores(network(*exchanged[0], **exchanged[1]), len(padded))[0]
        return found.reshape(len(padded), -1).mean(dim=1)[: len(samples)]

    ends, slopes = score(shown), []
    size = float(ends.std())
    if not size > 0:
        return None
    with torch.enable_grad():
        for points in (shown, middles):
            here = points.clone().requires_grad_()
            slopes.append(torch.autograd.grad(score(here).sum(), here)[0].reshape(len(here), -1))
    steep = torch.linalg.svdvals(torch.cat(slopes))
    flat = shown.reshape(count, -1)
    varies = torch.linalg.svdvals(flat - flat.mean(dim=0)).square().cumsum(dim=0)
    return {
        "bend": float((score(middles) - (ends + ends.roll(1)) / 2).abs().max()) / size,
        "directions": float((steep > _NO_SLOPE * steep[0]).sum()),
        "of": float((varies < _NEARLY_ALL * varies[-1]).sum()) + 1,
    }


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
