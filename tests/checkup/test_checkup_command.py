"""`ganbaru checkup` as it is typed: what is printed where, and how it ends."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from said_samples import ALL, collapsed

from ganbaru.cli.app import run
from ganbaru.cli.examined import described


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Tell = Callable[..., Told]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Runs ``ganbaru checkup`` in a folder with a log of a game that collapses, as far as anybody can tell."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{10 * step},{-step},{0.9 if step < 50 else 0.05}\n" for step in range(100))
    Path("log.csv").write_text("iter,lossD,spread\n" + rows)

    def said(*words: str) -> Told:
        code = run(["checkup", *words])
        captured = capsys.readouterr()
        return Told(code, captured.out, captured.err)

    return said


SPREAD = ("log.csv", "--columns", "spread=spread")


def test_what_was_found_is_told_with_numbers_step_and_remedy(tell: Tell) -> None:
    told = tell(*SPREAD)
    assert (told.code, told.err) == (0, "")
    assert "\x1b" not in told.out
    assert "Mend this first: all generated samples are nearly alike." in told.out
    assert "✗ found: mode-collapse" in told.out
    assert "since training step 500" in told.out
    assert "spread 0.05 of that of real samples, 4 times below the bound of 0.2" in told.out
    assert "lossD is critic_loss (guessed)" in told.out
    assert "ganbaru treat" not in told.out
    for step in range(1, 7):
        assert f"\n{step}  " in told.out


def test_no_line_is_wider_than_asked(tell: Tell) -> None:
    for width in (60, 100):
        assert all(len(line.text) <= width for line in described(ALL, "runs/first", width=width))
    assert all(len(line) <= 100 for line in tell(*SPREAD).out.splitlines())


def test_strict_ends_with_3_where_something_is_found_and_with_0_where_not(tell: Tell) -> None:
    assert tell(*SPREAD, "--strict").code == 3
    assert tell(*SPREAD, "--strict", "--cause", "dead-units").code == 0


def test_json_is_one_document(tell: Tell) -> None:
    told = tell(*SPREAD, "--json", "--cause", "mode-collapse", "--cause", "mode-dropping")
    document = json.loads(told.out)
    assert document["schema"] == "ganbaru.findings/1"
    assert [finding["cause"] for finding in document["findings"]] == ["mode-collapse", "mode-dropping"]
    assert document["notes"]


def test_machines_get_files_and_a_summary_is_added_to_what_is_there(tell: Tell) -> None:
    Path("summary.md").write_text("before\n")
    told = tell(*SPREAD, "--sarif", "log.sarif", "--summary", "summary.md")
    assert "mode-collapse" in told.out
    assert json.loads(Path("log.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "mode-collapse"
    assert Path("summary.md").read_text().startswith("before\n### Checkup of the log log.csv\n")


def test_sarif_on_stdout_is_alone_there(tell: Tell) -> None:
    assert json.loads(tell(*SPREAD, "--sarif", "-").out)["version"] == "2.1.0"
    assert tell(*SPREAD, "--sarif", "-", "--json").code == 1


def test_columns_come_from_a_file_too(tell: Tell) -> None:
    Path("columns.json").write_text(json.dumps({"spread": "spread", "critic_loss": "-", "loss": "lossD"}))
    assert "lossD is loss" in tell("log.csv", "--columns", "columns.json").out.replace("\n  ", " ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "there is no such file or folder"),
        (["log.csv", "--columns", "lossD"], "is no pair and no file"),
        (["log.csv", "--columns", "log.csv"], "is no JSON object"),
        (["log.csv", "--cause", "mode-colapse"], "did you mean 'mode-collapse'?"),
        (["log.csv", "--columns", "critic_loss=lossE"], "did you mean 'lossD'?"),
    ],
)
def test_a_mistake_is_one_clear_line_on_stderr(words: list[str], said: str, tell: Tell) -> None:
    told = tell(*words)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("error: ")
    assert said in told.err
    assert told.err.count("\n") == 1


def test_a_run_is_told_which_command_tries_the_remedy(
    tell: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganbaru.runs import Run

    made = Run.create(tmp_path / "my run", {"source": {"kind": "points"}})
    monkeypatch.setattr("ganbaru.checkup.run.gather", lambda *given, **options: collapsed())
    assert "ganbaru treat 'my run'" in tell("my run").out
    assert made.read_json("findings") is not None
