"""How sure a finding is: what it says is what was counted where the truth is known, and nothing more."""

import json
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from said_samples import ALL, FINE, ROOT, SUSPECT, UNCHECKED

from ganbaru.checkup import track_record, words
from ganbaru.checkup.export import summary
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.vocabulary import MEANING
from ganbaru.cli.examined import described

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Counts made by hand, in place of those that are shipped."""
    counts: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(track_record, "_shipped", lambda: counts)
    return counts


def test_the_shipped_counts_are_of_known_causes_and_possible() -> None:
    shipped = json.loads(files("ganbaru.checkup").joinpath("track_record.json").read_text(encoding="utf-8"))
    assert shipped["schema"] == track_record.SCHEMA
    assert shipped["half"] == "test"
    assert set(shipped["causes"]) <= set(MEANING)
    for held in shipped["causes"].values():
        assert set(held) <= {"found", "suspect"}
        for counts in held.values():
            assert 0 <= counts["right"] <= counts["of"] <= shipped["cases"]
            assert counts["of"] > 0


def test_a_finding_says_in_how_many_cases_it_was_right(counted: dict[str, dict[str, Any]]) -> None:
    counted["clip-too-large"] = {"found": {"right": 14, "of": 15}}
    counted["clipped"] = {"found": {"right": 9, "of": 9}, "suspect": {"right": 0, "of": 1}}
    assert dict(words.rows(ROOT))["how sure"] == "right in 14 of 15 test cases in which it was found"
    assert dict(words.rows(SUSPECT))["how sure"] == "wrong in the only test case in which it was suspected"
    assert ROOT.to_json()["track_record"] == {"right": 14, "of": 15}
    assert "right in 14 of 15 test cases" in str(ROOT)
    assert "right in 14 of 15 test cases" in summary(ALL)
    assert any("how sure     right in 14 of 15" in line.text for line in described(ALL, "runs/first"))


def test_a_cause_without_a_record_says_so(counted: dict[str, dict[str, Any]]) -> None:
    assert dict(words.rows(ROOT))["how sure"] == "not known: it was found in no test case"
    assert ROOT.to_json()["track_record"] is None


def test_what_claims_nothing_has_no_record(counted: dict[str, dict[str, Any]]) -> None:
    for finding in (FINE, UNCHECKED):
        counted[finding.cause] = {"found": {"right": 1, "of": 1}}
        assert "how sure" not in dict(words.rows(finding))
        assert finding.to_json()["track_record"] is None


def test_findings_written_before_there_were_records_are_read() -> None:
    older = {key: value for key, value in ROOT.to_json().items() if key != "track_record"}
    assert Finding.from_json(older) == Finding.from_json(ROOT.to_json())


def test_a_finding_is_right_where_its_cause_was_planted_or_follows_from_it() -> None:
    from diagnosis import track_record as count

    def case(half: str, cause: str | None, *found: str, suspected: tuple[str, ...] = ()) -> Any:
        return SimpleNamespace(specimen=SimpleNamespace(half=half, cause=cause), found=found, suspected=suspected)

    document = count(
        [
            case("test", "clipped", "clipped"),
            case("test", "silence", "silence", "silent-output", suspected=("clipped",)),
            case("test", None, "clipped"),
            case("calibration", None, "noisy"),
        ]
    )
    assert document["cases"] == 3
    assert document["causes"] == {
        "clipped": {"found": {"right": 1, "of": 2}, "suspect": {"right": 0, "of": 1}},
        "silence": {"found": {"right": 1, "of": 1}},
        "silent-output": {"found": {"right": 1, "of": 1}},
    }
