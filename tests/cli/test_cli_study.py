"""`ganbaru study`: asked for, interrupted, gone on with, grown, judged anew; and what is shown meanwhile."""

import io
import json
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commanding import Said, process
from rich.console import Console

import ganbaru as gb
from ganbaru.cli import watching
from ganbaru.cli.asking import Asked, kept, read_seeds
from ganbaru.studies import Live, Running, Trial, kinds, results
from ganbaru.studies.plan import read_plan

Say = Callable[..., Said]
TINY = ["--steps", "3", "--with", "objectives=hinge", "--with", "updates=2", "--with", "channels=8"]
"""The smallest study of real trainings: five a seed, of which none takes a second."""


def slope(data: Any, *, width: int = 2, seed: int = 0) -> float:
    """A score that rises with the width."""
    return float(width + 0.01 * seed)


@pytest.fixture
def of_python(tmp_path: Path) -> Path:
    """A study that was run from Python."""
    given = {"sizes": {"width": [1, 2, 4]}, "present": {"width": 2}, "higher_is_better": True, "jobs": 0}
    kinds.capacity(slope, list(range(50)), out=tmp_path / "study", seeds=range(6), **given)
    return tmp_path / "study"


@pytest.mark.long
def test_a_study_is_interrupted_gone_on_with_and_grown(ganbaru: Say, tmp_path: Path) -> None:
    begun = process("study", "vanishing", "toy:ring", "--out", "s", "--seeds", "2", *TINY, cwd=tmp_path / "work")
    ledger = Path("s/ledger.jsonl")
    while begun.poll() is None and not (ledger.exists() and '"done"' in ledger.read_text()):
        time.sleep(0.05)
    begun.send_signal(signal.SIGINT)
    out, err = begun.communicate()
    assert begun.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[:3][-1].strip() == "ganbaru study s"
    assert 0 < results("s").done.sum() < 10

    said = ganbaru("study", "s", "--json", "--rerun-failed")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["schema"] == "ganbaru.studied/1"
    assert document["trials"] == {"planned": 10, "done": 10, "failed": 0, "missing": 0}
    assert document["answer"]["kind"] == "vanishing"
    page = Path(document["report"]).read_text(encoding="utf-8")
    assert "ganbaru study vanishing toy:ring --out s --seeds 2 --steps 3 --with objectives=hinge" in page

    again = ganbaru("study", "vanishing", "--out", "s", "--resume", "--quiet")
    assert again.err == ""
    assert "trials: 10 of 10 done" in again.out
    assert again.out.splitlines()[-1] == f"report: {Path('s/report.html').resolve()}"

    more = ganbaru("study", "vanishing", "toy:ring", "--out", "s", "--seeds", "3", *TINY)
    assert "trials: 15 of 15 done" in more.out, more.err
    (extension,) = read_plan(Path("s")).extensions
    assert (extension.seeds, extension.done) == ((2,), 10)
    assert "3 seeds were asked for instead of 2" in extension.why
    attempts = [trial.attempt for trial in results("s").trials.values()]
    assert sum(attempts) <= 16  # the one that was at work when it was interrupted may stand twice

    other = ganbaru("study", "vanishing", "toy:grid", "--out", "s", "--seeds", "3", *TINY)
    assert other.code == 1
    assert "holds another plan" in other.complaint


def test_a_study_of_python_is_judged_anew(ganbaru: Say, of_python: Path) -> None:
    said = ganbaru("study", of_python, "--quiet")
    assert said.code == 0, said.err
    assert said.err == ""
    assert "trials: 18 of 18 done" in said.out
    assert ganbaru("report", of_python).out == f"{of_python}/report.html\n"
    assert "It was run from Python" in (of_python / "report.html").read_text(encoding="utf-8")


def test_another_kind_than_that_of_the_study_is_refused(ganbaru: Say, of_python: Path) -> None:
    said = ganbaru("study", "data", "--resume", "--out", of_python)
    assert "holds a study of the kind 'capacity', not 'data'" in said.complaint
    assert "is asked for nothing new" in ganbaru("study", of_python, "--seeds", "9").complaint


def test_what_it_cannot_run_it_says(ganbaru: Say, of_python: Path) -> None:
    from ganbaru.studies import extend_study

    extend_study(of_python, why="more power", seeds=[6])
    said = ganbaru("study", of_python)
    assert "trials: 18 of 21 done, 3 missing" in said.out
    assert "3 trials are missing; the Python call that began it runs them" in said.err


