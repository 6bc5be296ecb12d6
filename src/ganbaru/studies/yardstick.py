"""What a generator measures against the whole of a source, however little of it was trained on.

A run measures itself against the sounds that it was trained on: scales, and the judge of labels, come from them. A
curve over amounts of data needs one measure for all of its runs.
"""

from typing import Any

import numpy as np

from ganbaru import quality
from ganbaru.distances import Estimate
from ganbaru.sources import Source
from ganbaru.training import Trained

SOUNDS, POINTS = 1000, 2500
"""How many are made to be measured."""


class Yardstick:
    """Figures of quality, always of the same reference.

    Args:
        source: the whole of it.
    """

    def __init__(self, source: Source) -> None:
        self._held_out = source.held_out.take(np.arange(len(source.held_out)))
        self._source, self._reference = source, None if source.kind == "points" else _reference(source, self._held_out)

    def figures(self, trained: Trained, *, seed: int) -> dict[str, Estimate]:
        """As `quality.Reference.measure` or `quality.points` give them.

        Args:
            trained: the generator.
            seed: of what it makes.
        """
        if self._reference is None:
            return self._of_points(trained.sample(POINTS, seed=seed))
        return self._reference.measure(trained.sample(SOUNDS, seed=seed), trained.asked(SOUNDS))

    def _of_points(self, made: np.ndarray) -> dict[str, Estimate]:
        train = self._source.train.take(np.arange(min(len(self._held_out), len(self._source.train))))
        centres, sd = getattr(self._source, "centres", None), getattr(self._source, "sd", 0.0)
        modes = {} if centres is None else quality.modes_covered(made, centres, sd)
        return {**modes, **quality.points(made, train, self._held_out)}


def _reference(source: Source, held_out: np.ndarray) -> Any:
    return quality.Reference(
        source.train.take(np.arange(len(source.train))),
        held_out,
        rate=source.rate,
        train_labels=source.train.labels,
        held_out_labels=source.held_out.labels,
        label_names=source.label_names,
    )
