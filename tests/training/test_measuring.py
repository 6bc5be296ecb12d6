"""Measuring a generator of points whatever the sizes of what is trained on and of what is held out."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from ganbaru.sources import Source, Split
from ganbaru.training.measure import _point_figures


def source(train: int, held_out: int) -> Source:
    """Points of one distribution."""
    points = np.random.default_rng(0).normal(size=(train + held_out, 2)).astype(np.float32)
    names = tuple(map(str, range(len(points))))
    sides: dict[str, Any] = {
        "train": Split(points[:train], None, names[:train]),
        "held_out": Split(points[train:], None, names[train:]),
    }
    return cast("Source", SimpleNamespace(kind="points", **sides))


@pytest.mark.parametrize(("train", "held_out"), [(20, 50), (50, 20), (1, 2)])
def test_points_are_measured_where_few_are_trained_on(train: int, held_out: int) -> None:
    measure = _point_figures(source(train, held_out), seed=0)
    distance = measure(np.zeros((50, 2)), None, False)["distance"]
    assert np.isfinite(distance.value)
    assert distance.floor is not None
