"""Real sounds as a reference: learned once, then any number of generated sounds are measured against them."""

from typing import Any

import numpy as np
import torch

from ganbaru.distances import Estimate, proportion, sliced_wasserstein
from ganbaru.errors import UserError
from ganbaru.quality.embedded import FEWEST, Embed, Embedding
from ganbaru.quality.features import Features
from ganbaru.quality.judge import Judge, train_judge
from ganbaru.quality.neighbours import diversity, memorisation, precision_recall
from ganbaru.signal.embedding import LEAST_RATE

Array = np.ndarray[Any, Any]
Figures = dict[str, Estimate]

_MOST = 1000
"""Of real sounds that are compared one with another."""
_K = 5
_LOUDEST = 1e6
"""Amplitude beyond which a generator that blew up is not heard; spectra stay finite."""


class Reference:
    """What real sounds measure.

    Args:
        train: training sounds ``(N, T)``, float32.
        held_out: sounds ``(M, T)`` that no training sees.
        rate: Hz.
        train_labels: ``(N,)``, or None.
        held_out_labels: ``(M,)``, or None.
        label_names: of the labels.
        seed: of everything random in measuring.
        judge: train a judge where there are labels enough.
        embed: any network, sounds ``(B, T)``, float32 within ±1, to points ``(B, D)``, over which to take the kernel
            and the Fréchet distance instead of over `signal.embedding`.
        device: where spectrograms are made, sounds embedded, and the judge thinks.

    Attributes:
        judge: None without labels, or where a label has fewer than 20 training sounds.

    Raises:
        UserError: there is next to nothing to compare with, or ``embed`` gives something else than finite points.
    """

    def __init__(
        self,
        train: Array,
        held_out: Array,
        *,
        rate: int,
        train_labels: Array | None = None,
        held_out_labels: Array | None = None,
        label_names: tuple[str, ...] = (),
        seed: int = 0,
        judge: bool = True,
        embed: Embed | None = None,
        device: torch.device | None = None,
    ) -> None:
        if len(train) < 2 or len(held_out) < 2:
            raise UserError(f"{len(train)} training and {len(held_out)} held-out sounds are too few to measure with")
        self.label_names = tuple(label_names)
        self._seed = seed
        self._train_labels = train_labels
        self._features = Features(train, rate=rate, device=device)
        self._train = self._features(train)
        self._held_out = self._features(held_out)
        self._embedding = Embedding(embed, rate=rate, device=device)
        self._embedded = None
        if embed is not None or rate >= LEAST_RATE:
            self._embedded = self._embedding(_evenly(train)), self._embedding(_evenly(held_out))
        self.judge: Judge | None = None
        if judge and train_labels is not None and held_out_labels is not None:
            self.judge = train_judge(
                self._features, train, train_labels, held_out, held_out_labels, rate=rate, seed=seed
            )

    def measure(
        self, sounds: Array, labels: Array | None = None, *, seed: int | None = None, full: bool = True
    ) -> Figures:
        """Measures generated sounds.

        Args:
            sounds: decoded waveforms ``(K, T)``.
            labels: ``(K,)`` what each was asked to be; None where nothing was asked.
            seed: of the resampling; by default the reference's own.
            full: False leaves out what takes longest, the distances over the embedding.

        Returns:
            ``distance`` (sliced W1 to held-out sounds, dB, with its floor), ``diversity``, ``memorisation``,
            ``precision``, ``recall``, ``density``, ``coverage``; with a judge ``recognised``, ``labels_covered``,
            ``balance`` and, where labels were asked for, ``right_label``; in full the figures of `embedded`, against
            at most 1,000 held-out sounds.
        """
        seed = self._seed if seed is None else seed
        sounds = np.nan_to_num(np.asarray(sounds, dtype=np.float32)).clip(-_LOUDEST, _LOUDEST)
        spectrograms = self._features.spectrograms(sounds)
        made = self._features.of(spectrograms)
        heard = None if self.judge is None else self.judge(spectrograms)
        figures = {} if heard is None else self._judged(heard, labels)
        figures |= self._compared(made, labels if labels is not None else heard, seed)
        return {**figures, **self._over_embedding(sounds, seed)} if full else figures

    def _compared(self, made: Array, groups: Array | None, seed: int) -> Figures:
        some = _evenly(self._train)
        floor_from = (self._train, self._held_out)
        figures = {
            "distance": sliced_wasserstein(made, self._held_out, floor_from=floor_from, seed=seed),
            "diversity": self._diversity(made, groups, seed),
            "memorisation": memorisation(self._train, self._held_out, made),
        }
        if min(len(some), len(made)) > _K:
            figures |= precision_recall(some, made, k=_K, seed=seed)
        return figures

    def _over_embedding(self, sounds: Array, seed: int) -> Figures:
        if self._embedded is None or min(len(sounds), len(self._embedded[1])) < FEWEST:
            return {}
        points = self._embedding(sounds)
        return self._embedding.distances(points, self._embedded[1], floor_from=self._embedded, seed=seed)

    def _diversity(self, made: Array, groups: Array | None, seed: int) -> Estimate:
        if groups is None or self._train_labels is None:
            return diversity(self._train, made, seed=seed)
        mine = groups >= 0
        return diversity(self._train, made[mine], (self._train_labels, groups[mine]), seed=seed)

    def _judged(self, heard: Array, asked: Array | None) -> Figures:
        assert self.judge is not None
        counts = np.bincount(heard[heard >= 0], minlength=self.judge.labels)
        covered = int((counts >= max(1, 0.01 * len(heard))).sum())
        sizes = (len(heard), self.judge.labels)
        figures = (
            {} if asked is None else {"right_label": proportion(int((heard == asked).sum()), len(heard), method=_RIGHT)}
        )
        return {
            **figures,
            "recognised": proportion(int((heard >= 0).sum()), len(heard), method="accepted by the judge as any label"),
            "labels_covered": Estimate(
                covered, covered, covered, samples=sizes, method="labels with 1 % of the sounds"
            ),
            "balance": _balance(counts),
        }


_RIGHT = "accepted by the judge as the very label asked for"


def _evenly(sounds: Array) -> Array:
    """At most 1,000 of them, from the first to the last: they stand sorted by label, by voice or by file."""
    return np.asarray(sounds[np.linspace(0, len(sounds) - 1, min(_MOST, len(sounds))).astype(np.int64)])


def _balance(counts: Array) -> Estimate:
    """Entropy of the labels heard over the greatest possible: 1 where all are equally frequent."""
    total = int(counts.sum())
    if total == 0 or len(counts) < 2:
        return Estimate(0.0, 0.0, 0.0, method="nothing was recognised")
    rng = np.random.default_rng([total, 0xBA1])
    draws = [_evenness(rng.multinomial(total, counts / total)) for _ in range(200)]
    value = _evenness(counts)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value), samples=(total, len(counts)), method=_EVEN)


_EVEN = "entropy of the labels heard over that of equal shares"


def _evenness(counts: Array) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float((shares * np.log(1 / shares)).sum() / np.log(len(counts)))
