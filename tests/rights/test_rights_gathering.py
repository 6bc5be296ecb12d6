"""From folders to ledgers: the recordings, planted contradictions and gaps, times, what is overruled."""

import json
import os
from pathlib import Path

import pytest
from righted_sounds import AT, copied, drums, ledger_of, licences_of, put

from ganbaru.errors import UserError
from ganbaru.rights.conflicts import conflicts, told
from ganbaru.rights.facts import Clip, Grant, Proof
from ganbaru.rights.gathering import gather
from ganbaru.rights.ledger import consents, counts, from_json, to_json
from ganbaru.rights.reading.texts import Claim
from ganbaru.rights.writing import Statement, with_tags


def test_every_recording_has_its_licence_source_and_proof() -> None:
    ledger = ledger_of(drums())
    assert len(ledger.clips) == 91
    assert counts(ledger) == {"CC0-1.0": 91}
    assert not ledger.conflicts
    assert not ledger.unknown
    lines = (drums() / "copyright").read_text(encoding="utf-8").splitlines()
    for clip in ledger.clips:
        (grant,) = clip.grants
        assert "freesound.org/people/" in grant.source
        assert grant.holder
        assert lines[int(grant.proof.place.removeprefix("line ")) - 1] == f"Files: {clip.path}"
        assert clip.seconds is not None
        assert clip.seconds > 0
    assert sum(clip.share for clip in ledger.clips) == pytest.approx(1)
    assert consents(ledger) == {"unknown": 91}, "a licence says nothing of whoever is heard"


def tagged(path: Path, **said: str) -> None:
    path.write_bytes(with_tags(path.read_bytes(), path.suffix[1:], Statement(**said)))


def plant(folder: Path) -> tuple[set[str], set[str]]:
    """Twelve contradictions and eight gaps; gives back the names of the clips."""
    text = (folder / "copyright").read_text(encoding="utf-8")

    def paragraph(name: str, licence: str | None) -> None:
        nonlocal text
        start = text.index(f"Files: {name}\n")
        end = text.find("\n\n", start)
        before = text[start : end if end > 0 else len(text)]
        after = "" if licence is None else before.replace("License: CC0", f"License: {licence}")
        assert after != before
        text = text.replace(before, after)

    tagged(folder / "bd_808.flac", licence="CC-BY-NC-4.0")
    (folder / "bd_ada.flac.license").write_text("SPDX-License-Identifier: CC-BY-NC-4.0\n")
    (folder / "bd_boom.flac.license").write_text("SPDX-License-Identifier: CC-BY-SA-3.0-DE\n")
    tagged(folder / "bd_fat.flac", copyright="© 2020 Somebody Else")
    tagged(folder / "bd_gas.flac", licence="http://creativecommons.org/licenses/by/3.0/")
    (folder / "rights.toml").write_text('version = 1\n[[sounds]]\nfiles = "bd_haus.flac"\nlicence = "CC-BY-4.0"\n')
    (folder / "REUSE.toml").write_text(
        'version = 1\n[[annotations]]\npath = "bd_klub.*"\nSPDX-License-Identifier = "MIT"\n'
    )
    tagged(folder / "bd_pure.flac", copyright="© 2013 EKVelika. All rights reserved.")
    paragraph("drum_roll.flac", "Creative Commons Sampling Plus 1.0")
    paragraph("elec_beep.flac", "http://creativecommons.org/licenses/sampling+/1.0/")
    paragraph("elec_bell.flac", "CC-BY-NC-3.0")
    (folder / "README.md").write_text("Drums\n\nAll samples are free for commercial use.\n")
    (folder / "sub").mkdir()
    put(folder / "sub" / "loop.wav", licence="CC0-1.0")
    (folder / "sub" / "croissant.json").write_text(
        json.dumps({"@type": "sc:Dataset", "name": "x", "license": "https://creativecommons.org/licenses/by/4.0/"})
    )
    contradicted = "bd_808 bd_ada bd_boom bd_fat bd_gas bd_haus bd_klub bd_pure drum_roll elec_beep elec_bell"

    paragraph("perc_bell.flac", None)
    paragraph("perc_snap.flac", "Freeware")
    paragraph("perc_snap2.flac", "CC-BY")
    put(folder / "silent_about_it.ogg", seed=1)
    put(folder / "only_a_holder.mp3", seed=2, copyright="© 2012 Jane Doe")
    put(folder / "only_a_notice.wav", seed=3, copyright="Copyright 2012 Jane Doe")
    put(folder / "words.wav", seed=4, comment="free for non-commercial use, mention CC BY 4.0 if you like")
    put(folder / "terms.aiff", seed=5, licence="https://example.com/terms")
    (folder / "copyright").write_text(text, encoding="utf-8")
    gaps = "silent_about_it.ogg only_a_holder.mp3 only_a_notice.wav words.wav terms.aiff"
    return (
        {f"{name}.flac" for name in contradicted.split()} | {"sub/loop.wav"},
        {"perc_bell.flac", "perc_snap.flac", "perc_snap2.flac", *gaps.split()},
    )


