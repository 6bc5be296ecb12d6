"""The page of findings: written from studies that are done, that go on, and that were never run."""

import csv
import subprocess
import sys
import xml.etree.ElementTree as Tree
from pathlib import Path

import pytest

from ganbaru.studies.kinds.n_critic import n_critic
from ganbaru.studies.kinds.objective import objective

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs written from one study that is done and one of which a trial is missing."""
    place = tmp_path_factory.mktemp("findings")
    tiny = {"worlds": ("toy:ring",), "seconds": 0.05, "channels": 8, "batch": 16, "jobs": 0}
    n_critic(out=place / "studies" / "n-critic", arms=(1, 2), steps=3, seeds=range(1), **tiny)
    objective(out=place / "studies" / "objective", families=("hinge", "LS-GAN"), tries=1, seeds=range(1), **tiny)
    ledger = place / "studies" / "objective" / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-2]))  # as if it had been killed before the last trial
    command = [sys.executable, str(ROOT / "examples" / "findings.py"), "--write"]
    done = subprocess.run(
        [*command, "--studies", str(place / "studies"), "--docs", str(place / "docs")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return place / "docs"


def section(docs: Path, title: str) -> str:
    text = (docs / "findings.md").read_text(encoding="utf-8")
    return text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_a_study_that_is_done_says_its_sentence(written: Path) -> None:
    said = section(written, "Do repeated critic updates blow up the time?")
    assert "**can't tell: at equal processor time" in said
    assert "| 2 | 2 " in said
    assert "Cost: 2 trainings" in said


def test_one_that_goes_on_says_how_far_it_is_and_no_answer(written: Path) -> None:
    said = section(written, "Are all objectives alike once they are tuned?")
    assert "Not complete: 1 of 2 trainings are done, 0 of 1 seeds in all cells" in said
    assert "can't tell: after the same tuning" not in said


def test_one_that_was_never_run_says_how_to_run_it(written: Path) -> None:
    assert "Not run yet: `python examples/findings.py --only vanishing`" in (written / "findings.md").read_text()


def test_every_graph_is_a_picture_with_its_dots(written: Path) -> None:
    files = sorted((written / "findings").glob("n-critic-*.svg"))
    text = (written / "findings.md").read_text(encoding="utf-8")
    assert len(files) >= 3
    for file in files:
        assert Tree.parse(file).getroot().tag.endswith("svg")
        assert f"(findings/{file.name})" in text


def test_raw_results_have_every_trial(written: Path) -> None:
    with (written / "findings" / "n-critic.csv").open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["setting.arm"], row["seed"], row["state"]) for row in rows] == [
        ("1", "0", "done"),
        ("2", "0", "done"),
    ]
    assert all(float(row["score"]) == pytest.approx(float(row["detail.by_time_2"]), rel=1e-5) for row in rows)


def test_the_page_names_no_place_of_this_machine(written: Path) -> None:
    for file in (written / "findings.md", *(written / "findings").glob("*.csv")):
        assert str(Path.home()) not in file.read_text(encoding="utf-8")
        assert "/tmp" not in file.read_text(encoding="utf-8")
