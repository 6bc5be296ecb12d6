"""When something is a fault of a set of sounds, and which of several leads: laws over tables of files made up here."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.folder.spectra import Spectra
from ganbaru.checkup.folder.strange import strangeness
from ganbaru.checkup.folder.tops import Tops
from ganbaru.checkup.folder.traits import levels, noise
from ganbaru.checkup.judging import judge

RATE = 16_000


def folder(
    count: int = 60, pairs: Sequence[tuple[int, int]] = (), sides: Sequence[str] | None = None, **columns: Sequence[Any]
) -> Evidence:
    """A folder of healthy sounds of half a second, but for the columns that are given."""
    usual: dict[str, Any] = {
        "name": [f"{number:03d}.wav" for number in range(count)],
        "refused": [""] * count,
        "rate": [RATE] * count,
        "seconds": [0.5] * count,
        "coding": ["PCM_16"] * count,
        "content": [f"c{number}" for number in range(count)],
        "sound": [f"s{number}" for number in range(count)],
        "side": list(sides) if sides else ["train"] * count,
        "peak": [0.9] * count,
        "level": [-10.0] * count,
        "cutoff": [1.0] * count,
        "sounding": [1.0] * count,
    }
    zero = ("tops", "flat", "rails", "offset_share", "cliff", "height", "strangeness")
    usual |= {name: [0.0] * count for name in zero} | {"signal_to_noise": [None] * count}
    alike = [[a, b, 0.99, 1.0] for a, b in pairs]
    return Evidence("", {"kind": "folder"}, probes={"files": {**usual, **columns, "pairs": alike}})


def found(evidence: Evidence) -> list[str]:
    return [finding.cause for finding in judge(evidence, CAUSES).found]


def about(slug: str, files: Sequence[str], *explains: str) -> Cause:
    """A cause that is always found, in these files."""
    ruling = Ruling("found", {"x": 1.0}, files=files)
    return Cause(slug, needs=("files",), judge=lambda evidence: ruling, remedy="Mend it.", explains=explains)


def test_a_folder_without_faults_has_none() -> None:
    assert found(folder()) == []


@given(spread=st.floats(0.05, 1.2), seed=st.integers(0, 99))
def test_a_short_sound_is_a_fault_where_lengths_do_not_differ_as_much_by_themselves(spread: float, seed: int) -> None:
    lengths = 0.5 * np.exp(spread * np.random.default_rng(seed).standard_normal(60))
    lengths[7] = 0.02
    below = np.median(np.log(lengths)) - np.log(lengths)
    apart = below[7] - 4 * max(1.4826 * np.median(np.abs(below)), 0.25)
    assume(abs(apart) > 1e-9)  # to rounding
    odd = apart > 0 and 0.05 * np.median(lengths) > 0.02
    assert ("too-short" in found(folder(seconds=lengths.tolist()))) == (odd or lengths.min() < 0.013)


def test_clicks_among_sounds_are_fragments_and_a_set_of_clicks_is_none() -> None:
    assert found(folder(seconds=[0.01] * 3 + [0.5] * 57)) == ["too-short"]
    assert found(folder(seconds=[0.01] * 60)) == []


@pytest.mark.parametrize(("quiet", "decibels", "said"), [(1, 22, False), (1, 30, True), (6, 22, True), (6, 12, False)])
def test_one_soft_sound_is_variety_and_many_are_a_fault(quiet: int, decibels: float, said: bool) -> None:
    peak = [0.9 * 10 ** (-decibels / 20)] * quiet + [0.9] * (60 - quiet)
    level = [-10.0 - decibels] * quiet + [-10.0] * (60 - quiet)
    assert ("level-spread" in found(folder(peak=peak, level=level))) == said


def test_soft_sounds_do_not_draw_down_what_they_are_held_against() -> None:
    down = [0.0] * 27 + [9.0] * 13 + [14.0] * 12 + [25.0] * 8  # from which the median of all lies 18 dB away
    peak, level = [0.9 * 10 ** (-each / 20) for each in down], [-10.0 - each for each in down]
    spread = judge(folder(peak=peak, level=level), CAUSES).of("level-spread")
    assert spread.verdict == "found"
    assert spread.files == tuple(f"{number:03d}.wav" for number in range(52, 60))


def test_a_leak_leads_where_what_is_nearly_the_same_lies_across_the_split() -> None:
    sides = ["train"] * 50 + ["held-out"] * 10
    across = [(number, 50 + number) for number in range(3)]
    within = [(number, number + 10) for number in range(10, 19)]
    leak = judge(folder(pairs=across, sides=sides), CAUSES)
    assert leak[0].cause == "split-leak"
    assert leak[0].consequences == ("near-duplicates",)
    assert judge(folder(pairs=[*across, *within], sides=sides), CAUSES)[0].cause == "near-duplicates"
    assert found(folder(pairs=within, sides=sides)) == ["near-duplicates"]


@given(mine=st.sets(st.integers(0, 20), min_size=1), theirs=st.sets(st.integers(0, 20), min_size=1))
def test_of_files_a_cause_explains_what_is_about_mostly_the_same_ones(mine: set[int], theirs: set[int]) -> None:
    files, others = [str(each) for each in sorted(mine)], [str(each) for each in sorted(theirs)]
    told = judge(folder(), [about("wrong-scale", files, "noisy"), about("noisy", others)])
    explained = len(mine & theirs) >= 0.5 * len(theirs)
    assert (told.of("wrong-scale").consequences == ("noisy",)) == explained
    assert (told[0].cause == "noisy") == (not explained and len(theirs) > len(mine))


def test_of_two_faults_of_one_step_that_of_more_files_leads() -> None:
    few, many = about("clipped", ["a"]), about("noisy", ["b", "c"])
    told: Findings = judge(folder(), [few, many])
    assert [finding.cause for finding in told.found] == ["noisy", "clipped"]


def cut(sound: np.ndarray, bits: int) -> bool:
    """Whether a sound ``(T,)`` stored with so many bits has tops that were cut, as `clipped` counts them."""
    whole = 2.0 ** (bits - 1)
    tops = Tops(1 / whole)
    tops.add(np.clip(np.round(sound * whole) / whole, -1, 1 - 1 / whole).astype(np.float32)[:, None])
    said = tops.summary()
    return ((said["flat"] >= 5e-4 and said["tops"] >= 3) or said["flat"] >= 0.01) and said["rails"] < 0.5


@settings(deadline=None)
@given(
    hertz=st.one_of(st.sampled_from([100, 200, 250, 400, 500, 800, 1000, 2000]), st.floats(20, 3000)),
    decay=st.sampled_from([0.0, 8.0]),
    overtone=st.sampled_from([0.0, 0.25]),
    peak=st.sampled_from([1.0, 0.5, 0.05, 0.01]),
    bits=st.sampled_from([16, 24]),
)
def test_a_wave_is_not_clipped_however_its_period_fits_and_however_soft_it_is(
    hertz: float, decay: float, overtone: float, peak: float, bits: int
) -> None:
    time = np.arange(RATE // 2) / RATE
    wave = np.sin(2 * np.pi * hertz * time + 0.3) + overtone * np.sin(4 * np.pi * hertz * time)
    wave *= np.exp(-decay * time)
    assert not cut(peak * wave / np.abs(wave).max(), bits)


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_what_was_cut_stays_cut_when_it_is_softer(gain: float) -> None:
    sound = np.random.default_rng(0).standard_normal(RATE) * np.exp(-4 * np.arange(RATE) / RATE)
    assert cut(gain * np.clip(sound / 1.5, -1, 1), 24)
    assert not cut(gain * sound / np.abs(sound).max(), 24)


def over_noise(sound: np.ndarray) -> float | None:
    spectra = Spectra(RATE, len(sound))
    spectra.add(sound.astype(np.float32))
    linear, mel, _ = spectra.finish()
    return noise(mel, levels(linear))


@pytest.mark.parametrize("seed", range(5))
def test_the_tail_of_a_cymbal_is_no_noise_and_noise_before_and_after_it_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time = np.arange(RATE) / RATE
    cymbal = rng.standard_normal(RATE) * (np.exp(-9 * time) + 0.06 * np.exp(-0.8 * time)) * np.minimum(1, time / 0.002)
    silence = np.zeros(RATE // 3)
    noised = np.concatenate([silence, cymbal, silence])
    noised += 0.1 * rng.standard_normal(len(noised))
    assert over_noise(0.3 * cymbal[: RATE * 3 // 4]) is None
    ratio = over_noise(0.3 * noised)
    assert ratio is not None
    assert ratio < 20


def test_copies_do_not_make_the_rest_strange() -> None:
    points = np.random.default_rng(0).standard_normal((60, 6))
    alone = strangeness(points, 0)
    doubled = np.concatenate([points, points[:30] + 1e-3])
    told = strangeness(doubled, 0, range(60, 90))
    assert told[:60] == pytest.approx(alone, rel=1e-9)
    assert strangeness(doubled, 0)[:60].max() > told.max()
