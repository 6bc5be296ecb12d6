"""Laws of a folder of sounds: what comes out, whatever goes in."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from source_mutations import KINDS, good
from source_sounds import fill, recordings, snapshot, tone, write

from ganbaru import sources
from ganbaru.errors import UserError


def test_a_folder_is_a_source(tmp_path: Path) -> None:
    source = sources.folder(fill(tmp_path / "in", 20), seconds=0.25)
    assert isinstance(source, sources.Source)
    assert (source.kind, source.rate, source.shape, source.label_names) == ("sound", 16_000, (4_000,), ())
    assert len(source.train) == 16
    assert len(source.held_out) == 4
    assert source.train.data.dtype == np.int16
    assert isinstance(source.train.data, np.memmap)
    assert not source.train.data.flags.writeable
    taken = source.train.take([2, 0])
    assert taken.dtype == np.float32
    assert taken.shape == (2, 4_000)
    assert np.array_equal(taken, source.train.data[[2, 0]].astype(np.float32) / np.float32(32_767))
    assert "\n" not in repr(source)
    assert "&lt;Sounds" in source._repr_html_()
    assert set(source.train.names) | set(source.held_out.names) == {f"{number:03d}.wav" for number in range(20)}


def test_every_format_rate_and_channel_count_comes_out_alike(tmp_path: Path) -> None:
    for number, kind in enumerate(KINDS):
        (tmp_path / f"{number:02d}.{kind.rpartition('.')[2]}").write_bytes(good(kind, number))
    source = sources.folder(tmp_path, seconds=0.5)
    assert source.skipped == ()
    assert len(source.train) + len(source.held_out) == len(KINDS)
    for split in (source.train, source.held_out):
        assert set(split.attributes["original_rate"]) <= {24_000, 48_000}
        assert set(split.attributes["channels"]) == {2}
        peaks = np.abs(split.data.astype(int)).max(axis=1)
        assert (peaks >= 0.9 * 32_767 - 2).all()
        assert (peaks <= 0.9 * 32_767 + 1).all()


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (11_025, 2), (44_100, 6), (48_000, 1), (192_000, 8)])
def test_resampling_keeps_the_pitch(tmp_path: Path, rate: int, channels: int) -> None:
    for number in range(8):
        write(tmp_path / f"{number}.wav", tone(number, rate=rate, channels=channels, seconds=0.5), rate)
    source = sources.folder(tmp_path, seconds=0.5)
    sound = source.train.take([0])[0]
    number = int(source.train.names[0][0])
    strongest = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax() / 0.5
    assert strongest == pytest.approx(200 + 37 * number, abs=3)


def test_the_one_level_rule_is_in_the_recipe_and_holds(tmp_path: Path) -> None:
    fill(tmp_path / "in", 8, level=0.01)
    fill(tmp_path / "in", 8, first=8, level=0.99)
    source = sources.folder(tmp_path / "in", seconds=0.3)
    assert "0.9" in source.recipe["level"]
    assert np.abs(source.train.take(range(12))).max(axis=1) == pytest.approx(0.9, abs=1e-4)


def test_integers_are_rounded_to_the_nearest(tmp_path: Path) -> None:
    sounds = [np.round(tone(number) * 20_000) / 32_768 for number in range(8)]
    for number, sound in enumerate(sounds):
        write(tmp_path / f"{number}.wav", sound, subtype="FLOAT")
    source = sources.folder(tmp_path, seconds=0.3)
    number = int(source.train.names[0][0])
    exact = sounds[number][:, 0] * 0.9 / np.abs(sounds[number]).max() * 32_767
    length = np.flatnonzero(source.train.data[0])[-1] - 80  # the last 5 ms of what was cut are faded
    assert np.abs(source.train.data[0][:length] - exact[:length]).max() <= 0.502


def test_silence_at_both_ends_is_cut(tmp_path: Path) -> None:
    for number in range(8):
        quiet = np.zeros((8_000, 1))
        write(tmp_path / f"{number}.wav", np.concatenate([quiet, tone(number), quiet]))
    source = sources.folder(tmp_path, seconds=0.5)
    first = np.flatnonzero(np.abs(source.train.take([0])[0]) > 0.01)[0]
    assert first <= 0.021 * 16_000
    assert source.train.attributes["start"][0] == pytest.approx(0.49, abs=0.011)


def test_the_automatic_length_fits_most_and_is_a_multiple_of_1024(tmp_path: Path) -> None:
    fill(tmp_path / "in", 18, seconds=0.4)
    fill(tmp_path / "in", 1, first=18, seconds=2.0)
    source = sources.folder(tmp_path / "in")
    assert source.shape == (7_168,)
    assert source.rate == 16_000
    assert sources.folder(fill(tmp_path / "short", 8, seconds=0.05)).shape == (4_096,)
    assert sources.folder(fill(tmp_path / "long", 8, seconds=3.0)).shape == (16_384,)


def test_a_long_file_is_cut_in_slices_that_stay_on_one_side(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (9, 16_000 * 2, 1))
    for number, sound in enumerate(noise):
        write(tmp_path / f"{number}.wav", sound)
    source = sources.folder(tmp_path, seconds=0.3)
    train, held = set(source.train.attributes["file"]), set(source.held_out.attributes["file"])
    assert not train & held
    assert len(train) + len(held) == 9
    assert len(held) == 4
    assert len(source.train) == 5 * 7  # 2 s = 6 full slices and one of two thirds
    assert source.train.names[:2] == (f"{min(train)} @ 0.00 s", f"{min(train)} @ 0.30 s")


def test_pauses_and_tails_of_long_files_are_left_out(tmp_path: Path) -> None:
    for number in range(8):
        pause = np.full((16_000, 1), 1e-3)
        write(tmp_path / f"{number}.wav", np.concatenate([tone(number, seconds=1), pause, tone(number, seconds=1)]))
    source = sources.folder(tmp_path, seconds=0.5)
    assert np.abs(source.train.take(range(len(source.train)))).max(axis=1).min() >= 0.089


def test_subfolders_are_labels_when_they_are_plain(tmp_path: Path) -> None:
    fill(tmp_path / "in" / "ねこ", 20)
    fill(tmp_path / "in" / "犬 🐕", 10, first=20)
    source = sources.folder(tmp_path / "in", seconds=0.3)
    assert source.label_names == ("ねこ", "犬 🐕")
    assert source.train.labels is not None
    assert source.train.labels.dtype == np.int64
    for split in (source.train, source.held_out):
        assert [source.label_names[label] for label in split.labels] == [n.split("/")[0] for n in split.names]
    assert np.bincount(source.held_out.labels).tolist() == [3, 1]
    plain = sources.folder(tmp_path / "in", seconds=0.3, labels="none")
    assert plain.label_names == ()
    assert plain.train.labels is None
    assert plain.fingerprint != source.fingerprint


def test_automatic_labels_want_every_sound_in_a_subfolder_of_eight(tmp_path: Path) -> None:
    fill(tmp_path / "in" / "a", 8)
    fill(tmp_path / "in" / "b" / "deep", 8, first=8)
    assert sources.folder(tmp_path / "in", seconds=0.3).label_names == ("a", "b")
    fill(tmp_path / "in" / "c", 7, first=16)
    assert sources.folder(tmp_path / "in", seconds=0.3).label_names == ()
    assert sources.folder(tmp_path / "in", seconds=0.3, labels="folder").label_names == ("a", "b", "c")
    fill(tmp_path / "in", 1, first=30)
    assert sources.folder(tmp_path / "in", seconds=0.3).label_names == ()
    insisted = sources.folder(tmp_path / "in", seconds=0.3, labels="folder")
    assert insisted.label_names == ("a", "b", "c")
    assert insisted.skipped == (("030.wav", "lies in no sub-folder, so it has no label"),)
    with pytest.raises(UserError, match="sub-folders"):
        sources.folder(tmp_path / "in" / "a", labels="folder")
    with pytest.raises(UserError, match="auto"):
        sources.folder(tmp_path / "in", labels="automatic")


def test_copies_are_never_on_both_sides(tmp_path: Path) -> None:
    fill(tmp_path / "in", 24)
    for number in range(24):
        shutil.copy(tmp_path / "in" / f"{number:03d}.wav", tmp_path / "in" / f"copy-{number:03d}.wav")
        sound, rate = soundfile.read(tmp_path / "in" / f"{number:03d}.wav")
        soundfile.write(tmp_path / "in" / f"same-{number:03d}.flac", sound, rate)  # the same sound in other bytes
    source = sources.folder(tmp_path / "in", seconds=0.3)
    sides = [{name.split(".")[0][-3:] for name in split.names} for split in (source.train, source.held_out)]
    assert not sides[0] & sides[1]
    assert len(source.held_out) >= 4


def test_names_of_all_kinds_are_read_and_printed_safely(tmp_path: Path) -> None:
    names = ["太鼓/和 太鼓.wav", "🥁/👩‍🎤.flac", "a\nb.wav", "c\x1b[31md.wav", "e\\f.wav", "'q'\".wav", "г.ogg"]
    for number, name in enumerate(names):
        write(tmp_path / "in" / name, tone(number))
    raw = os.fsencode(tmp_path / "in") + b"/\xff\xfe.wav"
    shutil.copy(os.fsencode(write(tmp_path / "x.wav", tone(9))), raw)
    write(tmp_path / "in" / ("長" * 80 + ".wav"), tone(10))
    (tmp_path / "in" / "bad\n\x1b]0;.wav").write_text("no sound")
    source = sources.folder(tmp_path / "in", seconds=0.3)
    shown = set(source.train.names) | set(source.held_out.names)
    assert len(shown) == 9
    assert shown >= {
        "太鼓/和 太鼓.wav",
        "🥁/👩‍🎤.flac",
        "a\\nb.wav",
        "c\\x1b[31md.wav",
        "\\xff\\xfe.wav",
    }
    assert source.skipped == (("bad\\n\\x1b]0;.wav", "not a sound file, whatever its name says"),)
    for text in (*shown, source.skipped[0][0], repr(source), source._repr_html_()):
        text.encode("utf-8")
        assert not any(letter in text for letter in "\n\x1b")


def test_the_folder_is_only_read_and_may_hold_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    inside = fill(tmp_path / "in", 8)
    before = snapshot(inside)
    sources.folder(inside, seconds=0.3)
    monkeypatch.setenv("GANBARU_CACHE", str(inside / "cache"))
    source = sources.folder(inside, seconds=0.4)
    assert snapshot(inside) == before
    assert len(source.train) == 4
    assert "inside the folder of sounds" in caplog.text


def test_the_fingerprint_follows_the_content_and_the_recipe(tmp_path: Path) -> None:
    inside = fill(tmp_path / "in", 10)
    first = sources.folder(inside, seconds=0.3)
    assert sources.folder(inside, seconds=0.3).fingerprint == first.fingerprint
    os.utime(inside / "000.wav")
    touched = sources.folder(inside, seconds=0.3)
    assert touched.fingerprint == first.fingerprint
    assert np.array_equal(touched.train.data, first.train.data)
    moved = sources.folder(Path(shutil.copytree(inside, tmp_path / "elsewhere")), seconds=0.3)
    assert moved.fingerprint == first.fingerprint
    assert moved.recipe != first.recipe
    others = [
        sources.folder(inside, seconds=0.2).fingerprint,
        sources.folder(inside, seconds=0.3, sample_rate=8_000).fingerprint,
        sources.folder(inside, seconds=0.3, seed=1).fingerprint,
    ]
    write(inside / "000.wav", tone(49))
    others.append(sources.folder(inside, seconds=0.3).fingerprint)
    assert len({first.fingerprint, *others}) == 5


def test_another_seed_splits_the_same_sounds_otherwise(tmp_path: Path) -> None:
    inside = fill(tmp_path / "in", 30)
    one, two = sources.folder(inside, seconds=0.3), sources.folder(inside, seconds=0.3, seed=1)
    assert set(one.held_out.names) != set(two.held_out.names)
    sounds = [
        dict(zip(split.names, split.data.tolist(), strict=True))
        for source in (one, two)
        for split in (source.train, source.held_out)
    ]
    assert sounds[0] | sounds[1] == sounds[2] | sounds[3]


def test_the_recipe_opens_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "in" / "a", 8)
    fill(tmp_path / "in" / "b", 8, first=8)
    monkeypatch.chdir(tmp_path)
    source = sources.open("in", seed=3)
    monkeypatch.chdir("/")
    again = sources.reopen(source.recipe)
    assert again.fingerprint == source.fingerprint
    assert again.recipe == source.recipe
    assert again.train.names == source.train.names


def test_progress_is_told_in_order(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    inside = fill(tmp_path / "in", 9)
    sources.folder(inside, progress=lambda *what: told.append(what))
    assert [done for _, done, _ in told] == list(range(10))
    assert {total for _, _, total in told} == {9}
    told.clear()
    sources.folder(inside, progress=lambda *what: told.append(what))
    assert told == []


def test_an_interrupted_preparation_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    inside = fill(tmp_path / "in", 9)
    with pytest.raises(KeyboardInterrupt):
        sources.folder(inside, progress=stop)
    assert [path for path in cache.rglob("*") if path.is_file()] == []
    assert len(sources.folder(inside).train) == 5


def test_real_recordings(tmp_path: Path) -> None:
    folder = recordings()
    source = sources.open(folder)
    assert source.skipped == ()
    assert len(source.train) > 60
    assert source.shape[0] % 1_024 == 0
