"""Laws of the mel scale and its filters, and of the way back from them."""

from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbaru.errors import UserError
from ganbaru.signal import filter_bank, hz_to_mel, mel_to_hz, to_linear
from ganbaru.signal.mel import Scale

SCALES = get_args(Scale)
BANK = {"rate": 8_000, "n_fft": 256, "bands": 40, "low": 50.0, "high": 4_000.0}


@given(st.floats(0, 48_000), st.sampled_from(SCALES))
def test_mel_and_hertz_are_inverse(hz: float, scale: Scale) -> None:
    there = hz_to_mel(np.array(hz), scale)
    assert mel_to_hz(there, scale) == pytest.approx(hz, rel=1e-9, abs=1e-6)
    assert hz_to_mel(mel_to_hz(np.array(hz / 20), scale), scale) == pytest.approx(hz / 20, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("scale", SCALES)
def test_mel_rises_with_frequency(scale: Scale) -> None:
    assert (np.diff(hz_to_mel(np.linspace(0, 24_000, 2_000), scale)) > 0).all()


def test_mel_is_what_the_conventions_say() -> None:
    assert hz_to_mel(np.array([0.0, 700.0, 6_300.0]), "htk") == pytest.approx([0, 2_595 * np.log10(2), 2_595])
    assert hz_to_mel(np.array([0.0, 500.0, 1_000.0, 6_400.0]), "slaney") == pytest.approx([0, 7.5, 15, 42])


@pytest.mark.parametrize("scale", SCALES)
def test_neighbouring_triangles_add_up_to_one(scale: Scale) -> None:
    bank = filter_bank(**{**BANK, "n_fft": 4_096}, scale=scale)
    assert bank.shape == (40, 2_049)
    assert bank.dtype == np.float32
    assert 0 <= bank.min() < bank.max() <= 1
    centres = mel_to_hz(np.linspace(*hz_to_mel(np.array([50, 4_000]), scale), 42), scale)[1:-1]
    hz = np.arange(2_049) * 8_000 / 4_096
    between = (hz >= centres[0]) & (hz <= centres[-1])
    assert bank.sum(axis=0)[between] == pytest.approx(1, abs=1e-5)
    assert np.abs(hz[bank.argmax(axis=1)] - centres).max() <= 8_000 / 4_096
    assert not bank[:, hz < 50].any()


def test_slaney_triangles_have_the_area_one_hertz() -> None:
    bank = filter_bank(**{**BANK, "n_fft": 65_536}, scale="slaney", norm="slaney")
    assert bank.sum(axis=1) * 8_000 / 65_536 == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"scale": "slany"}, "'slaney'"),
        ({"scale": "melody"}, "known: htk, slaney"),
        ({"norm": "slany"}, "'slaney'"),
        ({"norm": "area"}, "known: none, slaney"),
        ({"bands": 0}, "0 mel bands"),
        ({"bands": -1}, "-1 mel bands"),
    ],
)
def test_an_unknown_convention_is_refused(options: dict[str, object], says: str) -> None:
    with pytest.raises(UserError, match=says):
        filter_bank(**{**BANK, **options})  # type: ignore[arg-type]


def test_the_way_back_has_the_bands_it_was_given() -> None:
    bank = torch.from_numpy(filter_bank(**BANK))
    spectrum = torch.rand(3, 129, 7, generator=torch.Generator().manual_seed(0))
    bands = bank @ spectrum
    found = to_linear(bands, bank)
    assert found.shape == spectrum.shape
    assert (found >= 0).all()
    for updates in (0, 20):
        assert to_linear(bands, bank, iterations=updates)[:, bank.sum(dim=0) == 0].eq(0).all()
    error = (bank @ found - bands).norm() / bands.norm()
    assert error < 0.02


def test_no_update_takes_the_bands_farther_away() -> None:
    bank = torch.from_numpy(filter_bank(**BANK)).double()
    spectrum = torch.rand(2, 129, 5, generator=torch.Generator().manual_seed(1)).double()
    bands = bank @ spectrum
    apart = []
    for updates in (0, 1, 2, 5, 20, 100):
        found = bank @ to_linear(bands, bank, iterations=updates)
        apart.append((bands * torch.log(bands / found) - bands + found).sum().item())
    assert apart == sorted(apart, reverse=True)
    assert apart[-1] < 0.01 * apart[0]


def test_silence_has_a_silent_spectrum() -> None:
    bank = torch.from_numpy(filter_bank(**BANK))
    assert to_linear(torch.zeros(1, 40, 3), bank).max() < 1e-8
