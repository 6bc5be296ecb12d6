"""The command line as it is typed, run in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import Said, tones

from ganbaru.cli.app import run


@pytest.fixture
def ganbaru(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs a command in an empty working folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    def say(*words: str | Path) -> Said:
        code = run([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return say


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder of 16 decaying tones."""
    return tones(tmp_path / "sounds", 16)
