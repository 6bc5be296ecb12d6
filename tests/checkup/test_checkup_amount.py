"""The causes of step 2, and overfitting: judged from evidence whose truth is known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.checkup.causes.amount import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.run.memory import copied
from ganbaru.checkup.run.ranks import area
from ganbaru.checkup.series import Series

_OF = {cause.slug: cause for cause in CAUSES}
_BY_CHANCE = {"value": 0.01, "low": 0.006, "high": 0.016}


def _memory(train: float, held_out: float, *, count: int = 400, generated: float = -1.0) -> dict[str, Any]:
    """A critic that scores training, held-out and generated samples around these means, with deviation 1."""
    rng = np.random.default_rng(7)
    said = {n: m + rng.normal(size=count) for n, m in (("t", train), ("h", held_out), ("g", generated))}
    return {
        "train_held_out": area(said["t"], said["h"]).to_json(),
        "held_out_generated": area(said["h"], said["g"]).to_json(),
        "memorised": _BY_CHANCE,
        "copied": _BY_CHANCE,
    }


def _judged(slug: str, **parts: Any) -> Finding:
    return _OF[slug].examine(Evidence(**parts))


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_area_knows_neither_scale_nor_offset_and_turns_with_the_groups(
    scale: float, shift: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=30), rng.normal(size=40) - 0.5
    plain = area(a, b)
    assert area(scale * a + shift, scale * b + shift).value == pytest.approx(plain.value, abs=1e-3)
    turned = area(b, a)
    assert (1 - turned.value, 1 - turned.high, 1 - turned.low) == pytest.approx(
        (plain.value, plain.low, plain.high), abs=0.02
    )
    assert plain.value == pytest.approx(float((a[:, None] > b[None]).mean()))


def test_the_interval_of_the_area_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    truth = 0.714  # of two normal distributions 0.8 deviations apart
    found = [area(rng.normal(size=25) + 0.8, rng.normal(size=25)) for _ in range(400)]
    assert 0.92 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.99


def test_groups_wholly_apart_still_have_a_width() -> None:
    found = area(np.arange(10.0) + 100, np.arange(10.0))
    assert found.value == found.high == 1.0
    assert found.low < 0.95


@pytest.mark.parametrize("sign", [1, -1])
def test_a_critic_that_knows_its_sounds_is_found_whatever_the_sign_of_its_scores(sign: int) -> None:
    memory = _memory(sign * 2.0, sign * 0.5, generated=-sign * 1.0)
    found = _judged("critic-memorises", probes={"memory": memory})
    assert found.verdict == "found"
    assert found.evidence["told_apart_low"] > found.evidence["told_apart_low_limit"]


def test_a_small_gap_of_a_healthy_critic_is_fine() -> None:
    assert _judged("critic-memorises", probes={"memory": _memory(0.1, 0.0)}).verdict == "fine"


def test_few_samples_are_no_proof() -> None:
    assert _judged("critic-memorises", probes={"memory": _memory(0.5, 0.0, count=12)}).verdict != "found"


@pytest.mark.parametrize("slug", ["critic-memorises", "source-memorised"])
def test_without_the_probe_nothing_is_said(slug: str) -> None:
    found = _judged(slug, missing={"memory": "there is no checkpoint yet"})
    assert (found.verdict, found.reason) == ("not-checked", "there is no checkpoint yet")


def test_copies_are_counted_and_new_or_blurred_points_are_not() -> None:
    rng = np.random.default_rng(0)
    train, held_out = rng.normal(size=(300, 20)), rng.normal(size=(300, 20))
    near = train[:100] + 0.01 * rng.normal(size=(100, 20))
    assert copied(train, held_out, near).value == 1.0
    assert copied(train, held_out, rng.normal(size=(300, 20))).value < 0.03
    blurred = 0.2 * rng.normal(size=(300, 20))
    assert copied(train, held_out, blurred).value < 0.05


@pytest.mark.parametrize(("low", "verdict"), [(0.3, "found"), (0.03, "suspect"), (0.006, "fine")])
def test_copies_are_found_by_the_low_end_of_their_share(low: float, verdict: str) -> None:
    memory = {"memorised": _BY_CHANCE, "copied": {"value": low + 0.02, "low": low, "high": low + 0.05}}
    assert _judged("source-memorised", probes={"memory": memory}).verdict == verdict


def _curve(scale: float, level: float, noise: float, exponent: float = 0.5) -> dict[str, Any]:
    counts = np.array([100, 200, 400, 800, 1600, 3200])
    scores = level + scale * counts**-exponent + noise * np.array([0.5, -0.8, 0.3, -0.2, 0.6, -0.4])
    return {
        "counts": counts.tolist(),
        "scores": scores.tolist(),
        "low": (scores - 1.96 * noise).tolist(),
        "high": (scores + 1.96 * noise).tolist(),
    }


@pytest.mark.parametrize(
    ("curve", "starved", "saturated"),
    [
        (_curve(20.0, 0.0, 0.005), "found", "fine"),
        (_curve(0.0, 1.0, 0.01), "fine", "found"),
        (_curve(50.0, 1.0, 0.01, exponent=1.5), "fine", "found"),
        (_curve(1.0, 0.0, 0.004), "found", "fine"),  # what is gained is above the noise, its low end is not
        (
            _curve(200.0, 0.0, 0.0025, exponent=1.5),
            "suspect",
            "suspect",
        ),  # surely gained, if below its noise
    ],
)
def test_a_curve_that_falls_is_starved_and_a_level_one_is_saturated(
    curve: dict[str, Any], starved: str, saturated: str
) -> None:
    assert _judged("data-starved", probes={"data_curve": curve}).verdict == starved
    assert _judged("data-saturated", probes={"data_curve": curve}).verdict == saturated


@given(st.floats(0, 30), st.floats(0, 3), st.floats(1e-3, 1.0), st.floats(1e-3, 1e3))
@settings(max_examples=15, deadline=None)
def test_a_curve_is_never_both_and_its_unit_does_not_matter(
    scale: float, level: float, noise: float, unit: float
) -> None:
    plain = _curve(scale, level + 0.1, noise)
    other = {name: values if name == "counts" else (unit * np.array(values)).tolist() for name, values in plain.items()}
    verdicts = [
        [_judged(slug, probes={"data_curve": curve}).verdict for slug in ("data-starved", "data-saturated")]
        for curve in (plain, other)
    ]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0] != ["found", "found"]


@pytest.mark.parametrize("curve", [{}, {"counts": [1, 2], "scores": [1.0, 1.0], "low": [0, 0], "high": [2, 2]}])
def test_a_curve_of_next_to_nothing_is_not_judged(curve: dict[str, Any]) -> None:
    assert _judged("data-starved", probes={"data_curve": curve}).verdict == "not-checked"


def test_without_a_curve_the_command_is_named_and_few_sounds_by_heart_are_suspect() -> None:
    assert "ganbaru study data" in _judged("data-starved", facts={"train_count": 40}).reason
    known = {"memory": _memory(2.0, 0.0)}
    assert _judged("data-starved", facts={"train_count": 40}, probes=known).verdict == "suspect"
    assert _judged("data-starved", facts={"train_count": 9000}, probes=known).verdict == "not-checked"


def _game(gap: np.ndarray, distance: list[float], scale: float = 1.0, half: float = 0.01) -> dict[str, Any]:
    steps = range(1, 10 * len(gap), 10)
    noise = np.random.default_rng(1).normal(size=len(gap)) * 0.1
    measured = [round(at) for at in np.linspace(0, 10 * len(gap), len(distance))]
    values = np.array(distance)
    return {
        "w1": Series.of(steps, scale * (1 + gap + noise)),
        "w1_held_out": Series.of(steps, np.full(len(gap), scale)),
        "real_score_std": Series.of(steps, np.full(len(gap), scale)),
        "fake_score_std": Series.of(steps, np.full(len(gap), scale)),
        "quality.distance": Series.of(measured, values),
        "quality.distance.low": Series.of(measured, values - half),
        "quality.distance.high": Series.of(measured, values + half),
    }


_OPENS = np.linspace(0, 2, 100)


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_a_gap_that_opens_while_quality_falls_is_found_at_any_scale_of_scores(scale: float) -> None:
    found = _judged("overfitting", facts={"kind": "gan"}, series=_game(_OPENS, [2, 1, 0.5, 0.8, 1.0], scale))
    assert found.verdict == "found"
    assert found.since is not None
    assert 200 < found.since < 600


def test_a_critic_that_tells_them_apart_a_little_is_found_where_held_out_sounds_get_worse_by_it() -> None:
    known, overfits = {"memory": _memory(0.5, 0.0)}, _game(_OPENS, [2, 1, 0.5, 0.8, 1.0])
    found = _judged("critic-memorises", facts={"kind": "gan"}, series=overfits, probes=known)
    assert found.verdict == "found"
    assert found.evidence["told_apart_low"] > found.evidence["told_apart_low_limit"]
    assert _judged("critic-memorises", facts={"kind": "gan"}, probes=known).verdict == "suspect"


@pytest.mark.parametrize(
    "series",
    [
        _game(_OPENS, [2, 1, 0.5, 0.45, 0.44]),
        _game(np.full(100, 0.8), [2, 1, 0.5, 0.8, 1.0]),
        _game(np.zeros(100), [2, 1, 0.5, 0.8, 1.0]),
        _game(_OPENS, [2, 1, 0.5, 0.51, 0.52]),
    ],
    ids=["quality rises", "always had it", "no gap", "within noise"],
)
def test_a_gap_alone_or_a_fall_alone_is_no_overfitting(series: dict[str, Any]) -> None:
    assert _judged("overfitting", facts={"kind": "gan"}, series=series).verdict == "fine"


def _losses(held_out: np.ndarray) -> dict[str, Any]:
    rng, steps = np.random.default_rng(2), range(len(held_out))
    train = np.exp(-np.linspace(0, 4, len(held_out))) + 0.01 * rng.normal(size=len(held_out))
    return {
        "loss": Series.of(steps, train),
        "held_out_loss": Series.of(steps, held_out + 0.01 * rng.normal(size=len(held_out))),
    }


def test_a_model_whose_held_out_loss_turns_is_found_and_one_that_levels_out_is_not() -> None:
    time = np.linspace(0, 1, 200)
    turns = _judged("overfitting", facts={"kind": "plain"}, series=_losses(0.3 + (time - 0.4) ** 2 * 2))
    assert turns.verdict == "found"
    assert turns.since is not None
    assert 50 < turns.since < 125
    assert _judged("overfitting", facts={"kind": "plain"}, series=_losses(0.3 + np.exp(-5 * time))).verdict == "fine"


def test_nothing_recorded_is_not_judged() -> None:
    assert _judged("overfitting", facts={"kind": "gan"}).verdict == "not-checked"
    assert _judged("overfitting", facts={"kind": "plain"}).verdict == "not-checked"
