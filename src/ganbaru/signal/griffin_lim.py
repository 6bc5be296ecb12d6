"""Griffin-Lim: a waveform whose spectrogram has the given magnitudes, or the given mel bands.

Two engines do the same mathematics. The compiled one (pocketfft and two fused passes, `ganbaru.signal.single_thread`)
gives each thread sounds of its own: on the CPU it is the faster one, and keeps its speed when the other cores are busy.
The one in torch, here, runs on any device, in any precision, and can be differentiated through.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from ganbaru.errors import UserError, unknown
from ganbaru.signal.framing import check, check_finite, frames_of, istft, stft
from ganbaru.signal.mel import plain, to_linear
from ganbaru.signal.pghi import pghi
from ganbaru.signal.wanted import Search, Wanted, Watch

Start = Literal["pghi", "random", "zero"]
Engine = Literal["auto", "compiled", "torch"]
Finder = Callable[[Tensor], Tensor]
"""Finds phases (radians) for magnitudes, both ``(B, F, L)``: such as a `PhaseNetwork`."""

_TINY = 1e-12
_CHUNK = 128


@dataclass(frozen=True)
class Recovered:
    """Sounds found for magnitudes, and how well they fit.

    Attributes:
        waveform: ``(B, T)``.
        convergence: `spectral_convergence` of each, dB, ``(B,)``; lower is better.
        iterations: how many each took, ``(B,)``.
    """

    waveform: Tensor
    convergence: Tensor
    iterations: Tensor


def griffin_lim(
    magnitude: Tensor,
    *,
    n_fft: int,
    hop: int,
    samples: int,
    iterations: int = 32,
    momentum: float = 0.99,
    phase: Start | Tensor | Finder = "pghi",
    until: float | None = None,
    seed: int = 0,
    engine: Engine = "auto",
) -> Tensor:
    """Finds a phase by fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013, algorithm 2).

    Args:
        magnitude: ``(B, F, L)`` with F = ``n_fft // 2 + 1``, scaled as `stft` scales it.
        n_fft: samples in a window.
        hop: samples from one window to the next.
        samples: T, the length wanted.
        iterations: how often the phase is mended, at most.
        momentum: of the mending; below 1, above which it diverges.
        phase: what to start from: "pghi" (see `ganbaru.signal.pghi`), "random", "zero", radians ``(B, F, L)``, or what
            finds them, such as a `PhaseNetwork`.
        until: a sound is done when 8 iterations bring it less than so many dB; None does all iterations.
        seed: of the random phases.
        engine: "compiled", "torch", or "auto": the compiled one where it can, for float32 on a CPU without gradient.

    Returns:
        Waveforms ``(B, T)``. Equal input gives equal output, whatever stands beside a sound.

    Raises:
        UserError: the shapes do not fit, a number is not finite, or the momentum is not below 1.
    """
    how = Search(n_fft, hop, samples, iterations, momentum, until)
    return _search(Wanted(magnitude), how, phase, seed, engine)[0]


def recover(
    magnitude: Tensor,
    *,
    n_fft: int,
    hop: int,
    samples: int,
    iterations: int = 32,
    momentum: float = 0.99,
    phase: Start | Tensor | Finder = "pghi",
    until: float | None = None,
    seed: int = 0,
    engine: Engine = "auto",
) -> Recovered:
    """`griffin_lim`, and how well its sounds fit; takes the same arguments."""
    how = Search(n_fft, hop, samples, iterations, momentum, until)
    waveform, counts = _search(Wanted(magnitude), how, phase, seed, engine)
    return Recovered(waveform, spectral_convergence(waveform, magnitude, n_fft=n_fft, hop=hop), counts)


def mel_griffin_lim(
    bands: Tensor,
    bank: Tensor,
    *,
    n_fft: int,
    hop: int,
    samples: int,
    power: float = 1.0,
    iterations: int = 32,
    momentum: float = 0.99,
    phase: Start | Tensor | Finder = "pghi",
    until: float | None = None,
    seed: int = 0,
    engine: Engine = "auto",
) -> Tensor:
    """Finds waveforms that have these mel bands: magnitudes and phases in one search.

    Many magnitudes have the same mel bands, and few of those are a sound's. So the magnitudes are not fixed before the
    phase is sought: each iteration takes those of the sound it has and multiplies them by what their bands lack (one
    update of Lee & Seung 2001, theorem 2). (That magnitude and phase should be sought together: Masuyama, Ueno & Ono
    2023, "Signal reconstruction from mel-spectrogram based on bi-level consistency".)

    Args:
        bands: ``(B, C, L)``: ``bank @ |S|**power``.
        bank: ``(C, F)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.
        samples: T, the length wanted.
        power: 1 for bands of magnitude, 2 of power.
        iterations: at most.
        momentum: as for `griffin_lim`; so are the others.
        phase: what to start from.
        until: dB that 8 iterations must bring.
        seed: of the random phases.
        engine: which.

    Returns:
        Waveforms ``(B, T)``.

    Raises:
        UserError: as `griffin_lim`.
    """
    start = to_linear(bands, bank) ** (1 / power)
    how = Search(n_fft, hop, samples, iterations, momentum, until)
    return _search(Wanted(start, bands, bank, power), how, phase, seed, engine)[0]


def spectral_convergence(waveform: Tensor, magnitude: Tensor, *, n_fft: int, hop: int) -> Tensor:
    """How far a waveform's magnitudes are from those wanted: ``20 log10(‖|S| − M‖ / ‖M‖)``, dB; lower is better.

    Args:
        waveform: ``(B, T)``.
        magnitude: ``(B, F, L)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.

    Returns:
        ``(B,)``.
    """
    found = stft(waveform, n_fft=n_fft, hop=hop).abs().mT
    error = (found - magnitude).flatten(1).norm(dim=1) / magnitude.flatten(1).norm(dim=1).clamp(min=_TINY)
    return 20 * torch.log10(error.clamp(min=_TINY))


def _search(
    wanted: Wanted, how: Search, phase: Start | Tensor | Finder, seed: int, engine: Engine
) -> tuple[Tensor, Tensor]:
    """Waveforms ``(B, T)`` and the iterations that each took."""
    _check(wanted, how)
    if len(wanted.magnitude) == 0:
        return wanted.magnitude.new_zeros(0, how.samples), torch.zeros(0, dtype=torch.int64)
    start = _start(phase, wanted.magnitude, how, seed)
    if _chosen(engine, wanted.magnitude) == "compiled":
        from ganbaru.signal import single_thread

        return single_thread.search(wanted, start, how)
    parts = [
        _chunk(wanted.part(index), start[index], how)
        for index in (slice(first, first + _CHUNK) for first in range(0, len(start), _CHUNK))
    ]
    waveforms, counts = zip(*parts, strict=True)
    return torch.cat(waveforms), torch.cat(counts)


def _check(wanted: Wanted, how: Search) -> None:
    check(how.n_fft, how.hop)
    if not 0 <= how.momentum < 1:
        raise UserError(f"momentum {how.momentum} diverges", hint="take one from 0 to below 1, such as 0.99")
    expected = (how.n_fft // 2 + 1, frames_of(how.samples, how.hop))
    shape = tuple(wanted.magnitude.shape)
    if len(shape) != 3 or shape[1:] != expected:
        raise UserError(f"magnitude has shape {shape}", hint=f"wanted (B, {expected[0]}, {expected[1]})")
    check_finite(wanted.magnitude, "the magnitude")


def _chosen(engine: Engine, magnitude: Tensor) -> Engine:
    if engine not in get_args(Engine):
        raise unknown("engine", engine, get_args(Engine))
    able = plain(magnitude)
    if engine == "compiled" and not able:
        raise UserError("the compiled engine takes float32 on a CPU, without gradient", hint="engine='torch' takes all")
    return ("compiled" if able else "torch") if engine == "auto" else engine


def _start(phase: Start | Tensor | Finder, magnitude: Tensor, how: Search, seed: int) -> Tensor:
    """Radians ``(B, F, L)`` to start from."""
    if callable(phase):
        phase = phase(magnitude)
    if isinstance(phase, Tensor):
        return phase.to(magnitude).expand_as(magnitude)
    if phase == "pghi":
        return pghi(magnitude, n_fft=how.n_fft, hop=how.hop, seed=seed)
    if phase == "zero":
        return torch.zeros_like(magnitude)
    if phase == "random":
        return _random(magnitude.shape[1:], seed).to(magnitude).expand_as(magnitude)
    raise unknown("start of the phase", phase, get_args(Start))


def _random(shape: torch.Size, seed: int) -> Tensor:
    """The same random phases ``(1, F, L)`` for every sound, so that none depends on what stands beside it."""
    return 2 * math.pi * torch.rand(1, *shape, generator=torch.Generator().manual_seed(seed))


def _column(values: np.ndarray[Any, Any], like: Tensor) -> Tensor:
    """``(B,)`` to ``(B, 1, 1)``, where the other is."""
    return torch.from_numpy(values).to(like.device)[:, None, None]


def _chunk(wanted: Wanted, phase: Tensor, how: Search) -> tuple[Tensor, Tensor]:
    """Phases ``(B, F, L)`` to waveforms ``(B, T)`` and iterations ``(B,)``, in torch."""
    frames: dict[str, Any] = {"n_fft": how.n_fft, "hop": how.hop}
    spectrum, before = torch.polar(wanted.magnitude, phase).mT, None
    watch = Watch(len(phase), how.until)
    for number in range(how.iterations):
        found = stft(istft(spectrum, samples=how.samples, **frames), **frames)
        if watch.due(number):
            watch.look(number, wanted.misfit(found).cpu().numpy())
            if not watch.active.any():
                break
        ahead = found if before is None else found + how.momentum * (found - before)
        before = found
        mended = ahead * (wanted.of(found) / ahead.abs().clamp(min=_TINY))
        spectrum = mended if how.until is None else torch.where(_column(watch.active, mended), mended, spectrum)
    return istft(spectrum, samples=how.samples, **frames), torch.from_numpy(watch.counts(how.iterations))
