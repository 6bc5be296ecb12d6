"""Real sounds as a reference: learned once, then any number of generated sounds are measured against them."""

from typing import Any

import numpy as np
import torch

from ganbaru.distances import Estimate, proportion, sliced_wasserstein
from ganbaru.errors import UserError
from ganbaru.quality.features import Features
from ganbaru.quality.judge import Judge, train_judge
from ganbaru.quality.neighbours import diversity, memorisation, precision_recall

Array = np.ndarray[Any, Any]
Figures = dict[str, Estimate]

_NEIGHBOURS = 1000
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
        device: where spectrograms are made and the judge thinks.

    Attributes:
        judge: None without labels, or where a label has fewer than 20 training sounds.

    Raises:
        UserError: there is next to nothing to compare with.
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
        self.judge: Judge | None = None
        if judge and train_labels is not None and held_out_labels is not None:
            self.judge = train_judge(
                self._features, train, train_labels, held_out, held_out_labels, rate=rate, seed=seed
            )

    def measure(self, sounds: Array, labels: Array | None = None, *, seed: int | None = None) -> Figures:
        """Measures generated sounds.

        Args:
            sounds: decoded waveforms ``(K, T)``.
            labels: ``(K,)`` what each was asked to be; None where nothing was asked.
            seed: of the resampling; by default the reference's own.

        Returns:
            ``distance`` (sliced W1 to held-out sounds, dB, with its floor), ``diversity``, ``memorisation``,
            ``precision``, ``recall``, ``density``, ``coverage``; with a judge ``recognised``, ``labels_covered``,
            ``balance`` and, where labels were asked for, ``right_label``.
        """
        seed = self._seed if seed is None else seed
        sounds = np.nan_to_num(np.asarray(sounds, dtype=np.float32)).clip(-_LOUDEST, _LOUDEST)
        spectrograms = self._features.spectrograms(sounds)
        made = self._features.of(spectrograms)
        heard = None if self.judge is None else self.judge(spectrograms)
        figures = {} if heard is None else self._judged(heard, labels)
        return {**figures, **self._compared(made, labels if labels is not None else heard, seed)}

    def _compared(self, made: Array, groups: Array | None, seed: int) -> Figures:
        some = self._train[:: max(1, len(self._train) // _NEIGHBOURS)][:_NEIGHBOURS]
        floor_from = (self._train, self._held_out)
        figures = {
            "distance": sliced_wasserstein(made, self._held_out, floor_from=floor_from, seed=seed),
            "diversity": self._diversity(made, groups, seed),
            "memorisation": memorisation(self._train, self._held_out, made),
        }
        if min(len(some), len(made)) > _K:
            figures |= precision_recall(some, made, k=_K, seed=seed)
        return figures

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
