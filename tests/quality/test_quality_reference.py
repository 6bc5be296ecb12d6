"""Laws of the whole measurement: real sounds are at the floor, anything else is above it."""

from typing import Any

import numpy as np
import pytest

from ganbaru.errors import UserError
from ganbaru.quality import Reference, verdicts
from ganbaru.quality.features import Features

Array = np.ndarray[Any, Any]
RATE = 8_000
COMPARED = {"distance", "diversity", "memorisation", "precision", "recall", "density", "coverage"}
COMPARED |= {"kernel_log_mel", "frechet_log_mel"}
JUDGED = {"recognised", "labels_covered", "balance"}


def test_real_sounds_are_at_the_floor(reference: Reference, words: Any) -> None:
    sounds, labels = words(240, 3)
    found = reference.measure(sounds, labels)
    assert set(found) == COMPARED | JUDGED | {"right_label"}
    assert found["distance"].distinguishable is False
    assert found["memorisation"].distinguishable is False
    assert found["kernel_log_mel"].distinguishable is False
    assert found["frechet_log_mel"].distinguishable is False
    assert found["right_label"].value >= 0.98
    assert found["recognised"].value >= 0.98
    assert found["labels_covered"].value == 3
    assert found["balance"].value == pytest.approx(1, abs=0.01)
    assert found["diversity"].value == pytest.approx(1, abs=0.08)
    assert found["precision"].value >= 0.95
    assert found["recall"].value >= 0.95
    assert found["density"].value == pytest.approx(1, abs=0.2)
    assert found["distance"].samples == (240, 300)


def test_noise_is_told_from_real(reference: Reference, noise: Array) -> None:
    found = reference.measure(noise, np.arange(len(noise)) % 3)
    assert found["distance"].distinguishable
    assert found["distance"].value > 5 * (found["distance"].floor or np.inf)
    for name in ("recognised", "right_label", "precision", "recall", "coverage", "memorisation"):
        assert found[name].value <= 0.02, name
    assert found["labels_covered"].value == found["balance"].value == 0
    assert found["diversity"].high < 0.5


def test_training_sounds_are_found_out(reference: Reference, words: Any) -> None:
    train, labels = words(600, 1)
    found = reference.measure(train[:200], labels[:200])
    assert found["memorisation"].value == 1
    assert found["distance"].distinguishable is False
    assert any("memorises" in sentence for sentence in verdicts(found, {}))


def test_one_sound_over_and_over_is_found_out(reference: Reference, words: Any) -> None:
    sounds, labels = words(1, 3)
    found = reference.measure(np.repeat(sounds, 60, axis=0), np.repeat(labels, 60))
    assert found["diversity"].high < 0.01
    assert found["labels_covered"].value == 1
    assert str(found["balance"]) == "0.000 [0.000, 0.000]"
    assert found["right_label"].value == 1
    assert found["distance"].distinguishable
    assert found["recall"].value < 0.02


def test_a_label_in_the_place_of_another_is_recognised_and_not_right(reference: Reference, words: Any) -> None:
    sounds, labels = words(120, 3)
    found = reference.measure(sounds, (labels + 1) % 3)
    assert found["recognised"].value >= 0.98
    assert found["right_label"].value <= 0.02


def test_labels_covered_counts_those_with_one_sound_in_a_hundred(reference: Reference, words: Any) -> None:
    sounds, labels = words(1_200, 3)
    sweeps, falls = sounds[labels == 0], sounds[labels == 1]
    for few, covered in ((6, 2), (2, 1), (0, 1)):
        made = np.concatenate([sweeps[: 400 - few], falls[:few]])
        assert reference.measure(made)["labels_covered"].value == covered


@pytest.mark.parametrize("shares", [(1, 1, 1), (8, 1, 1), (4, 4, 1)])
def test_balance_is_the_entropy_of_the_labels_heard(
    reference: Reference, words: Any, shares: tuple[int, int, int]
) -> None:
    sounds, labels = words(480, 3)
    made = np.concatenate([sounds[labels == label][: 18 * share] for label, share in enumerate(shares)])
    part = np.array(shares) / sum(shares)
    expected = -(part * np.log(part)).sum() / np.log(3)
    found = reference.measure(made)["balance"]
    assert found.value == pytest.approx(expected, abs=0.02)
    assert found.low <= found.value <= found.high


def test_nothing_is_said_of_labels_that_were_not_asked_or_not_learned(words: Any) -> None:
    train, labels = words(90, 1)
    held_out, held_out_labels = words(60, 2)
    plain = Reference(train, held_out, rate=RATE)
    known = {"train_labels": labels, "held_out_labels": held_out_labels}
    unjudged = Reference(train, held_out, rate=RATE, **known, judge=False)
    few = Reference(train[:45], held_out, rate=RATE, **{**known, "train_labels": labels[:45]})
    fresh, asked = words(60, 3)
    for reference in (plain, unjudged, few):
        assert reference.judge is None
        assert set(reference.measure(fresh, asked)) == set(reference.measure(fresh)) == COMPARED
    assert unjudged.measure(fresh, asked)["diversity"] != unjudged.measure(fresh)["diversity"]
    assert set(plain.measure(fresh[:3])) == {"distance", "diversity", "memorisation"}


def test_measuring_twice_gives_the_same_figures(reference: Reference, words: Any) -> None:
    sounds, labels = words(60, 3)
    assert reference.measure(sounds, labels) == reference.measure(sounds, labels)
    assert reference.measure(sounds, labels) != reference.measure(sounds, labels, seed=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38])
def test_a_generator_that_blew_up_is_measured_as_far_away(reference: Reference, words: Any, bad: float) -> None:
    sounds, labels = words(60, 3)
    sounds[::2] = bad
    found = reference.measure(sounds, labels)
    assert all(np.isfinite([each.value, each.low, each.high]).all() for each in found.values())
    assert found["distance"].distinguishable
    assert np.isnan(sounds[0, 0]) == np.isnan(bad)


@pytest.mark.parametrize(("train", "held_out"), [(0, 10), (1, 10), (10, 1)])
def test_next_to_nothing_to_compare_with_is_refused(words: Any, train: int, held_out: int) -> None:
    sounds, _ = words(10, 1)
    with pytest.raises(UserError, match="too few"):
        Reference(sounds[:train], sounds[:held_out], rate=RATE)


def test_a_distance_of_features_is_in_decibels() -> None:
    """Steady noise of any level: half the amplitude is 6 dB away."""
    rng = np.random.default_rng(0)
    carrier = rng.standard_normal(4_096)
    levels = 10 ** rng.uniform(-1, 0.5, size=(80, 1))
    features = Features(levels * carrier, rate=RATE)
    made = features(np.stack([carrier, carrier / 2, carrier / 10]))
    assert np.linalg.norm(made[0] - made[1]) == pytest.approx(6.02, abs=0.05)
    assert np.linalg.norm(made[0] - made[2]) == pytest.approx(20, abs=0.1)


def test_features_of_many_sounds_are_those_of_each(words: Any) -> None:
    sounds, _ = words(600, 1)
    features = Features(sounds, rate=RATE)
    every = features(sounds)
    assert every.shape == (600, 64)
    for i in (0, 511, 512, 599):
        assert features(sounds[i : i + 1])[0] == pytest.approx(every[i], abs=1e-3)
    assert np.abs(every.mean(axis=0)).max() < 1e-3
    spread = every.std(axis=0)
    assert (np.diff(spread) <= 1e-3).all()