def test_twenty_planted_contradictions_and_gaps_are_named_and_no_other(tmp_path: Path) -> None:
    folder = copied(tmp_path / "drums")
    contradicted, gaps = plant(folder)
    assert (len(contradicted), len(gaps)) == (12, 8)
    ledger = ledger_of(folder)
    assert {conflict.clip for conflict in ledger.conflicts} == contradicted
    assert set(ledger.unknown) == gaps
    for conflict in ledger.conflicts:
        assert conflict.said.startswith(conflict.clip)
        assert len(conflict.grants) >= 2


def test_a_contradiction_is_one_sentence_that_names_both_and_their_places(tmp_path: Path) -> None:
    put(tmp_path / "a.flac", licence="CC0-1.0")
    (tmp_path / "a.flac.license").write_text("SPDX-License-Identifier: CC-BY-NC-4.0\n")
    (conflict,) = ledger_of(tmp_path).conflicts
    assert conflict.said == (
        "a.flac: a.flac.license (line 1) says CC-BY-NC-4.0, but its tag Vorbis LICENSE says CC0-1.0"
    )


def test_a_promise_of_commercial_use_over_sampling_plus_is_named(tmp_path: Path) -> None:
    put(tmp_path / "a.flac", licence="http://creativecommons.org/licenses/sampling+/1.0/")
    put(tmp_path / "b.flac", seed=1, licence="CC-BY-3.0")
    (tmp_path / "README.txt").write_text("commercial_use: yes\n")
    (conflict,) = ledger_of(tmp_path).conflicts
    assert conflict.clip == "a.flac"
    assert "README.txt (line 1) promises commercial use" in conflict.said
    assert "LicenseRef-cc-sampling-plus-1.0" in conflict.said


@pytest.mark.parametrize(
    "line",
    ["For non-commercial use only.", "No commercial use.", "Commercial use is prohibited.", "not for commercial use"],
)
def test_what_denies_commercial_use_promises_none(tmp_path: Path, line: str) -> None:
    put(tmp_path / "a.flac", licence="CC-BY-NC-3.0")
    (tmp_path / "README.txt").write_text(line)
    assert not ledger_of(tmp_path).conflicts


def test_the_same_holder_written_otherwise_is_no_contradiction(tmp_path: Path) -> None:
    put(tmp_path / "a.flac", copyright="© 2012-2015 Jane Doe <jane@example.com>", licence="CC0-1.0")
    (tmp_path / "a.flac.license").write_text(
        "SPDX-FileCopyrightText: 2012 Doe, Jane\nSPDX-License-Identifier: CC0-1.0\n"
    )
    ledger = ledger_of(tmp_path)
    assert not ledger.conflicts
    assert {grant.holder for grant in ledger.clips[0].grants} == {"Jane Doe <jane@example.com>", "Doe, Jane"}


def test_rights_toml_overrules_with_a_reason_and_says_so(tmp_path: Path) -> None:
    put(tmp_path / "a.flac", licence="CC-BY-NC-4.0")
    (tmp_path / "rights.toml").write_text(
        'version = 1\n[[sounds]]\nfiles = "*"\nlicence = "CC-BY-4.0"\noverrules = "Jane wrote so on 1 May"\n'
    )
    ledger = ledger_of(tmp_path)
    assert licences_of(ledger) == {"a.flac": ["CC-BY-4.0"]}
    assert not ledger.conflicts
    (note,) = ledger.notes
    assert "CC-BY-NC-4.0 of a.flac (Vorbis LICENSE)" in note
    assert "Jane wrote so on 1 May" in note


