"""The mark of generated sounds: read by machines, the same bytes every time, the sound untouched."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from righted_sounds import ledger_of, samples, sound

from ganbaru.errors import UserError
from ganbaru.rights.reading.tags import read_tags
from ganbaru.runs.mark import About, about_sounds, marked

ABOUT = About("drums", "step 2000", "ganbaru 0.1", "CC-BY-4.0", ("Jane Doe, CC-BY-4.0", "太鼓 <&>"))
WAV = sound("wav")


def test_a_marked_sound_says_what_it_is_and_sounds_the_same(tmp_path: Path) -> None:
    made = marked(WAV, ABOUT)
    assert np.array_equal(samples(made), samples(WAV))
    assert made.startswith(b"RIFF")
    assert made.index(b"data") == WAV.index(b"data"), "the audio stays where it was"
    (tmp_path / "a.wav").write_bytes(made)
    found = {field.name: field.value for field in read_tags(tmp_path / "a.wav").fields}
    assert found["RIFF ICMT"].startswith("machine-made: ")
    assert "Model: drums, step 2000." in found["RIFF ICMT"]
    assert found["RIFF ISFT"] == "ganbaru 0.1"
    assert found["RIFF ILIC"] == found["iXML LICENSE"] == "CC-BY-4.0"
    assert found["iXML CREDITS"] == "Jane Doe, CC-BY-4.0; 太鼓 <&>"
    assert found["iXML DIGITAL_SOURCE_TYPE"].endswith("/trainedAlgorithmicMedia")


def test_very_many_credits_stand_in_ixml_alone(tmp_path: Path) -> None:
    credits = [f"Jane {number}, https://example.com/{number}, CC-BY-4.0" for number in range(100)]
    (tmp_path / "a.wav").write_bytes(marked(WAV, About("m", "step 1", "ganbaru 0.1", "", credits)))
    found = {field.name: field.value for field in read_tags(tmp_path / "a.wav").fields}
    assert found["iXML CREDITS"] == "; ".join(credits)
    assert found["RIFF ICMT"].endswith("Credits: 100, see CREDITS in the iXML of this file.")


def test_equal_words_give_equal_bytes_and_a_second_mark_replaces_the_first() -> None:
    made = marked(WAV, ABOUT)
    assert marked(WAV, ABOUT) == made
    assert marked(made, ABOUT) == made
    other = marked(made, About("bells", "step 1", "ganbaru 0.1"))
    assert b"drums" not in other
    assert b"CC-BY" not in other


def test_other_programs_read_the_mark() -> None:
    with soundfile.SoundFile(io.BytesIO(marked(WAV, ABOUT))) as file:
        assert file.comment.startswith("machine-made")
        assert file.software == "ganbaru 0.1"
        assert file.frames == 4_800


def test_a_ledger_of_marked_sounds_says_that_a_machine_made_them(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(marked(WAV, ABOUT))
    (tmp_path / "b.wav").write_bytes(WAV)
    marked_one, plain = ledger_of(tmp_path).clips
    assert [name for name, _ in marked_one.wishes] == ["machine-made"]
    assert {grant.licence for grant in marked_one.grants} == {"CC-BY-4.0"}
    assert not plain.wishes


@pytest.mark.parametrize("odd", ["", "\0", "\ud800", "a\nb", "<x>&amp;", "\x1b[2J", "x" * 100_000, "語" * 300])
def test_any_words_make_a_whole_file(odd: str, tmp_path: Path) -> None:
    made = marked(WAV, About(odd, odd, odd, odd, (odd,)))
    assert np.array_equal(samples(made), samples(WAV))
    (tmp_path / "a.wav").write_bytes(made)
    assert not read_tags(tmp_path / "a.wav").broken


def test_what_is_no_wav_is_refused() -> None:
    with pytest.raises(UserError, match="no WAV file"):
        marked(b"OggS" + b"\0" * 60, ABOUT)


def test_what_a_run_says_of_its_sounds() -> None:
    document = {"version": "0.1", "source": {"name": "/home/jane/drums/"}}
    about = about_sounds(document, step=20, licence="CC0-1.0", credits=["Jane"])
    assert about == About("drums", "step 20", "ganbaru 0.1", "CC0-1.0", ("Jane",)), "folders are nobody's business"
    assert about_sounds({"version": "0.1", "source": {"name": "speech:cat"}}, step=1).model == "speech:cat"
