"""Judging: pure, ordered by what explains what, silent where there is nothing to judge by."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes import CAUSES, blocked, hyper
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.series import Series
from ganbaru.checkup.vocabulary import MEANING, STEP_OF

FOUND = Evidence(facts={"x": 1})


def cause(slug: str, *explains: str, verdict: str = "found") -> Cause:
    return Cause(
        slug, needs=("x",), judge=lambda evidence: Ruling(verdict, {"x": 1.0}), remedy="Mend it.", explains=explains
    )


def test_without_evidence_nothing_is_judged() -> None:
    findings = judge(Evidence())
    assert {finding.verdict for finding in findings} == {"not-checked"}
    assert all(finding.reason for finding in findings)
    assert findings.leading is None


def test_every_cause_of_the_vocabulary_is_looked_for_once() -> None:
    assert sorted(each.slug for each in CAUSES) == sorted(MEANING)
    steps = [STEP_OF[each.slug] for each in CAUSES]
    assert set(steps) == {1, 2, 3, 4, 5, 6}


def test_what_explains_the_rest_leads_though_its_step_is_later() -> None:
    causes = [cause("oscillation"), cause("mode-dropping"), cause("learning-rate-high", "oscillation", "mode-dropping")]
    findings = judge(FOUND, causes)
    assert findings.leading is not None
    assert findings.leading.cause == "learning-rate-high"
    assert findings.leading.consequences == ("mode-dropping", "oscillation")


def test_of_two_that_explain_nothing_the_earlier_step_leads() -> None:
    assert judge(FOUND, [cause("momentum-high"), cause("clicks"), cause("clipped")])[0].cause == "clipped"


def test_what_follows_stands_in_an_order_that_no_process_changes() -> None:
    followers = ("mode-dropping", "oscillation", "divergence", "dead-units", "mode-collapse", "vanishing-gradient")
    causes = [*map(cause, followers), cause("learning-rate-high", *followers)]
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_checkup_judging import FOUND, cause, judge\n"
        "f = sys.argv[2:]\n"
        "print(*[each.cause for each in judge(FOUND, [*map(cause, f), cause('learning-rate-high', *f)])])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent), *followers],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2", "3")
    }
    assert told == {" ".join(finding.cause for finding in judge(FOUND, causes))}


def test_explanations_pass_on_through_what_was_not_found() -> None:
    chain = [
        cause("clip-too-large", "exploding-gradient"),
        cause("exploding-gradient", "divergence", verdict="fine"),
        cause("divergence"),
    ]
    assert [finding.cause for finding in judge(FOUND, chain).found] == ["clip-too-large", "divergence"]
    assert judge(FOUND, chain)[0].consequences == ("divergence",)


def test_two_that_explain_each_other_are_led_by_the_earlier_step() -> None:
    pair = [cause("n-critic-low", "critic-too-weak"), cause("critic-too-weak", "n-critic-low")]
    findings = judge(FOUND, pair)
    assert findings[0].cause == "critic-too-weak"
    assert findings[0].consequences == ("n-critic-low",)


def test_found_comes_before_suspected_before_unchecked_before_fine() -> None:
    causes = [
        cause("clicks", verdict="fine"),
        Cause("hiss", needs=("y",), judge=lambda evidence: Ruling("fine"), remedy="Mend it."),
        cause("imaging", verdict="suspect"),
        cause("generator-too-small"),
    ]
    assert [finding.verdict for finding in judge(FOUND, causes)] == ["found", "suspect", "not-checked", "fine"]


def test_a_slug_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        cause("bad-luck")


numbers = st.floats(width=32)
tables = st.lists(st.tuples(st.integers(0, 10**6), numbers), min_size=1, max_size=30, unique_by=lambda row: row[0])


@given(tables)
def test_evidence_survives_json_also_where_it_is_not_finite(rows: list[tuple[int, float]]) -> None:
    rows.sort()
    evidence = Evidence("s", {"kind": "gan"}, {"w1": Series.of(*zip(*rows, strict=True))}, {"p": {"a": 1}}, {"q": "r"})
    again = Evidence.from_json(json.loads(evidence.dumps()))
    assert again.dumps() == evidence.dumps()
    assert np.array_equal(again.series["w1"].values, evidence.series["w1"].values, equal_nan=True)


@settings(deadline=None)
@given(tables, st.sampled_from(["gan", "plain", "folder"]))
def test_no_evidence_makes_a_judge_fail(rows: list[tuple[int, float]], kind: str) -> None:
    rows.sort()
    series = Series.of(*zip(*rows, strict=True))
    causes = (*blocked.CAUSES, *hyper.CAUSES)
    needs = {name for each in causes for name in each.needs} | {"batch_distance_real", "coverage_real", "spread"}
    facts = {"kind": kind, "objective": "wasserstein", "constraint": "r1", "batch": 4, "n_critic": 1}
    evidence = Evidence("any", facts, dict.fromkeys(needs, series))
    findings = judge(evidence, causes)
    assert len(findings) == len(causes)
    assert judge(evidence, causes).to_json() == findings.to_json()


def test_a_series_tells_since_when_a_condition_holds() -> None:
    series = Series.of(range(0, 100, 10), [1, 9, 1, 1, 9, 9, 9, 1, 9, 9])
    assert series.since(lambda values: values > 5) == 40
    assert series.since(lambda values: values > 10) is None
