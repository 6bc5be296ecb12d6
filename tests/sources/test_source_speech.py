"""Laws of the speech world."""

import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ganbaru import sources
from ganbaru.errors import UserError

if importlib.util.find_spec("espeakng_loader") is None:
    pytest.skip("the package espeakng-loader is not installed", allow_module_level=True)

from ganbaru.sources import crew
from ganbaru.sources.vocabulary import vocabulary, voices


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the digits are spoken once for all tests here."""
    folder = tmp_path_factory.mktemp("spoken")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANBARU_CACHE", str(folder))
        sources.open("speech:digits")
    return folder


@pytest.fixture
def digits(spoken: Path, monkeypatch: pytest.MonkeyPatch) -> sources.SoundSource:
    monkeypatch.setenv("GANBARU_CACHE", str(spoken))
    return sources.speech("digits")


@pytest.mark.long
def test_ten_thousand_labelled_utterances(digits: sources.SoundSource) -> None:
    assert isinstance(digits, sources.Source)
    assert digits.label_names == ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    assert (digits.rate, digits.shape, digits.name) == (8_000, (4_096,), "speech:digits")
    names = [*digits.train.names, *digits.held_out.names]
    assert len(names) == len(set(names)) == 10_080 >= 10_000
    for split in (digits.train, digits.held_out):
        assert split.labels is not None
        assert [digits.label_names[label] for label in split.labels] == list(split.attributes["word"])
        made = [
            f"{word}/{voice}/pitch{pitch}/speed{speed}"
            for word, voice, pitch, speed in zip(
                *(split.attributes[key] for key in ("word", "voice", "pitch", "speed")), strict=True
            )
        ]
        assert made == list(split.names)
    assert len(set(digits.train.attributes["voice"])) == 24
    shares = np.bincount(digits.held_out.labels) / 1_008
    assert np.abs(shares - 0.15).max() < 0.01


def test_every_utterance_is_heard_at_one_level_and_nearly_all_fit(digits: sources.SoundSource) -> None:
    data = digits.train.data.astype(np.int32)
    assert (np.abs(data[:, :200]).max(axis=1) > 0).all()
    peaks = np.abs(data).max(axis=1)
    assert np.quantile(peaks, 0.01) > 0.89 * 32_767
    assert peaks.max() <= 0.9 * 32_767 + 1
    assert (np.abs(data[:, -1]) > 0).mean() < 0.05


def test_the_recipe_names_the_synthesiser_and_its_licence(digits: sources.SoundSource) -> None:
    text = " ".join(map(str, digits.recipe.values()))
    assert "espeak-ng" in text
    assert "GPL-3.0" in text
    assert "0.9" in digits.recipe["level"]
    assert sources.reopen(digits.recipe).fingerprint == digits.fingerprint


def test_a_count_is_balanced_and_drawn_from_the_same_sounds(digits: sources.SoundSource) -> None:
    few = sources.open("speech:digits?count=480")
    names = [*few.train.names, *few.held_out.names]
    assert set(Counter(name.split("/")[0] for name in names).values()) == {48}
    assert set(Counter(tuple(name.split("/")[:2]) for name in names).values()) == {2}
    every = dict(
        zip(digits.train.names + digits.held_out.names, [*digits.train.data, *digits.held_out.data], strict=True)
    )
    assert all(np.array_equal(every[name], row) for name, row in zip(few.train.names, few.train.data, strict=True))
    assert few.fingerprint != digits.fingerprint
    assert sources.reopen(few.recipe).fingerprint == few.fingerprint
    assert sources.speech("digits", count=480).train.names == few.train.names


def test_labels_may_be_left_out(digits: sources.SoundSource) -> None:
    plain = sources.open("speech:digits", labels="none")
    assert plain.label_names == ()
    assert plain.train.labels is None
    assert len(plain.train) > 8_000


def speak(tmp_path: Path, words: list[str], workers: int) -> dict[str, list[str]]:
    spools = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    spools.mkdir()
    jobs = [
        {"text": word, "voice": "en-us+f2", "pitches": [20, 50], "speeds": [170, 245], "rate": 8_000} for word in words
    ]
    answers = crew.run(jobs, task="speak", spools=spools, workers=workers, what="", progress=None)
    return {
        word: [utterance["sound"] for utterance in answer["done"]["utterances"]]
        for word, answer in zip(words, answers, strict=True)
    }


def test_the_bytes_depend_on_no_order_and_no_clock(tmp_path: Path) -> None:
    words = ["seven", "nine", "zero", "one"]
    first = speak(tmp_path, words, 1)
    assert speak(tmp_path, words[::-1], 1) == first
    assert speak(tmp_path, words, 2) == first
    assert len({sound for sounds in first.values() for sound in sounds}) == 16


@pytest.mark.long
def test_two_processes_agree_on_every_byte(tmp_path: Path) -> None:
    script = "from ganbaru import sources; print(sources.open('speech:no,yes').fingerprint)"
    said = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={"GANBARU_CACHE": str(tmp_path / str(number)), "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in range(2)
    ]
    assert said[0] == said[1]
    assert len(said[0]) == 65


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("ねこ", "ja"),
        ("ネコ", "ja"),
        ("猫", "cmn"),
        ("고양이", "ko"),
        ("кошка", "ru"),
        ("γάτα", "el"),
        ("قط", "ar"),
        ("Café", "en"),
    ],
)
def test_a_word_is_spoken_by_voices_that_read_its_script(tmp_path: Path, word: str, language: str) -> None:
    assert vocabulary(word).languages == (language,)
    every = voices(language)
    assert len(every) == len(set(every)) == 24
    jobs = [{"text": word, "voice": voice, "pitches": [50], "speeds": [200], "rate": 8_000} for voice in every]
    answers = crew.run(jobs, task="speak", spools=tmp_path, workers=1, what="", progress=None)
    sounds = [answer["done"]["utterances"][0] for answer in answers]
    assert len({sound["sound"] for sound in sounds}) >= 20
    assert all(800 < sound["length"] < 16_000 for sound in sounds)


def test_words_of_any_list_keep_their_order_as_labels() -> None:
    source = sources.open("speech: いぬ, あめ?count=96", seconds=0.6)
    assert source.label_names == ("いぬ", "あめ")
    assert source.shape == (4_800,)
    assert "ja" in source.train.names[0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("speech:", "no word"),
        ("speech:,", "no word"),
        ("speech:a,,b", "word 2"),
        ("speech:a,b,a", "twice"),
        ("speech:a\x1bb", r"\\\\x1b"),
        ("speech:!!!", "spoken"),
        ("speech:食べる", "kana"),
        ("speech:кошкаねこ", "mixes"),
        ("speech:digits?count=3", "count is 3"),
        ("speech:digits?count=99999", "10,080"),
        ("speech:digits?count=x", "count is 'x'"),
        ("speech:digits?voice=x", "count"),
        ("speech:cat,dog?language=xx", "no voice"),
        ("speech:" + ",".join(f"w{n}" for n in range(2_000)), "1,000 at most"),
    ],
)
def test_what_cannot_be_spoken_is_said_in_one_line(name: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        sources.open(name)
    assert "\n" not in str(caught.value)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "espeakng_loader" else real(name))
    with pytest.raises(UserError, match="pip install"):
        sources.open("speech:digits")
