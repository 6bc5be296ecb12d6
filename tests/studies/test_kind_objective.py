"""The study of objectives: real and tiny; its search and its judge on planted results."""

import math
from pathlib import Path

import numpy as np
import pytest
from planted_results import planted

import ganbaru as gb
from ganbaru.studies import Results, results
from ganbaru.studies.kinds import paired
from ganbaru.studies.kinds.objective import ALIKE, FAMILIES, RATES, WORSE, drawn, judge, objective, winner

NAMES = ("WGAN", "WGAN-GP", "NS-GAN", "hinge")


def told(distances: dict[str, float], *, seeds: int = 10, noise: float = 0.05) -> Results:
    """Results of objectives whose distances are known but for noise."""
    rng = np.random.default_rng(4)
    cells, details, scores = {}, {}, {}
    for arm, distance in distances.items():
        cells[f"toy:ring, {arm}"] = {"arm": arm, "world": "toy:ring", "seconds": 1.0}
        for seed in range(seeds):
            value = distance * math.exp(noise * rng.normal())
            scores[f"toy:ring, {arm}", seed] = value
            details[f"toy:ring, {arm}", seed] = {"distance": value, "collapsed": 0, "modes": 8, "steps": 5}
    return planted(cells, scores, details)


def test_seeds_that_cannot_decide_are_said_beforehand(caplog: pytest.LogCaptureFixture) -> None:
    assert paired.seeds_of(None, 2) == tuple(range(10))
    assert paired.seeds_of(None, 8) == tuple(range(11))
    assert not caplog.records
    assert paired.seeds_of(range(10), 8) == tuple(range(10))
    assert "10 seeds cannot tell 8 arms apart, whatever comes out: 28 comparisons need 11" in caplog.text


@pytest.mark.parametrize(("seeds", "decided"), [(10, False), (11, True)])
def test_as_many_seeds_as_it_takes_do_decide(seeds: int, decided: bool) -> None:
    distances = {name: float(2**number) for number, name in enumerate(FAMILIES)}
    assert (judge(told(distances, seeds=seeds), factor=1.5, tries=2).verdict != "can't tell") is decided


@pytest.mark.parametrize(
    ("distances", "verdict"),
    [
        ((1.0, 1.0, 1.0, 1.0), ALIKE),
        ((1.0, 1.05, 1.0, 4.0), ALIKE),
        ((1.0, 3.0, 3.0, 3.0), WORSE),
        ((1.0, 1.0, 3.0, 3.0), WORSE),
        ((1.0, 1.0, 1.0, 3.0), ALIKE),
    ],
)
def test_planted(distances: tuple[float, ...], verdict: str) -> None:
    assert judge(told(dict(zip(NAMES, distances, strict=True))), factor=1.5, tries=3).verdict == verdict


def test_noise_and_few_seeds_tell_nothing() -> None:
    same = dict.fromkeys(NAMES, 1.0)
    assert judge(told(same, noise=1.5), factor=1.5, tries=3).verdict == "can't tell"
    assert (
        judge(told(dict(zip(NAMES, (1.0, 9.0, 9.0, 9.0), strict=True)), seeds=5), factor=1.5, tries=3).verdict
        == "can't tell"
    )


def test_collapsed_runs_are_counted() -> None:
    found = told(dict.fromkeys(NAMES, 1.0))
    for seed in range(3):
        found.trials["toy:ring, hinge", seed].details.update(collapsed=1)
    answer = judge(found, factor=1.5, tries=3)
    assert "3 of 40 seeds saw a collapse" in answer.sentence
    assert next(row for row in answer.grids[0].rows if row[0] == "hinge")[-1] == 3


def test_every_family_tries_other_settings_within_the_same_bounds() -> None:
    for name, family in FAMILIES.items():
        tries = [drawn(name, number) for number in range(20)]
        assert tries == [drawn(name, number) for number in range(20)]
        rates = {each["generator.learning_rate"] for each in tries}
        assert len(rates) > 15
        assert all(RATES[0] <= rate <= RATES[1] for rate in rates)
        strengths = [each["constraint_strength"] for each in tries if family.most]
        assert all(family.least <= strength <= family.most for strength in strengths)


def test_the_winner_is_the_nearest_that_did_not_collapse() -> None:
    cells = {f"toy:ring, WGAN, {k}": {"arm": "WGAN", "world": "toy:ring", "beta": float(k)} for k in range(3)}
    scores = {(name, 1000): value for name, value in zip(cells, (3.0, 1.0, 2.0), strict=True)}
    details = {(name, 1000): {"collapsed": fell} for name, fell in zip(cells, (0, 1, 0), strict=True)}
    assert winner(planted(cells, scores, details), "WGAN", "toy:ring")["beta"] == 2.0


def test_real(tmp_path: Path) -> None:
    tiny = {"worlds": ("toy:ring",), "families": ("WGAN-GP", "hinge"), "tries": 2, "seconds": 0.05}
    how = {"seeds": range(1), "channels": 8, "batch": 16, "jobs": 0}
    answer = objective(out=tmp_path / "study", **tiny, **how)
    assert answer.verdict == "can't tell"
    assert len(results(tmp_path / "study-search").cells) == 4
    chosen = results(tmp_path / "study").plan.cells["toy:ring, hinge"]
    assert chosen["beta"] in (0.0, 0.5)
    again = objective(out=tmp_path / "study", **tiny, **how)
    assert again.sentence == answer.sentence


def test_objectives_of_sounds_are_heard(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    world = "speech:yes,no?count=80"
    how = {"families": ("WGAN-GP", "NS-GAN"), "tries": 1, "seconds": 0.2, "channels": 4, "batch": 4, "jobs": 0}
    answer = objective(out=tmp_path / "study", worlds=(world,), seeds=range(1), **how)
    found = results(tmp_path / "study")
    assert found.complete
    assert {"any word", "words covered", "diversity"} < set(answer.grids[0].columns)
    assert "modes" not in answer.grids[0].columns
    assert (found.detail("labels_covered") <= 2).all()
    for cell in found.cells:
        assert len(list(found.place((cell, 0)).glob("*.wav"))) == 10


def test_bad_requests_are_refused(tmp_path: Path) -> None:
    with pytest.raises(gb.UserError, match="hinge"):
        objective(out=tmp_path / "study", families=("hing", "WGAN"))
    with pytest.raises(gb.UserError, match="1000"):
        objective(out=tmp_path / "study", seeds=(999, 1000))
