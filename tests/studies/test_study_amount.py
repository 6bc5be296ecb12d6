"""The study of the amount of data: planted curves are told for what they are, through the whole public function."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganbaru.errors import UserError
from ganbaru.studies import kinds, results
from ganbaru.studies.kinds.data import PLAIN, doublings

DATA = np.arange(1024)


def planted(data: Any, *, seed: int, shape: str, noise: float = 0.004, bonus: float = 0.0) -> float:
    """A curve of a known shape, with noise."""
    n = len(data)
    curves = {
        "rising": 1.0 - n**-0.4,
        "level": 0.8,
        "dip": 0.8 - (0.1 if n >= 512 else 0.0),
        "falling error": n**-0.4,
    }
    return curves[shape] + bonus + noise * float(np.random.default_rng([seed, n, 1]).normal())


@pytest.mark.parametrize(
    ("shape", "noise", "better", "verdict"),
    [
        ("rising", 0.004, True, "still rising"),
        ("falling error", 0.004, False, "still rising"),
        ("level", 0.004, True, "saturated"),
        ("dip", 0.004, True, "ill-behaved"),
        ("rising", 0.2, True, "can't tell"),
    ],
)
def test_a_planted_curve_is_told(tmp_path: Path, shape: str, noise: float, better: bool, verdict: str) -> None:
    settings = {"shape": shape, "noise": noise}
    answer = kinds.data(
        planted, DATA, out=tmp_path, jobs=0, settings=settings, higher_is_better=better, worthwhile=0.01
    )
    assert answer.verdict == verdict, answer.sentence
    assert answer.verdict in answer.sentence
    assert answer.change is None
    if verdict == "still rising":
        gain = answer.evidence["twice the data would bring"]
        assert gain.low <= 1024**-0.4 - 2048**-0.4 <= gain.high


def test_runs_of_which_most_collapsed_tell_nothing(tmp_path: Path) -> None:
    answer = kinds.data(_collapsing, DATA, out=tmp_path, jobs=0)
    assert answer.verdict == "can't tell"
    assert answer.sentence.startswith("can't tell: all 42 runs collapsed")
    assert "twice the data would bring" not in answer.evidence
    wide = kinds.capacity(_collapsing, DATA, out=tmp_path / "wide", jobs=0, sizes={"wide": [1, 2, 4]})
    assert (wide.verdict, wide.change) == ("can't tell", None)


def test_runs_of_which_those_with_the_most_data_collapsed_tell_nothing(tmp_path: Path) -> None:
    answer = kinds.data(_collapsing, DATA, out=tmp_path, jobs=0, settings={"least": 128})
    assert answer.sentence.startswith("can't tell: all 24 runs at the larger amounts collapsed")


def _collapsing(data: Any, *, wide: int = 1, least: int = 0) -> dict[str, float]:
    return {"score": len(data), "collapsed": float(len(data) >= least)}


def test_sizes_are_halves_and_every_seed_draws_its_own(tmp_path: Path) -> None:
    kinds.data(_sum, DATA, out=tmp_path, jobs=0)
    found = results(tmp_path)
    assert found.setting("data.size").tolist() == [16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0]
    assert (found.detail("samples") == found.setting("data.size")[:, None]).all()
    means = found.scores / found.detail("samples")
    assert len(set(means[0])) == 6
    assert len(set(means[-1])) == 1, "all of it is the same for every seed"


def _sum(data: Any, *, factor: float = 1.0) -> float:
    return factor * float(np.sum(data))


@pytest.mark.parametrize("units", [32, 33, 63, 256, 511, 512, 4096, 10**6])
def test_amounts_are_five_to_seven_and_double(units: int) -> None:
    amounts = doublings(units)
    assert 5 <= len(amounts) <= 7
    assert amounts[-1] == units
    assert amounts[0] >= 2
    assert all(small == large // 2 for small, large in pairwise(amounts))


def test_too_little_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"31 to draw from are too few for a curve.*32 would do"):
        kinds.data(_sum, DATA[:31], out=tmp_path, jobs=0)
    with pytest.raises(UserError, match="at least 5 sizes and 3 seeds"):
        kinds.data(_sum, DATA, out=tmp_path, jobs=0, sizes=[1, 2, 4, 8])
    with pytest.raises(UserError, match="at least 5 sizes and 3 seeds"):
        kinds.data(_sum, DATA, out=tmp_path, jobs=0, seeds=[1, 2])
    with pytest.raises(UserError, match="there are 1024 samples to train on, not 1025"):
        kinds.data(_sum, DATA, out=tmp_path, jobs=0, sizes=[64, 128, 256, 512, 1025])
    assert not list(tmp_path.iterdir())


def test_groups_are_what_is_counted_and_none_is_split(tmp_path: Path) -> None:
    groups = np.repeat(np.arange(64), 16)
    kinds.data(_whole_groups, DATA, out=tmp_path, jobs=0, groups=groups, seeds=range(3))
    found = results(tmp_path)
    assert found.setting("data.size").tolist() == [4.0, 8.0, 16.0, 32.0, 64.0]
    assert (found.detail("samples") == 16 * found.setting("data.size")[:, None]).all()
    assert "sources" in kinds.answer_of(tmp_path).graphs[0].x
    assert not found.failures


def _whole_groups(data: Any) -> float:
    _, counts = np.unique(np.asarray(data) // 16, return_counts=True)
    assert (counts == 16).all()
    return 0.5


def test_curves_beside_are_compared_over_the_same_draws(tmp_path: Path) -> None:
    beside = {"with a bonus": {"bonus": 0.05}, "the same": {"noise": 0.0041}}
    answer = kinds.data(
        planted, DATA, out=tmp_path, jobs=0, settings={"shape": "rising"}, beside=beside, seeds=range(8)
    )
    assert answer.change == {"bonus": 0.05}
    rows = {row[0]: row for row in answer.grids[1].rows}
    assert "with a bonus is better than plain" in rows["with a bonus"][2]
    assert "is better" not in rows["the same"][2]
    names = [series.name for series in answer.graphs[0].series]
    assert names == [PLAIN, PLAIN, "with a bonus", "with a bonus", "the same", "the same", "power law, 95 % band"]
    with pytest.raises(UserError, match="cannot be called 'plain'"):
        kinds.data(planted, DATA, out=tmp_path, jobs=0, beside={"plain": {}})


def test_curves_beside_see_the_very_same_samples(tmp_path: Path) -> None:
    kinds.data(_sum, DATA, out=tmp_path, jobs=0, beside={"twice": {"factor": 2.0}}, seeds=range(3))
    found = results(tmp_path)
    assert np.array_equal(found.scores[7:], 2 * found.scores[:7])


def test_the_graph_shows_every_run_and_foretells_twice_the_data_at_most(tmp_path: Path) -> None:
    answer = kinds.data(planted, DATA, out=tmp_path, jobs=0, settings={"shape": "rising"})
    dots, line, band = answer.graphs[0].series
    assert sorted(dots.y) == sorted(results(tmp_path).scores.ravel())
    assert len(line.x) == 7
    assert max(band.x) == 2 * max(dots.x)
    assert all(low <= law <= high for low, law, high in zip(band.low, band.y, band.high, strict=True))
