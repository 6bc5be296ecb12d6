"""The study of representations: real and tiny; and its judge on planted results."""

import math
from pathlib import Path

import numpy as np
import pytest
from planted_results import planted

import ganbaru as gb
from ganbaru.studies import Results, results
from ganbaru.studies.kinds.representation import BEST, FORMS, SOME, judge, representation


def told(distances: dict[str, float], *, seeds: int = 10, noise: float = 0.05) -> Results:
    """Results of representations whose distances are known but for noise."""
    rng = np.random.default_rng(4)
    cells = {form: {"arm": form, "world": "speech:yes,no", "seconds": 1.0} for form in distances}
    values = {(form, seed): distances[form] * math.exp(noise * rng.normal()) for form in cells for seed in range(seeds)}
    told = {key: {"distance": value, "collapsed": 0, "ceiling": 0.01} for key, value in values.items()}
    return planted(cells, values, told)


@pytest.mark.parametrize(
    ("distances", "verdict"),
    [
        ((3.0, 3.0, 2.0, 1.0, 2.0), BEST),
        ((3.0, 3.0, 1.0, 1.0, 1.0), SOME),
        ((1.0, 1.0, 1.0, 1.0, 1.0), "can't tell"),
    ],
)
def test_planted(distances: tuple[float, ...], verdict: str) -> None:
    answer = judge(told(dict(zip(FORMS, distances, strict=True))))
    assert answer.verdict == verdict
    assert answer.best is not None
    if verdict == BEST:
        assert answer.best[0] == "log-mel"
        assert "log-mel comes nearest" in answer.sentence


def test_few_seeds_tell_nothing() -> None:
    assert judge(told(dict(zip(FORMS, (3.0, 3.0, 2.0, 1.0, 2.0), strict=True)), seeds=5)).verdict == "can't tell"


def test_missing_trainings_are_said() -> None:
    found = told(dict.fromkeys(FORMS, 1.0))
    found.trials["log-mel", 0].state = "planned"
    assert any("1 of 50 trials are not run yet" in note for note in judge(found).notes)


def test_real(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    forms = ("waveform", "log-mel")
    answer = representation(
        out=tmp_path / "study",
        worlds=("speech:yes,no?count=80",),
        forms=forms,
        seconds=0.2,
        seeds=range(1),
        channels=4,
        waveform_channels=4,
        jobs=0,
    )
    assert answer.verdict == "can't tell"
    found = results(tmp_path / "study")
    assert found.complete
    waveform, mel = found.detail("ceiling")[:, 0]
    assert waveform < 1e-6 < mel
    assert (found.detail("right_label") <= 1).all()
    for form in forms:
        assert len(list(found.place((f"{form}: speech:yes,no?count=80", 0)).glob("*.wav"))) == 10


def test_points_are_refused(tmp_path: Path) -> None:
    with pytest.raises(gb.UserError, match="toy:ring"):
        representation(out=tmp_path / "study", worlds=("toy:ring",))
