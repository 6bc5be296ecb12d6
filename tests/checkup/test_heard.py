"""What is heard of generated sounds, and what is said of it: on notes and clicks made here, with faults planted."""

import json
from functools import cache

import heard_artefacts as artefacts
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.checkup.causes.heard import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.heard import clicks, imaging, levels, listen, smear
from ganbaru.checkup.heard.frames import Frames, audible
from ganbaru.checkup.judging import judge
from ganbaru.checkup.series import Series
from ganbaru.errors import UserError
from ganbaru.signal.coding import power_of_two

RATE = 16_000
ROUGH = {"joints every 32 ms", "every third joint of 64 ms"}
"""What pulses of a voice hide; tested on notes."""
STEADY = {"zero phases"}
"""A phase that is wrong in the same way everywhere."""
PLAIN = [each for each in artefacts.FAULTS if each.heard == "plainly" and each.name not in ROUGH | STEADY]


@cache
def voices(seed: int, count: int = 32, rate: int = RATE) -> np.ndarray:
    """Pulses at a gliding pitch through two resonances, in two syllables, with a quiet breath: about a voice."""
    random = np.random.default_rng(seed)
    time = np.arange(rate // 2) / rate
    sounds = []
    for _ in range(count):
        phase = np.cumsum(random.uniform(90, 180) * (1 + 0.1 * np.sin(2 * np.pi * (2 * time + random.random())))) / rate
        pulses = np.diff(np.floor(phase), prepend=0)
        ring = sum(
            np.exp(-90 * time[: rate // 50]) * np.sin(2 * np.pi * random.uniform(*band) * time[: rate // 50])
            for band in ((400, 800), (1200, 2200), (2600, 3400))
        )
        voiced = np.convolve(pulses, ring)[: len(time)]
        syllables = np.clip(1.5 * np.sin(2 * np.pi * time * random.uniform(1.8, 2.4)), 0, 1)
        sound = voiced * syllables + 3e-4 * random.normal(size=len(time))
        sounds.append(0.8 * sound / np.abs(sound).max())
    return np.array(sounds)


@cache
def notes(seed: int, count: int = 24) -> np.ndarray:
    """Sustained notes of six overtones that swell and fade."""
    random = np.random.default_rng(seed)
    time = np.arange(8000) / RATE
    pitches = 220 * 2 ** (random.integers(0, 13, (count, 1)) / 12)
    phases = random.random((6, count, 1))
    waves = [np.sin(2 * np.pi * ((k + 1) * pitches * time + phases[k])) / (k + 1) for k in range(6)]
    return 0.2 * np.sum(waves, axis=0) * np.minimum(1, np.minimum(time, time[::-1]) / 0.05)


def planted(name: str) -> np.ndarray:
    """Other voices with one of the faults, or harmless changes."""
    change = next(each.change for each in artefacts.FAULTS + artefacts.HEALTHY if each.name == name)
    return change(voices(2), RATE, np.random.default_rng(0))


def findings(made: np.ndarray, real: np.ndarray, rate: int = RATE, **facts: object) -> dict[str, Finding]:
    """By cause."""
    evidence = Evidence(facts={"data": "sound", **facts}, probes={"heard": listen(made, real, rate=rate)})
    return {cause.slug: cause.examine(evidence) for cause in CAUSES}


@pytest.mark.parametrize("fault", PLAIN, ids=lambda each: each.name)
def test_what_a_person_would_plainly_hear_is_noticed(fault: artefacts.Planted) -> None:
    said = findings(planted(fault.name), voices(1))[fault.cause].verdict
    assert said == "found" or (said == "suspect" and fault.cause == "phase-smear")


@pytest.mark.parametrize("name", sorted(ROUGH))
def test_notes_with_jumps_click(name: str) -> None:
    change = next(each.change for each in artefacts.CLICKS if each.name == name)
    said = findings(change(notes(2), RATE, np.random.default_rng(0)), notes(1))
    assert said["clicks"].verdict == "found"


def test_notes_with_made_up_phases_are_smeared() -> None:
    for change in (artefacts.SMEAR[0], artefacts.SMEAR[2]):
        said = findings(change.change(notes(2), RATE, np.random.default_rng(0)), notes(1))
        assert said["phase-smear"].verdict == "found", change.name


@pytest.mark.parametrize("change", artefacts.HEALTHY, ids=lambda each: each.name)
def test_other_real_sounds_and_harmless_changes_of_them_have_no_fault(change: artefacts.Planted) -> None:
    said = findings(planted(change.name), voices(1))
    assert [slug for slug, finding in said.items() if finding] == []


def test_noise_that_should_be_noise_does_not_hiss() -> None:
    noise = np.random.default_rng(0).normal(size=(60, 4000)) * 0.1
    assert [slug for slug, finding in findings(noise[:30], noise[30:]).items() if finding] == []


def test_a_floor_that_a_way_back_leaves_is_no_fault_and_twice_as_much_is() -> None:
    bands = [{"low": 2000.0, "high": 2828.0, "spread": 1.0}]
    for up, behind in ((11.0, "suspect"), (25.0, "found")):
        for part in ("25", "50"):
            bands[0] |= {f"made_{part}": up - 40.0, f"real_{part}": -40.0, f"null_{part}": 0.5}
        heard = {"hiss": {"bands": bands}, "made": 50, "real": 50}
        for facts, verdict in (({}, "found"), ({"representation": "log-mel"}, behind)):
            told = Evidence(facts={"data": "sound", **facts}, probes={"heard": heard})
            assert next(cause for cause in CAUSES if cause.slug == "hiss").examine(told).verdict == verdict


def test_clicks_that_should_click_are_no_fault() -> None:
    random = np.random.default_rng(0)
    ticks = artefacts.impulses(1.0, 8.0)(0.01 * random.normal(size=(60, 8000)), RATE, random)
    assert not findings(ticks[:30], ticks[30:])["clicks"]


def test_what_was_heard_goes_through_json_and_is_judged_the_same() -> None:
    heard = listen(planted("white noise at -20 dB"), voices(1), rate=RATE)
    evidence = Evidence(facts={"data": "sound"}, probes={"heard": heard})
    again = Evidence.from_json(json.loads(evidence.dumps()))
    assert judge(again, CAUSES).to_json() == judge(evidence, CAUSES).to_json()
    assert judge(evidence, CAUSES).leading.cause == "hiss"


def test_silence_leads_before_what_follows_from_it() -> None:
    heard = listen(1e-5 * np.random.default_rng(0).normal(size=(20, 8000)), voices(1), rate=RATE)
    evidence = Evidence(facts={"data": "sound"}, probes={"heard": heard})
    assert judge(evidence, CAUSES).leading.cause == "silent-output"


def test_nothing_is_said_without_the_probe_or_of_what_is_no_sound() -> None:
    empty, points = Evidence(), Evidence(facts={"data": "points"}, probes={"heard": {}})
    for cause in CAUSES:
        assert cause.examine(empty).verdict == cause.examine(points).verdict == "not-checked"


def test_a_handful_of_sounds_is_suspected_at_most() -> None:
    said = findings(planted("white noise at -10 dB")[:4], voices(1))["hiss"]
    assert said.verdict == "suspect"
    assert "few" in said.reason


def test_sounds_that_are_not_finite_are_counted_and_left_out() -> None:
    made = planted("as they are").copy()
    made[:8, 100] = np.nan
    heard = listen(made, voices(1), rate=RATE)
    assert (heard["made"], heard["not_finite"]) == (24, 0.25)
    assert min(heard["level"]["worst"]) >= 8


@pytest.mark.parametrize(
    ("made", "rate"),
    [
        (np.zeros((0, 4000)), RATE),
        (np.zeros(4000), RATE),
        (np.zeros((4, 100)), RATE),
        (np.full((4, 4000), np.nan), RATE),
        (np.zeros((4, 4000)), 0),
    ],
)
def test_what_cannot_be_heard_is_refused_with_a_reason(made: np.ndarray, rate: int) -> None:
    with pytest.raises(UserError):
        listen(made, voices(1), rate=rate)


@settings(max_examples=12, deadline=None)
@given(
    rate=st.integers(8_000, 48_000), samples=st.integers(2_000, 6_000), count=st.integers(1, 12), seed=st.integers(0, 9)
)
def test_any_rate_length_and_number_is_heard(rate: int, samples: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    made, real = (scale * random.normal(size=(count, samples)) for scale in (1e-3, 1.0))
    evidence = Evidence(facts={"data": "sound"}, probes={"heard": listen(made, real, rate=rate)})
    assert evidence.dumps() == Evidence.from_json(json.loads(evidence.dumps())).dumps()
    assert all(cause.examine(evidence).verdict != "not-checked" for cause in CAUSES)


def test_listening_twice_is_the_same_and_leaves_the_sounds_as_they_are() -> None:
    made, real = planted("as they are"), voices(1)
    before = made.copy(), real.copy()
    assert listen(made, real, rate=RATE, seed=3) == listen(made, real, rate=RATE, seed=3)
    assert np.array_equal(made, before[0])
    assert np.array_equal(real, before[1])


@pytest.mark.parametrize("stride", imaging.STRIDES)
def test_zeros_between_samples_cohere_at_their_own_stride(stride: int) -> None:
    noise = np.random.default_rng(0).normal(size=(20, 8000))
    found = imaging.images(Frames(artefacts.zeros_between(stride)(noise, RATE, np.random.default_rng(1)), RATE))
    own = next((each for each in found if each["stride"] == stride), None)
    assert own is not None
    assert own["coherence"] > 0.9 > 0.1 > own["beside"]
    assert all(each["coherence"] < 0.1 for each in found if stride % each["stride"])


def test_a_tone_stands_out_at_its_place_only() -> None:
    noise = np.random.default_rng(0).normal(size=(20, 8000))
    lines = imaging.tones(Frames(artefacts.tone(8, 20)(noise, RATE, np.random.default_rng(1)), RATE))
    high = [line["place"] for line in lines if line["height"] > line["usual"] + 6]
    assert high == [0.125]


def test_an_attack_is_no_click_and_a_spike_is_one() -> None:
    random = np.random.default_rng(0)
    attack = random.normal(size=(5, 8000)) * (np.arange(8000) > 4000)
    spike = random.normal(size=(5, 8000)) + 40 * (np.arange(8000) == 4000)
    assert clicks.sharpness(Frames(attack, RATE)).max() < 18 < clicks.sharpness(Frames(spike, RATE)).max(axis=1).min()


def test_noise_is_neither_steady_nor_synchronous_a_tone_and_pulses_are() -> None:
    time = np.arange(8000) / RATE
    noise = Frames(np.random.default_rng(0).normal(size=(5, 8000)), RATE)
    tone = Frames(np.sin(2 * np.pi * 500 * time)[None], RATE)
    pulses = Frames((np.arange(8000) % 160 == 0)[None].astype(float), RATE)
    assert 0.74 < smear.steadiness(noise).mean() < 0.84
    assert smear.steadiness(tone)[0] > 0.99
    assert abs(smear.synchrony(noise).mean()) < 0.1
    assert smear.synchrony(pulses)[0] > 0.9


def test_louder_and_longer_does_not_change_what_a_click_or_a_phase_is() -> None:
    one, other = Frames(voices(1)[:4], RATE), Frames(0.25 * voices(1)[:4], RATE)
    for measure in (smear.steadiness, smear.synchrony, lambda side: clicks.sharpness(side).max(axis=1)):
        np.testing.assert_allclose(measure(one), measure(other), rtol=1e-3)
    np.testing.assert_allclose(levels.lasting(one) - levels.lasting(other), 20 * np.log10(4), atol=1e-3)


def test_an_offset_is_not_heard() -> None:
    assert np.abs(audible(np.full((1, 4000), 0.7), RATE)).max() < 1e-6


def test_the_change_fits_the_representation_that_is_trained() -> None:
    told = Evidence(
        facts={"data": "sound", "rate": RATE, "representation": "log-mel"},
        probes={"heard": listen(planted("random phases"), voices(1), rate=RATE)},
    )
    change = next(cause for cause in CAUSES if cause.slug == "phase-smear").examine(told).change
    assert change == {"representation_options": {"hop": power_of_two(0.032 * RATE) // 4, "iterations": 100}}
    waves = findings(planted("repeated samples, by 4"), voices(1), representation="waveform")["imaging"]
    assert waves.change == {"generator.kernel": 25}


@pytest.mark.parametrize(("distance", "verdict"), [(1.05, "found"), (1.9, "suspect")])
@pytest.mark.parametrize(
    ("name", "cause"),
    [("white noise at -20 dB", "hiss"), ("random phases", "phase-smear"), ("repeated samples, by 4", "imaging")],
)
def test_what_lies_on_a_sound_that_is_not_learned_is_only_suspected(
    name: str, cause: str, distance: float, verdict: str
) -> None:
    steps = list(range(0, 400, 4))
    course = np.linspace(2.2, distance, 100)
    real = {"batch_distance_real": np.ones(100), "coverage": np.ones(100), "coverage_real": np.ones(100)}
    series = {key: Series.of(steps, value) for key, value in {"batch_distance": course, **real}.items()}
    change = next(each.change for each in artefacts.FAULTS if each.name == name)
    heard = listen(change(notes(2), RATE, np.random.default_rng(0)), notes(1), rate=RATE)
    facts = {"kind": "gan", "data": "sound"} | ({"representation": "log-mel"} if cause == "imaging" else {})
    evidence = Evidence(facts=facts, series=series, probes={"heard": heard})
    assert {each.slug: each for each in CAUSES}[cause].examine(evidence).verdict == verdict


def test_waves_that_are_made_sample_by_sample_have_images_of_upsampling_before_they_are_learned() -> None:
    far = {"batch_distance": 2.0, "batch_distance_real": 1.0, "coverage": 0.0, "coverage_real": 1.0}
    series = {key: Series.of(range(100), np.full(100, value)) for key, value in far.items()}
    heard = listen(planted("repeated samples, by 4"), voices(1), rate=RATE)
    facts = {"kind": "gan", "data": "sound", "representation": "waveform"}
    told = Evidence(facts=facts, series=series, probes={"heard": heard})
    assert next(cause for cause in CAUSES if cause.slug == "imaging").examine(told).verdict == "found"
