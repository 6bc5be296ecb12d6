"""Laws of the distances over an embedding: they rise with what is done to real sounds, and carry their own names."""

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import signal as filters
from torch import Tensor

from ganbaru import sources
from ganbaru.errors import UserError
from ganbaru.quality import Reference, embedded
from ganbaru.quality.embedded import WIDEST_FRECHET

Array = np.ndarray[Any, Any]
RATE = 8_000
NAMES = ("kernel_log_mel", "frechet_log_mel")
OWN = ("kernel_own", "frechet_own")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Array, Array, Array]:
    """Spoken digits: 800 sounds, their labels, and 800 other sounds of the same words and voices."""
    if importlib.util.find_spec("espeakng_loader") is None:
        pytest.skip("the package espeakng-loader is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANBARU_CACHE", str(tmp_path_factory.mktemp("spoken")))
        split = sources.open("speech:digits?count=2400").train
    chosen = np.random.default_rng(0).permutation(len(split.data))[:1_600]
    assert split.labels is not None
    return split.take(chosen[:800]), split.labels[chosen[:800]], split.take(chosen[800:])


def noisy(sounds: Array, snr_db: float) -> Array:
    level = np.sqrt((sounds**2).mean(axis=1, keepdims=True)) * 10 ** (-snr_db / 20)
    return sounds + level * np.random.default_rng(1).standard_normal(sounds.shape)


def dull(sounds: Array, hz: float) -> Array:
    return np.asarray(filters.sosfiltfilt(filters.butter(4, hz, fs=RATE, output="sos"), sounds))


def higher(sounds: Array, semitones: float) -> Array:
    """Played faster, so higher and shorter."""
    at = np.arange(sounds.shape[1]) * 2 ** (semitones / 12)
    return np.stack([np.interp(at, np.arange(len(sound)), sound, right=0) for sound in sounds])


DEGRADATIONS: dict[str, tuple[Callable[[Array, float], Array], tuple[float, ...]]] = {
    "noise": (noisy, (40, 30, 20, 10)),
    "low-pass": (dull, (3_500, 2_500, 1_500, 750)),
    "pitch": (higher, (1.5, 3, 6)),
    "gain": (lambda sounds, db: sounds * 10 ** (-db / 20), (2, 6, 12)),
}


@pytest.mark.long
@pytest.mark.parametrize("what", DEGRADATIONS)
def test_they_rise_as_real_sounds_are_made_worse(digits: tuple[Array, Array, Array], what: str) -> None:
    sounds, _, others = digits
    change, amounts = DEGRADATIONS[what]
    halves = others[:400], others[400:]
    found = [embedded(change(sounds, amount), others, rate=RATE, floor_from=halves) for amount in amounts]
    for name in NAMES:
        values = [each[name].value for each in found]
        assert values == sorted(values), name
        assert values[-1] > 3 * max(0, values[0])
        assert all(each[name].distinguishable for each in found), name


@pytest.mark.long
def test_they_rise_as_digits_are_lost(digits: tuple[Array, Array, Array]) -> None:
    sounds, labels, others = digits
    halves = others[:400], others[400:]
    found = [embedded(sounds[labels < kept], others, rate=RATE, floor_from=halves) for kept in (10, 7, 5, 2)]
    for name in NAMES:
        values = [each[name].value for each in found]
        assert values == sorted(values), name
        assert [each[name].distinguishable for each in found] == [False, True, True, True], name
        assert found[0][name].low <= 0 <= found[0][name].high


def test_they_do_not_hear_where_in_the_file_a_sound_stands_and_do_hear_its_direction(words: Any) -> None:
    sounds, real = words(150, 3)[0], words(150, 4)[0]
    later = np.roll(np.pad(sounds, ((0, 0), (0, 1_000))), 800, axis=1)
    plain, moved, turned = (
        embedded(made, real, rate=RATE, floor_from=(words(150, 5)[0], words(150, 6)[0]))
        for made in (sounds, later, sounds[:, ::-1])
    )
    for name in NAMES:
        assert not plain[name].distinguishable
        assert not moved[name].distinguishable
        assert turned[name].distinguishable


def test_a_trip_through_griffin_lim_is_heard_where_the_sliced_distance_hears_nothing(
    digits: tuple[Array, Array, Array],
) -> None:
    from ganbaru.quality.judge import _recoded

    sounds, _, others = digits
    found = Reference(others[:400], others[400:], rate=RATE).measure(_recoded(sounds[:400], RATE))
    assert not found["distance"].distinguishable
    assert all(found[name].distinguishable for name in NAMES)


