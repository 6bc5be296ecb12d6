"""The documents tell the truth: their Python runs, their commands and files exist, their words name what there is."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile

import ganbaru as gb
from ganbaru import objectives

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ja.md")


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder ``sounds`` in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    Path("sounds").mkdir()
    time = np.arange(8000) / 16_000
    for index in range(20):
        tone = 0.5 * np.sin(2 * np.pi * (200 + 40 * index) * time) * np.exp(-4 * time)
        soundfile.write(f"sounds/{index}.wav", tone, 16_000)


def test_the_python_of_the_readme_runs(sounds: None) -> None:
    parts = blocks(READMES[0], "python")
    assert len(parts) == 4
    for part in parts:
        short = part.replace("steps=20_000", 'steps=2, generator={"channels": 8}, critic={"channels": 8}')
        exec(compile(short, READMES[0], "exec"), {})
    assert Path("first.html").is_file()
    assert Path("tone.png").is_file()


def test_both_readmes_hold_the_same_code() -> None:
    mine, theirs = (
        [
            line.split("#")[0].rstrip()
            for block in blocks(readme, "sh") + blocks(readme, "python")
            for line in block.splitlines()
        ]
        for readme in READMES
    )
    assert mine == theirs


@pytest.mark.parametrize("readme", READMES)
def test_every_name_in_the_readme_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for name in (*objectives.OBJECTIVES, *objectives.CONSTRAINTS, *objectives.ALIASES):
        assert f"`{name}`" in text or name == "wasserstein-gp"
    for file in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (ROOT / file).is_file(), file


def test_every_command_in_the_readme_is_understood() -> None:
    lines = [
        line.split("#")[0] for block in blocks(READMES[0], "sh") for line in block.splitlines() if "ganbaru" in line
    ]
    wanted = {"raise", "listen", "fit", "checkup", "treat", "study", "ship", "inspect", "rights", "scout"}
    assert {line.split()[1] for line in lines} == wanted
    for line in lines:
        command = line.split()[1:3] if line.split()[1] == "scout" else line.split()[1:2]
        done = subprocess.run([sys.executable, "-m", "ganbaru.cli", *command, "--help"], capture_output=True, text=True)
        assert done.returncode == 0
        assert all(option in done.stdout for option in re.findall(r" (--[a-z]+)", line))


def test_the_version_stands_in_one_place() -> None:
    assert (ROOT / "src/ganbaru/_version.py").read_text().count(gb.__version__) == 1
    assert gb.__version__ not in (ROOT / "pyproject.toml").read_text()


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    said = (ROOT / "docs/dependencies.md").read_text()
    for name in {re.split(r"[\[<>=]", line)[0] for line in asked}:
        assert name in said, name
