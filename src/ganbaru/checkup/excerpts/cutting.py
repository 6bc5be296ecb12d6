"""One sound read once, in blocks, for the stretch of it that shows a cause. Runs in a worker process for files."""

from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import numpy as np

from ganbaru.checkup.excerpts.outline import Outline
from ganbaru.sources.decoding import mixed, reading

Array = np.ndarray[Any, Any]
Excerpt = dict[str, Any]

_CLOSE = 0.02
"""Seconds of a stretch in which single waves are seen."""
_NEAR = 0.004
"""How near (share of the greatest value) samples count as being at it."""
_LONGEST_TOPS = 3
"""Samples in a row at the greatest value that are marked as cut off."""
_HIGHER = 1.02
"""Times as high as those before, from which tops of a block are those of the file."""
_SILENT_SHARE, _AUDIBLE = 10 ** (-50 / 20), 1e-4
_PAUSE = 3.0
"""Times the level of the quietest tenth up to which a column belongs to a pause."""


class Seeker(Protocol):
    """Follows a sound block by block."""

    def add(self, block: Array) -> None:
        """Takes in the next samples ``(n, channels)``."""

    def finish(self) -> Excerpt:
        """What shows it."""


def cut(job: dict[str, Any], spool: BinaryIO) -> Excerpt:
    """The stretch of ``job["path"]`` that shows ``job["cause"]``; nothing is spooled.

    Raises:
        Refused: with the reason, if it is not a whole, finite sound.
    """
    with reading(job) as sound:
        seeker = KINDS[job["cause"]](sound.frames, sound.file.samplerate)
        for block in sound.blocks():
            seeker.add(block)
        return seeker.finish()


class Tops:
    """Flat tops, seen closely: the moment in which most samples lie at the greatest value of a channel."""

    def __init__(self, frames: int, rate: int) -> None:
        self._rate = rate
        self._read = 0
        self._best: tuple[float, int] = (0.0, -1)
        self._stretch = np.zeros(0, np.float32)
        self._start = 0
        self._cut = np.zeros((0, 2), np.int64)

    def add(self, block: Array) -> None:
        """Keeps the worst moment of a block where it is worse than those before."""
        size = max(16, round(_CLOSE * self._rate))
        for channel in block.T:
            top = float(np.abs(channel).max())
            first, last = runs(np.abs(channel) >= (1 - _NEAR) * top, _LONGEST_TOPS)
            if not len(first):
                continue
            total = np.concatenate([[0], np.cumsum(last - first)])
            count = total[np.searchsorted(first, first + size)] - total[np.arange(len(first))]
            worst, best = int(np.argmax(count)), int(count.max())
            if top > _HIGHER * self._best[0] or (top * _HIGHER >= self._best[0] and best > self._best[1]):
                self._best = (top, best)
                self._keep(channel, int(first[worst]) - size // 8, size, np.stack([first, last], axis=1))
        self._read += len(block)

    def _keep(self, channel: Array, begin: int, size: int, cut: Array) -> None:
        begin = max(0, min(begin, len(channel) - size))
        self._stretch, self._start = channel[begin : begin + size].copy(), self._read + begin
        inside = cut[(cut[:, 1] > begin) & (cut[:, 0] < begin + size)]
        self._cut = inside.clip(begin, begin + size) + self._read

    def finish(self) -> Excerpt:
        """The moment, sample by sample, and where it is cut off."""
        outline = Outline(len(self._stretch), self._rate)
        outline.add(self._stretch)
        marks = [(float(begin), float(end)) for begin, end in self._cut / self._rate]
        return outline.excerpt(start=self._start / self._rate, marks=marks)


class Offset:
    """The whole of the channel that lies farthest from zero, with its mean."""

    def __init__(self, frames: int, rate: int) -> None:
        self._frames, self._rate = frames, rate
        self._outlines: list[Outline] = []
        self._sums = np.zeros(0)

    def add(self, block: Array) -> None:
        """All channels are followed."""
        if not self._outlines:
            self._outlines = [Outline(self._frames, self._rate) for _ in block.T]
            self._sums = np.zeros(block.shape[1])
        for outline, channel in zip(self._outlines, block.T, strict=True):
            outline.add(channel)
        self._sums += block.sum(axis=0, dtype=np.float64)

    def finish(self) -> Excerpt:
        """The outline, with a line at the mean."""
        means = self._sums / max(1, self._frames)
        farthest = int(np.argmax(np.abs(means)))
        return self._outlines[farthest].excerpt(level=float(means[farthest]))


class Whole:
    """All of a sound; the longest part of it that is chosen by its columns' sizes is marked."""

    def __init__(self, frames: int, rate: int, chosen: Callable[[Array], Array] | None = None) -> None:
        self._outline = Outline(frames, rate)
        self._chosen = chosen

    def add(self, block: Array) -> None:
        """The mean of the channels is followed."""
        self._outline.add(mixed(block))

    def finish(self) -> Excerpt:
        """The outline, with the mark."""
        if self._chosen is None:
            return self._outline.excerpt()
        first, last = runs(self._chosen(self._outline.sizes), 1)
        if not len(first):
            return self._outline.excerpt()
        longest = int(np.argmax(last - first))
        width = self._outline.seconds / len(self._outline.sizes)
        return self._outline.excerpt(marks=[(float(first[longest] * width), float(last[longest] * width))])


def runs(true: Array, least: int) -> tuple[Array, Array]:
    """Where runs of at least so many true values begin, and where they have ended."""
    edges = np.flatnonzero(np.diff(np.r_[False, true, False]))
    first, last = edges[::2], edges[1::2]
    long = last - first >= least
    return first[long], last[long]


def _silent(sizes: Array) -> Array:
    return np.asarray(sizes < max(_AUDIBLE, _SILENT_SHARE * float(sizes.max())))


def _quiet(sizes: Array) -> Array:
    heard = sizes[sizes > 0]
    return np.asarray(sizes <= (_PAUSE * np.quantile(heard, 0.1) if len(heard) else 0.0))


KINDS: dict[str, Callable[[int, int], Seeker]] = {
    "clipped": Tops,
    "dc-offset": Offset,
    "silence": lambda frames, rate: Whole(frames, rate, _silent),
    "noisy": lambda frames, rate: Whole(frames, rate, _quiet),
    "wrong-scale": Whole,
    "level-spread": Whole,
    "too-short": Whole,
    "outliers": Whole,
}
"""What seeks the stretch for each cause that a waveform shows, of a file of so many frames and its rate."""