def test_the_document_tells_the_truth(ganbaru: Say) -> None:
    text = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
    shown = ganbaru("study", "--help").out + ganbaru("report", "--help").out
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL) for line in block.splitlines()]
    asked = [shlex.split(line, comments=True) for line in lines]
    assert {words[2] for words in asked if words[1] == "study" and "/" not in words[2]} == set(kinds.KINDS)
    assert all(word in shown for word in re.findall(r"(?<!-)--[a-z][a-z-]*", text))
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(block, "studies.md", "exec"), {})
    assert Path("polynomial.html").is_file()
    assert Path("studies/own/plan.json").is_file()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["capacty"], "did you mean 'capacity'?"),
        (["data"], "the study 'data' needs something to learn"),
        (["n-critic", "--set", "batch=8"], "takes no --set"),
        (["n-critic", "--vary", "batch=8,16"], "takes no --vary"),
        (["n-critic", "--with", "arm=1"], "did you mean 'arms'?"),
        (["n-critic", "--with", "arms"], "is not NAME=VALUE"),
        (["capacity", "toy:ring", "--with", "sizes=1,2"], "unknown option of the study 'capacity' 'sizes'"),
        (["data", "toy:ring", "--with", "sizes=1,2,3"], "at least 5 sizes"),
        (["n-critic", "--seeds", "three"], "names no seeds"),
        (["hyper", "toy:ring", "--vary", "n_critic"], "n_critic"),
        (["data", "--resume"], "--resume needs the study"),
        (["data", "--out", "nowhere", "--resume"], "nowhere is no study"),
        (["."], "is no study"),
    ],
)
def test_wrong_words_are_one_line(words: list[str], complaint: str, ganbaru: Say) -> None:
    said = ganbaru("study", *words)
    assert said.code == 1
    assert complaint in said.complaint
    assert said.out == ""
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("text", "seeds"),
    [(None, ()), ("3", (0, 1, 2)), ("10-12", (10, 11, 12)), ("5,3,5", (5, 3)), ("7,", (7,))],
)
def test_seeds_are_read(text: str | None, seeds: tuple[int, ...]) -> None:
    assert read_seeds(text) == seeds
    if seeds:
        command = Asked("data", "sounds", Path("s"), seeds).command.split()
        assert read_seeds(command[command.index("--seeds") + 1]) == seeds


@pytest.mark.parametrize("text", ["0", "9-3", "1-", "-1", "1.5", "", "99999", "1,,2"])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(gb.UserError, match="names no seeds"):
        read_seeds(text)


def test_what_was_asked_is_kept_and_its_damage_found(tmp_path: Path) -> None:
    asked = Asked("hyper", "my sounds/", tmp_path, (1, 2), 50, ("batch=8",), ("n_critic=1,2",), ("search=tpe",))
    asked.keep()
    assert kept(tmp_path) == asked
    assert "'my sounds/'" in asked.command
    file = tmp_path / "asked.json"
    file.write_bytes(file.read_bytes().replace(b"tpe", b"grd"))
    with pytest.raises(gb.UserError, match=r"asked\.json is damaged"):
        kept(tmp_path)
    assert kept(tmp_path / "elsewhere") is None


LIVE = Live(
    total=80,
    done=12,
    failed=1,
    running=(Running("[red]wide", 3, 2, 1, 65.0), Running("narrow", 3, 1, 2, 5.0)),
    last=Trial("narrow", 2, state="done", attempt=1, score={"value": 0.5, "low": 0.25, "high": 0.75}, seconds=61.0),
    seconds=200.0,
    left_seconds=760.0,
)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_table_shows_what_is_at_work_and_what_was_found() -> None:
    assert LIVE.last is not None
    console = Console(width=100, file=io.StringIO())
    console.print(watching.table(LIVE, [LIVE.last]))
    said = console.file.getvalue()
    assert said.splitlines()[0] == ("12 of 80 trials done, 1 failed, 2 running, 65 waiting, 3:20, about 12:40 left")
    assert "[red]wide" in said
    assert "1:05" in said
    assert "score 0.5 [0.25, 0.75]" in said


def test_on_a_terminal_the_table_is_drawn_and_failures_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    monkeypatch.setenv("TERM", "xterm")
    failed = Trial("wide", 4, state="failed", reason="ValueError: no [luck]")
    with watching.watching() as watch:
        watch(LIVE)
        watch(Live(80, 12, 2, (), failed, 201.0, None))
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "narrow" in said
    assert "failed: wide, seed 4: ValueError: no [luck]" in said


def test_where_nobody_watches_a_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(watching, "monotonic", lambda: now[0])
    with watching.watching() as watch:
        for second in range(0, 150, 10):
            now[0] = float(second)
            watch(LIVE)
    assert capsys.readouterr().err.splitlines() == [watching.counts(LIVE)] * 2
    with watching.watching(quiet=True) as watch:
        now[0] = 1000.0
        watch(LIVE)
    assert capsys.readouterr().err == ""
