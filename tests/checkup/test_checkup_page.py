"""The report says what the checkup found, first, in the same words, with a picture where something was recorded."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from said_samples import ALL, FEW, FINE, NASTY, any_findings

import ganbaru as gb
from ganbaru.checkup import words
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.vocabulary import MEANING
from ganbaru.report import build, examined
from ganbaru.report.charts import levels, lines
from ganbaru.report.facts import Facts


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """Four steps on the ring."""
    small = {"steps": 4, "batch": 8, "threads": 1, "record_every": 1, "measure_every": 2, "measure_sounds": 16}
    return gb.fit("toy:ring", out=tmp_path_factory.mktemp("page") / "run", seed=3, **small)


def facts_with(findings: Findings | None) -> Facts:
    """A run of which a steep critic is known, and a gradient of each layer."""
    steps = [{"kind": "step", "step": step, "lipschitz": 1.0 + step} for step in range(20)]
    return Facts(
        run=gb.Run(Path("runs/first"), {}),
        document={},
        steps=steps,
        measures=[],
        layers={"generator": {"first.weight": 1e-3, "last.weight": 1.0}},
        events=[],
        quality={},
        findings=findings,
        sets={},
        real={},
        damaged=[],
    )


def test_what_was_found_stands_first_on_the_page(run: gb.Run) -> None:
    run.write_json("findings", ALL.to_json())
    page = build(run).html
    assert page.index("Mend this first: the clip&#x27;s bound is too large.") < page.index("How good it is")
    assert f"ganbaru treat {run.path}" in page
    assert page.index("exploding-gradient") < page.index("known-domain-failed")


def test_a_page_without_a_checkup_says_nothing_of_one(run: gb.Run) -> None:
    (run.path / "findings.json").unlink(missing_ok=True)
    assert ">Findings<" not in build(run).html
    assert examined.section(facts_with(None)) == ""


def test_findings_of_another_version_are_named_not_shown(run: gb.Run) -> None:
    unknown = {"cause": "bad-luck", "verdict": "found", "evidence": {}}
    for other in ([unknown], [{**unknown, "cause": "clipped", "more": 1}], 3):
        run.write_json("findings", {"findings": other})
        assert "was written by another version of ganbaru" in build(run).html


def test_the_page_and_the_terminal_use_the_same_words() -> None:
    page = examined.section(facts_with(ALL)).replace("&#x27;", "'")
    for finding in words.leading(ALL):
        for heading, text in words.rows(finding, run="runs/first"):
            assert f"<dt>{heading}</dt><dd>{text}</dd>" in page


def test_a_picture_shows_the_curve_its_bound_and_the_step() -> None:
    page = examined.section(facts_with(ALL))
    steep = page[page.index("steepness of the critic</figcaption>") :]
    assert "the bound</span>" in steep
    assert "since here</span>" in steep
    assert "gradient by layer, generator" in page


def test_a_finding_that_nothing_was_recorded_of_has_no_picture() -> None:
    assert "<svg" not in examined.section(facts_with(Findings([Finding("mode-collapse", "found")])))


def test_what_is_fine_is_folded_and_alarms_nobody() -> None:
    page = examined.section(facts_with(Findings([FINE])))
    assert 'class="findings"' not in page
    assert "<summary>1</summary>dead-units" in page


@FEW
@given(any_findings)
def test_the_words_of_others_stay_words(findings: Findings) -> None:
    page = examined.section(facts_with(findings))
    assert NASTY not in page
    assert "<script" not in page
    assert not re.findall(r"<[^>]* on\w+=", page)


def test_every_picture_is_of_a_known_cause() -> None:
    assert set(examined.PICTURES) <= set(MEANING)


def test_marks_are_drawn_where_they_can_be() -> None:
    points = [{"x": float(x), "y": float(y)} for x, y in enumerate(np.geomspace(1, 100, 9))]
    plain, marked = lines("t", {"a": points}), lines("t", {"a": points}, bound=50.0, since=3.0)
    assert marked.count('aria-roledescription="rule mark"') == 2
    assert 'aria-roledescription="rule mark"' not in plain
    assert "the bound" not in lines("t", {"a": points}, log=True, bound=0.0)


def test_levels_leave_out_what_has_no_logarithm() -> None:
    assert levels("t", {"a": 0.0, "b": float("nan"), "c": float("inf")}) == ""
    assert levels("t", {"a": 0.0, "b": 1.0}).count(">b<") == 1
