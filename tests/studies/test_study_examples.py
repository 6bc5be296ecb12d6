"""The examples of studies run, and come to what is true of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from ganbaru.studies import kinds
from ganbaru.studies.table import results

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "kind", "verdicts"),
    [
        ("study_sklearn", "data", {"saturated"}),
        ("study_boosting", "capacity", {"too small"}),
        ("study_plain", "data", {"saturated", "can't tell"}),
    ],
)
def test_an_example_runs_and_is_short(tmp_path: Path, name: str, kind: str, verdicts: set[str]) -> None:
    file = EXAMPLES / f"{name}.py"
    assert len(file.read_text(encoding="utf-8").splitlines()) < 40
    done = subprocess.run([sys.executable, file, tmp_path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    answer = kinds.answer_of(tmp_path)
    assert answer.kind == kind
    assert answer.verdict in verdicts, answer.sentence
    assert answer.sentence in done.stdout
    assert results(tmp_path).complete
