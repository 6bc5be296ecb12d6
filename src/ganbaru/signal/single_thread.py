"""The compiled engine of Griffin-Lim: pocketfft and fused passes between, each sound on one thread.

Why not torch: its two threads wait for each other at every operation, and on a machine whose cores are busy they wait
long. Here threads take whole chunks of sounds and never meet. The invariant: the same mathematics as the engine in
torch (a test holds them against each other), and a sound's result does not depend on its neighbours.
"""

from typing import Any

import numpy as np
import scipy.fft
import torch
from torch import Tensor

from ganbaru.signal import compiled
from ganbaru.signal.framing import overlap_add, window
from ganbaru.signal.mel import sparse
from ganbaru.signal.pghi import frames_first
from ganbaru.signal.threads import in_threads
from ganbaru.signal.wanted import Search, Wanted, Watch

Array = np.ndarray[Any, Any]

_CHUNK_SAMPLES = 1 << 17
"""Of framed sound that a thread works on at once: 0.5 MB, so that it stays in the second cache."""


def search(wanted: Wanted, phase: Tensor, how: Search) -> tuple[Tensor, Tensor]:
    """Phases ``(B, F, L)`` to waveforms ``(B, T)`` and iterations ``(B,)``; `griffin_lim` explains."""
    plan = _Plan(how, phase.shape[2])
    size = max(1, _CHUNK_SAMPLES // (phase.shape[2] * how.n_fft))
    chunks = [slice(start, start + size) for start in range(0, len(phase), size)]
    bank = None if wanted.bank is None else sparse(wanted.bank)

    def work(chunk: slice) -> tuple[Array, Array]:
        return _one_chunk(plan, _Target(wanted.part(chunk), bank), frames_first(phase[chunk]))

    parts = in_threads(work, chunks, threads=min(len(chunks), torch.get_num_threads()))
    waveforms, counts = zip(*parts, strict=True)
    return torch.from_numpy(np.concatenate(waveforms)), torch.from_numpy(np.concatenate(counts))


class _Plan:
    """What all sounds share: window, overlap, where the sound lies among its frames."""

    def __init__(self, how: Search, frames: int) -> None:
        shape = window(how.n_fft, torch.zeros(0, dtype=torch.float64))
        weight = overlap_add((shape * shape).expand(1, frames, how.n_fft), how.hop)[0].numpy()
        left = (how.n_fft - how.hop) // 2
        self.how = how
        self.kept = slice(left, left + how.samples)
        self.window = shape.numpy().astype(np.float32)
        self.inverse = np.zeros(len(weight), np.float32)
        self.inverse[self.kept] = 1 / weight[self.kept]


class _Target:
    """What is wanted, in the kernels' form: it mends a spectrum and says how far it is."""

    def __init__(self, wanted: Wanted, bank: tuple[Array, Array] | None) -> None:
        self.magnitude = frames_first(wanted.magnitude)
        self._bands: tuple[Any, ...] | None = None
        if wanted.bands is not None and bank is not None:
            self._bands = (frames_first(wanted.bands), *bank, int(wanted.power))

    def misfit(self, found: Array) -> Array:
        """Complex ``(B, L, F)`` to ``(B,)``."""
        if self._bands is not None:
            return np.asarray(compiled.misfit_bands(found, *self._bands))
        return np.asarray(compiled.misfit(found, self.magnitude))

    def mend(self, found: Array, before: Array, momentum: float, active: Array, spectrum: Array) -> None:
        """Into ``spectrum``: the phases of both others, the magnitudes wanted; complex ``(B, L, F)`` each."""
        if self._bands is not None:
            compiled.mend_bands(found, before, *self._bands, momentum, active, spectrum)
        else:
            compiled.mend(found, before, self.magnitude, momentum, active, spectrum)


def _one_chunk(plan: _Plan, target: _Target, phase: Array) -> tuple[Array, Array]:
    """``(B, L, F)`` to ``(B, T)`` and ``(B,)``."""
    how, work = plan.how, _Work(plan, target.magnitude, phase)
    watch, before = Watch(len(phase), how.until), None
    for number in range(how.iterations):
        work.resynthesise()
        found = scipy.fft.rfft(work.framed)
        if watch.due(number):
            watch.look(number, target.misfit(found))
            if not watch.active.any():
                break
        target.mend(found, found if before is None else before, how.momentum, watch.active, work.spectrum)
        before = found
    work.resynthesise()
    return work.sound[:, plan.kept].copy(), watch.counts(how.iterations)


class _Work:
    """The arrays of one chunk.

    Attributes:
        spectrum: ``(B, L, F)``.
        framed: ``(B, L, N)``: windowed frames of the sound.
        sound: ``(B, T')``: with the zeros around it.
    """

    def __init__(self, plan: _Plan, magnitude: Array, phase: Array) -> None:
        self._plan = plan
        self.spectrum = np.empty(magnitude.shape, np.complex64)
        np.multiply(magnitude, np.cos(phase), out=self.spectrum.real)
        np.multiply(magnitude, np.sin(phase), out=self.spectrum.imag)
        self.framed = np.empty((*magnitude.shape[:2], plan.how.n_fft), np.float32)
        self.sound = np.empty((len(magnitude), len(plan.inverse)), np.float32)

    def resynthesise(self) -> None:
        """The sound that the spectrum makes, and its frames."""
        plan = self._plan
        framed = scipy.fft.irfft(self.spectrum, n=plan.how.n_fft)
        compiled.reframe(framed, plan.window, plan.inverse, plan.how.hop, self.framed, self.sound)