def test_the_reference_says_the_same_and_keeps_them_for_the_full_measurement(words: Any) -> None:
    train, held_out, made = (words(60, seed)[0] for seed in (1, 2, 3))
    reference = Reference(train, held_out, rate=RATE)
    full, quick = reference.measure(made), reference.measure(made, full=False)
    assert set(full) - set(quick) == set(NAMES)
    assert {name: full[name] for name in quick} == quick
    assert {name: full[name] for name in NAMES} == embedded(made, held_out, rate=RATE, floor_from=(train, held_out))


def test_too_few_sounds_or_too_low_a_rate_leave_them_out(words: Any) -> None:
    train, few = words(60, 1)[0], words(3, 2)[0]
    assert not set(NAMES) & set(Reference(train, few, rate=RATE).measure(train))
    assert not set(NAMES) & set(Reference(train, train, rate=RATE).measure(few))
    assert not set(NAMES) & set(Reference(train, train, rate=2_000).measure(train))
    with pytest.raises(UserError, match="3, 85"):
        embedded(few, train, rate=RATE)


def loudness(sounds: Tensor) -> Tensor:
    """A network of the user's: level, peak and crossings."""
    crossings = (sounds[:, 1:] * sounds[:, :-1] < 0).float().mean(dim=1)
    return torch.stack([sounds.square().mean(dim=1).sqrt(), sounds.abs().amax(dim=1), crossings], dim=1)


def test_any_network_can_embed_and_its_figures_are_called_own(words: Any, noise: Array) -> None:
    train, held_out, made = (words(150, seed)[0] for seed in (1, 2, 3))
    reference = Reference(train, held_out, rate=RATE, embed=loudness)
    good, bad = reference.measure(made), reference.measure(noise)
    assert set(OWN) <= set(good)
    assert not set(NAMES) & set(good)
    for name in OWN:
        assert not good[name].distinguishable
        assert bad[name].distinguishable
        assert "of own embedding loudness" in good[name].method
        assert "3 dimensions" in good[name].method
    module = embedded(made, held_out, rate=RATE, embed=torch.nn.Linear(2_048, 5))
    assert "of own embedding Linear" in module["kernel_own"].method
    wide = torch.nn.Linear(2_048, WIDEST_FRECHET + 1)
    assert set(embedded(made, held_out, rate=RATE, embed=wide)) == {"kernel_own"}


def test_a_network_hears_batches_within_full_scale_and_leaves_no_gradient(words: Any) -> None:
    heard = []

    def listens(sounds: Tensor) -> Tensor:
        heard.append((len(sounds), sounds.shape[1], sounds.dtype, torch.is_grad_enabled()))
        assert sounds.abs().max() <= 1
        return loudness(sounds)

    made = words(70, 3)[0].astype(np.float64)
    made[0, :2] = np.nan, np.inf
    embedded(3 * made, made, rate=RATE, embed=listens)
    assert heard == 2 * [(64, 2_048, torch.float32, False), (6, 2_048, torch.float32, False)]


@pytest.mark.parametrize(
    ("embed", "says"),
    [
        (lambda x: x.numpy(), "embed gave ndarray for sounds of shape"),
        (lambda x: x.mean(dim=1), r"embed gave shape \(30,\) for sounds of shape \(30, 2048\).*\(B, D\)"),
        (lambda x: x.mean(dim=0, keepdim=True), r"embed gave shape \(1, 2048\)"),
        (lambda x: x[:, :0], r"embed gave shape \(30, 0\)"),
        (lambda x: x[:, :2] / 0, "embed gave 60 numbers that are not finite"),
        (torch.nn.Linear(5, 2), r"embed failed on sounds of shape \(30, 2048\): RuntimeError: "),
    ],
)
def test_a_network_that_gives_no_points_is_refused_in_one_line(
    words: Any, embed: Callable[[Tensor], Tensor], says: str
) -> None:
    sounds = words(30, 1)[0] + 1e-3
    for asked in (
        lambda: embedded(sounds, sounds, rate=RATE, embed=embed),
        lambda: Reference(sounds, sounds, rate=RATE, embed=embed),
    ):
        with pytest.raises(UserError, match=says) as caught:
            asked()
        assert "\n" not in str(caught.value)


def test_points_of_changing_size_are_refused(words: Any) -> None:
    sounds = words(70, 1)[0]
    with pytest.raises(UserError, match=r"points of sizes \[6, 64\]"):
        embedded(sounds, sounds, rate=RATE, embed=lambda x: x[:, : len(x)])
