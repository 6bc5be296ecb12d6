"""Laws of the toy worlds: what is drawn follows the density that is claimed."""

import numpy as np
import pytest

from ganbaru import sources
from ganbaru.errors import UserError

WORLDS = ["ring", "grid", "lines", "spiral"]


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_is_a_source(name: str) -> None:
    world = sources.open(f"toy:{name}")
    assert isinstance(world, sources.Source)
    assert (world.kind, world.rate, world.shape, world.label_names, world.skipped) == ("points", 0, (2,), (), ())
    assert world.train.data.shape == (100_000, 2)
    assert world.held_out.data.shape == (10_000, 2)
    assert world.train.data.dtype == np.float32
    assert len(world.train.names) == 100_000
    assert world.train.take([3, 1]).tolist() == world.train.data[[3, 1]].tolist()
    assert "\n" not in repr(world)
    assert name in repr(world)
    assert name in world._repr_html_()


@pytest.mark.parametrize("name", WORLDS)
def test_all_is_a_function_of_the_seed(name: str) -> None:
    one, same, other = sources.toy(name), sources.toy(name), sources.toy(name, seed=1)
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert (one.train.data == same.train.data).all()
    assert (one.train.data != other.train.data).any()
    assert (one.sample(50, 7) == same.sample(50, 7)).all()
    assert (one.sample(50, 7) != one.sample(50, 8)).any()
    assert not np.isin(one.sample(1_000, 0)[:, 1], one.train.data[:, 1]).all()
    again = sources.reopen(one.recipe)
    assert again.fingerprint == one.fingerprint
    assert again.recipe == one.recipe


def test_centres_and_widths_are_those_of_the_papers() -> None:
    ring, grid = sources.toy("ring"), sources.toy("grid")
    assert ring.centres is not None
    assert grid.centres is not None
    assert ring.centres.shape == (8, 2)
    assert np.allclose(np.hypot(*ring.centres.T), 1)
    assert ring.sd == 0.01
    assert sorted(set(grid.centres.ravel())) == [-4, -2, 0, 2, 4]
    assert len(grid.centres) == 25
    assert grid.sd == 0.05
    for world in (ring, grid):
        distance = np.linalg.norm(world.train.data[:, None] - world.centres[None], axis=2)
        assert np.bincount(distance.argmin(axis=1)).min() > 0.9 * 100_000 / len(world.centres)
        assert np.sqrt((distance.min(axis=1) ** 2).mean() / 2) == pytest.approx(world.sd, rel=0.01)


@pytest.mark.parametrize("name", ["ring?sd=0.2", "grid?side=2&sd=0.3", "spiral"])
def test_the_density_integrates_to_one_and_says_where_points_fall(name: str) -> None:
    world = sources.toy(name)
    edge = np.linspace(-3, 3, 1_201)
    middle = (edge[1:] + edge[:-1]) / 2
    cells = np.stack(np.meshgrid(middle, middle, indexing="ij"), axis=-1).reshape(-1, 2)
    mass = np.exp(world.log_density(cells)).reshape(1_200, 1_200) * (edge[1] - edge[0]) ** 2
    assert mass.sum() == pytest.approx(1, abs=0.01)
    expected = mass.reshape(12, 100, 12, 100).sum(axis=(1, 3))
    seen = np.histogram2d(*world.sample(100_000, 1).T, bins=edge[::100])[0] / 100_000
    assert np.abs(seen - expected).max() < 0.006


def test_a_ring_far_from_all_modes_is_improbable_but_finite_in_logarithm() -> None:
    ring = sources.toy("ring")
    near, far = ring.log_density(np.array([[1.0, 0.0], [50.0, 0.0]]))
    assert near == pytest.approx(-np.log(8 * 2 * np.pi * 1e-4))
    assert np.isfinite(far)
    assert far < -1e6


def test_lines_are_the_example_of_the_wasserstein_paper() -> None:
    line = sources.toy("lines", theta=0.25)
    assert line.centres is None
    assert line.sd == 0
    assert line.name == "toy:lines?theta=0.25"
    assert (line.train.data[:, 0] == np.float32(0.25)).all()
    assert line.train.data[:, 1].min() >= 0
    assert line.train.data[:, 1].max() <= 1
    off = np.array([[0.25, 0.5], [0.2500001, 0.5], [0.25, 1.5]])
    assert line.log_density(off).tolist() == [0.0, -np.inf, -np.inf]
    assert (line.log_density(line.sample(1_000, 3)) == 0).all()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("toy:rings", "ring"),
        ("toy:", "known"),
        ("toy:ring?mode=3", "modes"),
        ("toy:ring?modes=2.5", "whole"),
        ("toy:ring?modes=0", "whole"),
        ("toy:ring?sd=-1", "above 0"),
        ("toy:ring?sd=x", "number"),
        ("toy:grid?sd=nan", "finite"),
        ("toy:spiral?sd=3", "range"),
    ],
)
def test_a_wrong_name_says_what_to_write(name: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        sources.open(name)


def test_points_have_no_rate() -> None:
    with pytest.raises(UserError, match="points"):
        sources.open("toy:ring", rate=8_000)
    with pytest.raises(UserError, match="seed"):
        sources.open("toy:ring", seed=-1)
    with pytest.raises(ValueError, match="shape"):
        sources.toy("ring").log_density(np.zeros(3))
