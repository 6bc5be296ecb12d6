"""Laws of counting the modes of a world whose modes are known."""

from typing import Any

import numpy as np
import pytest

from ganbaru.errors import UserError
from ganbaru.quality import modes_covered, points
from ganbaru.sources import toy

Array = np.ndarray[Any, Any]
CENTRES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])


def test_modes_and_good_points_are_counted() -> None:
    made = np.array([[0.1, 0.0], [0.0, -0.29], [4.0, 0.31], [2.0, 2.0], [4.2, 4.2]])
    found = modes_covered(made, CENTRES, sd=0.1)
    assert (found["modes"].value, found["modes"].samples) == (2, (5, 4))
    assert found["high_quality"].value == pytest.approx(3 / 5)
    assert modes_covered(made, CENTRES, sd=0.2)["modes"].value == 3


def test_points_of_the_world_cover_it_and_a_collapse_does_not() -> None:
    world = toy("ring")
    assert world.centres is not None
    good = modes_covered(world.sample(4_000, 1), world.centres, world.sd)
    assert good["modes"].value == len(world.centres) == 8
    assert good["high_quality"].value == pytest.approx(1 - np.exp(-4.5), abs=0.006)
    one = modes_covered(np.repeat(world.centres[:1], 100, axis=0), world.centres, world.sd)
    assert (one["modes"].value, one["high_quality"].value) == (1, 1)
    none = modes_covered(world.centres + 100, world.centres, world.sd)
    assert (none["modes"].value, none["high_quality"].value) == (0, 0)


def test_nothing_made_covers_nothing_and_is_refused() -> None:
    with pytest.raises(UserError):
        modes_covered(np.zeros((0, 2)), CENTRES, 0.1)


def test_the_distance_of_fresh_points_is_at_the_floor_and_of_a_lost_mode_above_it() -> None:
    world = toy("ring")
    train, held_out = world.train.data[:600], world.held_out.data[:600]
    fresh = world.sample(600, 1)
    lost = fresh[fresh[:, 0] < 0.5 * fresh[:, 0].max()]
    figures = [points(made, train, held_out)["distance"] for made in (fresh, lost, fresh + 0.5)]
    assert [figure.distinguishable for figure in figures] == [False, True, True]
    assert figures[0] == points(fresh, train, held_out)["distance"]
