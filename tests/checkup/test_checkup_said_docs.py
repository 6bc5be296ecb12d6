"""The page about the checkup tells the truth: its Python runs, its commands, causes and files exist."""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from treatments import small

import ganbaru as gb
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.logs.columns import FACTS, RUN, SERIES, STEP
from ganbaru.checkup.vocabulary import MEANING, STEPS

PAGE = (Path(__file__).parents[2] / "docs/checkup.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_python_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    treated, watched, tested = blocks("python")
    names: dict[str, object] = {}
    monkeypatch.chdir(tmp_path)
    small(Path("runs/first"))
    exec(compile(treated, "docs/checkup.md", "exec"), names)
    assert isinstance(names["treatment"], gb.Treatment)
    exec(compile(watched, "docs/checkup.md", "exec"), names)
    assert isinstance(names["watching"].findings(), Findings)  # type: ignore[attr-defined]
    exec(compile(tested, "docs/checkup.md", "exec"), names)
    assert callable(names["test_nothing_is_wrong_with_the_training"])


def test_every_option_and_every_column_of_the_page_is_understood() -> None:
    done = subprocess.run([sys.executable, "-m", "ganbaru.cli", "checkup", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    for option in re.findall(r"`?(--[a-z]+)", PAGE):
        assert option in done.stdout
    told = re.findall(r"--columns ([a-z_0-9]+)=", PAGE)
    assert told
    assert set(told) <= SERIES | FACTS | {RUN, STEP}


def test_every_cause_step_and_file_of_the_page_exists() -> None:
    rows = re.findall(r"^\| (\d) ([a-z ]+) \|.*\| (`.*`) \|$", PAGE, flags=re.MULTILINE)
    assert [(int(number), name) for number, name, _ in rows] == [
        (number, said.partition(":")[0]) for number, said in STEPS.items()
    ]
    assert {cause for *_, causes in rows for cause in re.findall(r"`([a-z-]+)`", causes)} <= set(MEANING)
    (schema,) = re.findall(r"ganbaru/checkup/([a-z.]+json)", PAGE)
    assert files("ganbaru.checkup").joinpath(schema).is_file()
