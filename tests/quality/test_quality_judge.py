"""Laws of the judge: it knows its labels, refuses what is none of them, and says how well it does."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from ganbaru.quality import Judge, Reference, rejects
from ganbaru.quality.features import Features
from ganbaru.quality.judge import FEWEST_PER_LABEL, train_judge

Array = np.ndarray[Any, Any]
RATE = 8_000


@pytest.fixture(scope="module")
def features(words: Any) -> Features:
    return Features(words(200, 1)[0], rate=RATE)


def judge_of(reference: Reference) -> Judge:
    assert reference.judge is not None
    return reference.judge


def test_it_knows_held_out_sounds_and_refuses_rejects(reference: Reference) -> None:
    judge = judge_of(reference)
    assert judge.labels == 3
    assert judge.accuracy.value >= 0.99
    assert judge.false_acceptance.value <= 0.02
    assert judge.accuracy.samples == judge.false_acceptance.samples == (300, 300)


def test_what_it_says_of_itself_is_so_on_sounds_it_never_heard(
    reference: Reference, features: Features, words: Any, noise: Array
) -> None:
    judge = judge_of(reference)
    fresh, labels = words(300, 3)
    assert (judge(features.spectrograms(fresh)) == labels).mean() >= 0.98
    assert (judge(features.spectrograms(rejects(fresh, labels, seed=8))) >= 0).mean() <= 0.03
    assert (judge(features.spectrograms(noise)) == -1).mean() >= 0.98


def test_a_trip_through_griffin_lim_is_no_reason_to_refuse(
    reference: Reference, features: Features, words: Any
) -> None:
    from ganbaru.quality.judge import _recoded

    fresh, labels = words(120, 4)
    assert (judge_of(reference)(features.spectrograms(_recoded(fresh, RATE))) == labels).mean() >= 0.97


def small(features: Features, words: Any, seed: int) -> Judge:
    train, train_labels = words(90, 1)
    held_out, held_out_labels = words(60, 2)
    judge = train_judge(features, train, train_labels, held_out, held_out_labels, rate=RATE, seed=seed)
    assert judge is not None
    return judge


def test_the_same_seed_trains_the_same_judge_and_leaves_the_random_state_alone(
    features: Features, words: Any, noise: Array
) -> None:
    torch.manual_seed(11)
    np.random.seed(11)  # noqa: NPY002
    before, old = torch.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
    first = small(features, words, 0)
    assert torch.get_rng_state().equal(before)
    assert np.array_equal(np.random.get_state()[1], old)  # noqa: NPY002
    torch.manual_seed(12)
    again, other = small(features, words, 0), small(features, words, 1)
    weights = [torch.cat([w.flatten() for w in judge.network.parameters()]) for judge in (first, again, other)]
    assert weights[0].equal(weights[1])
    assert not weights[0].equal(weights[2])
    assert (first.accuracy, first.false_acceptance) == (again.accuracy, again.false_acceptance)
    assert not first.network.training
    alone = np.concatenate([first(features.spectrograms(sound[None])) for sound in noise[:8]])
    assert np.array_equal(alone, first(features.spectrograms(noise[:8])))


def test_a_judge_that_learned_wrong_answers_says_so(features: Features, words: Any) -> None:
    train, train_labels = words(90, 1)
    held_out, held_out_labels = words(60, 2)
    wrong = (train_labels + 1) % 3
    judge = train_judge(features, train, wrong, held_out, held_out_labels, rate=RATE, seed=0)
    assert judge is not None
    assert judge.accuracy.value < 0.1


def test_too_few_sounds_of_a_label_make_no_judge(features: Features, words: Any) -> None:
    train, labels = words(90, 1)
    held_out = words(30, 2)
    few = np.concatenate([np.flatnonzero(labels != 2), np.flatnonzero(labels == 2)[: FEWEST_PER_LABEL - 1]])
    assert train_judge(features, train[few], labels[few], *held_out, rate=RATE, seed=0) is None


def test_rejects_are_as_many_finite_and_repeatable(words: Any) -> None:
    sounds, labels = words(120, 5)
    sounds[3] = 0
    made = rejects(sounds, labels, seed=1)
    assert made.shape == sounds.shape
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.array_equal(made, rejects(sounds, labels, seed=1))
    assert not np.array_equal(made, rejects(sounds, labels, seed=2))


def test_no_reject_is_a_sound_of_the_set(words: Any) -> None:
    sounds, labels = words(240, 6)
    made = rejects(sounds, labels, seed=0)
    for sound, reject in zip(sounds, made, strict=True):
        assert np.linalg.norm(sound - reject) > 0.3 * np.linalg.norm(sound)
    real = sounds / np.linalg.norm(sounds, axis=1, keepdims=True)
    likeness = (made / np.linalg.norm(made, axis=1, keepdims=True)) @ real.T
    assert likeness.max() < 0.98


def test_rejects_are_of_six_kinds(words: Any) -> None:
    sounds, labels = words(600, 7)
    made = rejects(sounds, labels, seed=0)
    level = np.sqrt((made**2).mean(axis=1))
    spectra = [np.abs(np.fft.rfft(x, axis=1)) for x in (made, sounds)]
    remainder = cdist(made / 0.6 - sounds, sounds)
    kinds = {
        "silent": level < 2e-3,
        "reordered": (np.sort(made, axis=1) == np.sort(sounds, axis=1)).all(axis=1),
        "spectral noise": np.linalg.norm(spectra[0] - spectra[1], axis=1) < 0.01 * np.linalg.norm(spectra[1], axis=1),
        "blended": remainder.min(axis=1) < 1e-3,
    }
    kinds["spectral noise"] &= ~kinds["reordered"]
    kinds["white noise"] = ~np.any(list(kinds.values()), axis=0)
    counts = {kind: int(which.sum()) for kind, which in kinds.items()}
    assert sum(counts.values()) == 600
    assert 160 < counts.pop("reordered") < 240
    assert all(70 < count < 130 for count in counts.values()), counts
    assert (labels[remainder.argmin(axis=1)] != labels)[kinds["blended"]].all()