def test_equal_folders_give_equal_ledgers_and_json_gives_them_back(tmp_path: Path) -> None:
    folder = copied(tmp_path / "drums")
    plant(folder)
    ledger = ledger_of(folder)
    assert ledger_of(folder) == ledger
    assert from_json(json.loads(json.dumps(to_json(ledger)))) == ledger
    assert {grant.proof.read_at for clip in ledger.clips for grant in clip.grants} == {AT}


def test_nothing_is_written_into_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    os.utime(tmp_path / "a.wav", ns=(1, 1))
    before = [(path.name, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")]
    ledger_of(tmp_path)
    assert [(path.name, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")] == before


def test_files_that_are_no_sound_keep_their_hash_and_have_no_length(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(b"RIFF\x10\0\0\0WAVEnothing")
    ledger = ledger_of(tmp_path)
    assert [clip.seconds is None for clip in ledger.clips] == [False, True]
    assert all(len(clip.sha256) == 64 for clip in ledger.clips)
    assert set(ledger.unknown) == {"a.wav", "b.wav"}


def test_a_pipe_beside_the_sounds_is_noted_and_never_waited_for(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    os.mkfifo(tmp_path / "a.wav.license")
    assert any("pipe" in note for note in ledger_of(tmp_path).notes)


def test_names_that_move_cursors_are_printed_as_escapes(tmp_path: Path) -> None:
    put(tmp_path / "a\x1b[2J.wav")
    (tmp_path / "REUSE.toml").write_text('version = 1\n[[annotations]]\npath = "*"\nSPDX-License-Identifier = "MIT"\n')
    ledger = ledger_of(tmp_path)
    assert licences_of(ledger) == {"a\\x1b[2J.wav": ["MIT"]}


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is empty"):
        gather(tmp_path)


_COPYRIGHT, _TAG, _README = (
    Proof(file, place, "0" * 64, AT, "free for commercial use")
    for file, place in (("copyright", "line 4"), ("a.wav", "RIFF ICOP"), ("README.md", "line 3"))
)


@pytest.mark.parametrize(
    ("grants", "claims", "english", "japanese"),
    [
        (
            [Grant("CC0-1.0", _COPYRIGHT, kind="debian"), Grant("CC-BY-4.0", _TAG, kind="tag")],
            [],
            "copyright (line 4) says CC0-1.0, but its tag RIFF ICOP says CC-BY-4.0",
            "ライセンスは、copyright (line 4)ではCC0-1.0、タグ「RIFF ICOP」ではCC-BY-4.0となっています",
        ),
        (
            [Grant("CC0-1.0", _COPYRIGHT, "Jane", kind="debian"), Grant("CC0-1.0", _TAG, "Ken", kind="tag")],
            [],
            "copyright (line 4) names Jane as the holder, but its tag RIFF ICOP names Ken as the holder",
            "権利者は、copyright (line 4)ではJane、タグ「RIFF ICOP」ではKenとなっています",
        ),
        (
            [Grant("CC-BY-NC-4.0", _COPYRIGHT, kind="debian")],
            [Claim("", _README)],
            "README.md (line 3) promises commercial use (“free for commercial use”), "
            "but copyright (line 4) says CC-BY-NC-4.0",
            "README.md (line 3)は商用利用を認めていますが(「free for commercial use」)、"
            "copyright (line 4)ではCC-BY-NC-4.0となっています",
        ),
    ],
)
def test_each_sort_of_contradiction_is_told_in_both_languages(
    grants: list[Grant], claims: list[Claim], english: str, japanese: str
) -> None:
    (conflict,) = conflicts(Clip("a.wav", "0" * 64, grants=grants), claims)
    assert told(conflict, "en") == f"a.wav: {english}"
    assert told(conflict, "ja") == f"a.wav: {japanese}"


def test_a_folder_without_a_name_is_called_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "kit" / "a.wav")
    monkeypatch.chdir(tmp_path / "kit")
    assert gather(".", at=AT).name == str((tmp_path / "kit").resolve())
    monkeypatch.chdir(tmp_path)
    assert gather("kit/", at=AT).name == "kit/"
