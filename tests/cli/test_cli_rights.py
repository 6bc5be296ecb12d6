"""``ganbaru rights``: what it prints, what it writes, how it ends."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
from commanding import RATE, TINY, Said, tones

from ganbaru.cli.speech import as_json

Say = Callable[..., Said]


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """Twelve sounds: eight under CC BY 4.0 of Jane, one under a contradiction, three without a word."""
    folder = tones(tmp_path / "stated", 12)
    (folder / "REUSE.toml").write_text(
        'version = 1\n[[annotations]]\npath = ["[0-8].wav"]\n'.replace(
            '["[0-8].wav"]', json.dumps([f"{n}.wav" for n in range(9)])
        )
        + 'SPDX-License-Identifier = "CC-BY-4.0"\nSPDX-FileCopyrightText = "2020 Jane"\n'
    )
    (folder / "rights.toml").write_text(
        'version = 1\n[[sounds]]\nfiles = "8.wav"\nlicence = "CC-BY-NC-4.0"\n'
        '[[sounds]]\nfiles = "0.wav"\n[sounds.consent]\nlamp = "none"\n'
    )
    return folder


def test_a_folder_is_told_in_sections(ganbaru: Say, stated: Path) -> None:
    said = ganbaru("rights", stated)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0].startswith(f"{stated}: sounds: 12, read 20")
    assert "        8  CC-BY-4.0" in lines
    assert "        3  no licence known" in lines
    assert "        1  CC-BY-NC-4.0; CC-BY-4.0" in lines
    assert "       11  not known" in lines
    assert lines[lines.index("contradictions: 1") + 1].startswith(
        "  8.wav: rights.toml (sounds 1) says CC-BY-NC-4.0, but"
    )
    assert [line.strip() for line in lines[lines.index("nothing known: 3") + 1 :][:3]] == ["10.wav", "11.wav", "9.wav"]
    assert "  measure, train: ask [LicenseRef-nothing-said, 3 of 12 clips]" in lines, (
        "acts answered alike stand together"
    )
    assert lines[lines.index("what may be done, by the consent of whoever is heard") + 1] == (
        "  all acts: ask [11 of 12 clips]"
    )
    assert any(line.startswith("  Jane") for line in lines)


def test_strict_ends_with_three_where_something_is_open(ganbaru: Say, stated: Path) -> None:
    assert ganbaru("rights", stated, "--strict").code == 3
    (stated / "rights.toml").unlink()
    for number in (9, 10, 11):
        (stated / f"{number}.wav").unlink()
    assert ganbaru("rights", stated, "--strict", "--purpose", "train").code == 0


def test_japanese_is_japanese(ganbaru: Say, stated: Path) -> None:
    out = ganbaru("rights", stated, "--lang", "ja").out
    assert "食い違い: 1" in out
    assert "8.wav: ライセンスは、rights.toml (sounds 1)ではCC-BY-NC-4.0、REUSE.toml (annotation 1)では" in out
    assert "測定 measure、学習 train: 要確認 [LicenseRef-nothing-said, 12 件中 3 件]" in out
    assert "すべての行為: 要確認 [12 件中 11 件]" in out
    english = [line for line in out.splitlines() if re.search(r"[a-z]{3} [a-z]{3}", line)]
    assert not english


def test_an_answer_that_hangs_on_money_says_so(ganbaru: Say, stated: Path) -> None:
    words = ("rights", stated, "--purpose", "publish-sounds")
    (stated / "rights.toml").write_text(
        'version = 1\n[[sounds]]\nfiles = "**"\nlicence = "CC-BY-NC-4.0"\noverrules = "so"\n'
    )
    assert "(It hangs on whether money is meant to be made.)" in ganbaru(*words).out
    assert "hangs on" not in ganbaru(*words, "--not-commercial").out


def test_terms_that_speak_of_a_voice_are_named_with_the_consent(ganbaru: Say, stated: Path) -> None:
    text = 'version = 1\n[[sounds]]\nfiles = "**"\nterms = "amitaro"\noverrules = "her page"\n'
    (stated / "rights.toml").write_text(text)
    lines = ganbaru("rights", stated, "--purpose", "imitate").out.splitlines()
    assert lines[-2] == "  imitate: refused [LicenseRef-terms-amitaro]"


def test_strict_heeds_a_speaker_who_has_refused(ganbaru: Say, stated: Path) -> None:
    text = 'version = 1\n[[sounds]]\nfiles = "**"\nlicence = "CC0-1.0"\noverrules = "mine"\n'
    text += '[sounds.consent]\nlamp = "given"\n'
    (stated / "rights.toml").write_text(text)
    words = ("rights", stated, "--strict", "--purpose", "publish-sounds")
    assert ganbaru(*words).code == 0
    (stated / "rights.toml").write_text(text.replace("given", "refused"))
    assert ganbaru(*words).code == 3


def test_json_is_one_document(ganbaru: Say, stated: Path) -> None:
    said = ganbaru("rights", stated, "--json", "--purpose", "train", "--purpose", "sell-sounds")
    document: dict[str, Any] = json.loads(said.out)
    assert said.out == as_json(document)
    assert document["schema"] == "ganbaru.rights/1"
    assert [verdict["act"] for verdict in document["verdicts"]] == ["train", "sell-sounds"]
    assert all(verdict["because"]["en"] and verdict["source"]["title"] for verdict in document["verdicts"])
    assert len(document["ledger"]["clips"]) == 12
    assert len(document["ledger"]["conflicts"]) == 1


def test_a_run_keeps_its_ledger_and_answers_for_its_clips(ganbaru: Say, sounds: Path) -> None:
    (sounds / "REUSE.toml").write_text(
        'version = 1\n[[annotations]]\npath = "**"\nSPDX-License-Identifier = "CC0-1.0"\n'
    )
    assert ganbaru("fit", sounds, "--rate", str(RATE), "--out", "r", *TINY).code == 0
    said = ganbaru("rights", "r", "--out", "draft.md", "--papers", "papers")
    assert said.code == 0, said.err
    assert "CC0-1.0" in said.out
    assert said.out.splitlines()[-1] == "written: draft.md"
    assert Path("draft.md").read_text(encoding="utf-8").startswith("# ")
    assert {path.name for path in Path("papers").iterdir()} >= {"MODEL_CARD.md", "croissant.json", "REUSE.toml"}
    kept = json.loads(Path("r/rights.json").read_text())
    listed = json.loads(Path("r/clips.json").read_text())["clips"]
    assert {clip["path"] for clip in kept["clips"]} == {line["file"] for line in listed if line["side"] == "train"}
    trained = next(line["file"] for line in listed if line["side"] == "train")
    assert f"{trained}, the same bytes" in ganbaru("rights", "r", "--was-in", sounds / trained).out
    before = Path("r/rights.json").read_bytes()
    assert "there already" in ganbaru("rights", "r", "--papers", "r").complaint
    assert Path("r/rights.json").read_bytes() == before, "the ledger that a run keeps is no paper"
    (sounds / "rights.toml").write_text("version = 1\n[[sounds]\n")
    assert "rights.toml is no TOML" in ganbaru("ship", "r", "site").complaint, "nothing leaves on half a word"
    soundfile.write("other.wav", [0.0, 0.5, 0.1], RATE)
    answer = json.loads(ganbaru("rights", "r", "--was-in", "other.wav", "--json").out)
    assert answer["answer"] == "no"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--purpose", "trian"], "unknown act 'trian'"),
        (["--lang", "fr"], "unknown language 'fr'"),
        (["--actor", "robot"], "unknown actor 'robot'"),
        (["--sounds", "elsewhere"], "is no run, so --sounds means nothing"),
        (["--was-in", "x.wav"], "is no run"),
    ],
)
def test_wrong_words_are_told_in_a_line(ganbaru: Say, stated: Path, words: list[str], why: str) -> None:
    said = ganbaru("rights", stated, *words)
    assert said.code == 1
    assert why in said.complaint
    assert not said.out


@pytest.mark.parametrize("what", ["nowhere", "speech:digits", "toy:ring"])
def test_what_is_no_folder_is_told(ganbaru: Say, what: str) -> None:
    said = ganbaru("rights", what)
    assert said.code == 1
    assert what in said.complaint


def test_a_broken_rights_toml_is_told_in_a_line(ganbaru: Say, stated: Path) -> None:
    (stated / "rights.toml").write_text("version = 1\n[[sounds]\n")
    assert "rights.toml is no TOML" in ganbaru("rights", stated).complaint
