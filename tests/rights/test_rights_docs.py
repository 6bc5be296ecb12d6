"""What docs/rights.md shows works as it stands there."""

import re
from pathlib import Path

import pytest
from righted_sounds import ledger_of, put

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rights.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)
    return str(found)


def test_the_rights_toml_of_the_document_is_read(tmp_path: Path) -> None:
    put(tmp_path / "kicks" / "a.wav", licence="CC-BY-NC-4.0")
    (tmp_path / "letters").mkdir()
    for name in ("jane.pdf", "consent.pdf"):
        (tmp_path / "letters" / name).write_bytes(b"%PDF-" + b"\0" * (5 << 20))  # letters may be larger than texts
    (tmp_path / "rights.toml").write_text(block("toml"), encoding="utf-8")
    ledger = ledger_of(tmp_path)
    (clip,) = ledger.clips
    assert [grant.licence for grant in clip.grants] == ["CC-BY-3.0-DE"]
    assert clip.consent.lamp == "given"
    assert clip.consent.scope == ("train", "publish-weights")
    assert any("overrules CC-BY-NC-4.0" in note for note in ledger.notes)


def test_the_python_of_the_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "sounds" / "a.wav")
    put(tmp_path / "a.flac")
    names: dict[str, object] = {}
    exec(compile(block("python"), "docs/rights.md", "exec"), names)
    assert b"CC-BY-4.0" in names["tagged"]
