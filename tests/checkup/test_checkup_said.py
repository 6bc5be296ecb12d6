"""How findings are said, and the one door to all of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from said_samples import ALL, FEW, FINE, FOLLOWER, NASTY, ROOT, SUSPECT, UNCHECKED, any_findings, collapsed

import ganbaru as gb
from ganbaru.checkup import Evidence, checkup, judge, words
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.vocabulary import MEANING, STEPS


def test_the_room_is_called_like_its_function() -> None:
    assert gb.checkup(collapsed()).to_json() == checkup(collapsed()).to_json()
    assert gb.checkup.Finding is gb.Finding is Finding


def test_watch_stays_a_function_when_its_file_is_imported() -> None:
    code = (
        "import ganbaru as gb, sys; assert 'numpy' not in sys.modules; import ganbaru.checkup; "
        "assert 'numpy' not in sys.modules; import ganbaru.checkup.watch; from ganbaru.checkup import watch; "
        "assert watch is gb.watch is gb.checkup.watch and callable(watch)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_evidence_and_whatever_has_some_are_judged_alike() -> None:
    class Watching:
        def evidence(self) -> Evidence:
            return collapsed()

    findings = checkup(collapsed())
    assert findings.leading is not None
    assert findings.leading.cause == "mode-collapse"
    assert checkup(Watching()).to_json() == findings.to_json() == judge(collapsed()).to_json()


def test_only_the_causes_asked_for_are_looked_for() -> None:
    findings = checkup(collapsed(), causes=["mode-dropping", "mode-collapse"])
    assert {finding.cause for finding in findings} == {"mode-dropping", "mode-collapse"}


def test_an_unknown_cause_is_answered_by_the_nearest() -> None:
    with pytest.raises(gb.UserError, match="did you mean 'mode-collapse'"):
        checkup(collapsed(), causes=["mode-colapse"])


@pytest.mark.parametrize("subject", ["nowhere", Path("/no/where"), 7, None])
def test_what_cannot_be_examined_is_said_in_one_line(subject: object) -> None:
    with pytest.raises(gb.UserError) as caught:
        checkup(subject)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    assert "folder of sounds" in caught.value.hint


def test_a_run_keeps_what_was_found_unless_told_not_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = gb.Run.create(tmp_path / "run", {"source": {"kind": "points"}})
    monkeypatch.setattr("ganbaru.checkup.run.gather", lambda *given, **options: collapsed())
    for options in ({"write": False}, {"causes": ["mode-collapse"]}):
        checkup(run, **options)  # type: ignore[arg-type]
        assert run.read_json("findings") is None
    for subject in (run, run.path, str(run.path), run.path / "run.toml"):
        findings = checkup(subject)
        assert run.read_json("findings") == findings.to_json()


@FEW
@given(any_findings)
def test_findings_survive_json_whatever_was_measured(findings: Findings) -> None:
    text = json.dumps(findings.to_json(), allow_nan=False)
    again = Findings.from_json(json.loads(text))
    assert json.dumps(again.to_json()) == text
    assert [finding.cause for finding in again] == [finding.cause for finding in findings]


@FEW
@given(any_findings)
def test_every_finding_is_counted_once_and_every_reason_given(findings: Findings) -> None:
    numbers = [int(part.split()[0]) for part in words.counts(findings).split(", ") if len(findings)]
    assert sum(numbers) == len(findings)
    by_step = [finding for step in STEPS for finding in words.of_step(findings, step, *words.VERDICTS)]
    assert sorted(by_step, key=str) == sorted(findings, key=str)
    unchecked = [finding for held in words.unchecked(findings).values() for finding in held]
    assert sorted(f.cause for f in unchecked) == sorted(f.cause for f in findings if f.verdict == "not-checked")


@FEW
@given(any_findings)
def test_no_word_moves_a_cursor(findings: Findings) -> None:
    for finding in findings:
        said = [text for _, text in [*words.rows(finding, run=NASTY), *words.consequences(finding, findings)]]
        assert all(words.plain(text) == text for text in said)


def test_a_number_is_told_by_its_bound() -> None:
    assert words.measured({"loss": 48.0, "loss_limit": 5.0}) == ["loss 48, 9.6 times the bound of 5"]
    assert words.measured({"loss": 0.001, "loss_limit": 1.0}) == ["loss 0.001, 1,000 times below the bound of 1"]
    assert words.measured({"loss": 1.2, "loss_limit": 1.0}) == ["loss 1.2, above the bound of 1"]
    assert words.measured({"loss": -3.0, "loss_limit": 1.0}) == ["loss -3, below the bound of 1"]
    assert words.measured({"loss": float("nan"), "loss_limit": 1.0}) == ["loss not a number, held against 1"]
    assert words.measured({"files": 2, "of": 9}) == ["files 2 of 9"]


def test_what_leads_is_told_first_and_what_follows_stands_under_it() -> None:
    assert words.leading(ALL) == [ROOT, SUSPECT]
    assert words.opinion(ALL) == "Mend this first: the clip's bound is too large."
    ((heading, text),) = words.consequences(ROOT, ALL)
    assert heading == "explains"
    assert text.startswith("exploding-gradient: gradients grow without bound")
    assert dict(words.rows(ROOT, run="my run"))["try it"] == "ganbaru treat 'my run'"
    assert "try it" not in dict(words.rows(ROOT))
    assert "try it" not in dict(words.rows(SUSPECT, run="my run"))


def test_nothing_is_called_fine_that_was_not_looked_at() -> None:
    assert words.opinion(Findings([UNCHECKED])) == "Nothing could be looked at."
    assert words.opinion(Findings([FINE, UNCHECKED])) == "Nothing was found in what could be looked at."
    assert "not sure" in dict(words.rows(SUSPECT))


def test_reasons_are_told_once_with_the_command_for_this_run() -> None:
    twice = Finding("dead-units", "not-checked", reason="no layers; no layers")
    assert list(words.unchecked([twice])) == ["no layers"]
    (reason,) = words.unchecked([UNCHECKED], run="a b")
    assert reason.endswith("ganbaru checkup 'a b' --active")


def test_a_failed_assertion_names_the_cause_first() -> None:
    assert repr([ROOT, FOLLOWER]).startswith("[<clip-too-large found since step 1,200: lipschitz=48")
    assert "exploding-gradient" in repr([ROOT, FOLLOWER])
    with pytest.raises(AssertionError, match="clip-too-large found since step 1,200"):
        assert not ALL.found


def test_every_cause_has_words() -> None:
    assert all(words.rows(Finding(slug, "found")) for slug in MEANING)


@pytest.mark.parametrize("kept", [None, ["a.wav"]])
def test_a_run_is_examined_with_the_sounds_that_it_learned_from(
    kept: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sounds").mkdir()
    heard = Evidence(probes={"files": {"name": ["a.wav"]}})
    recipe = {"name": str(tmp_path / "sounds"), "rate": 8000, "seed": 5, **({"files": kept} if kept else {})}
    asked: dict[str, object] = {}
    monkeypatch.setattr("ganbaru.checkup.run.gather", lambda *given, **options: collapsed())
    monkeypatch.setattr("ganbaru.checkup.folder.gather", lambda path, **options: asked.update(options) or heard)
    run = gb.Run.create(tmp_path / "run", {"source": {"kind": "sound", "recipe": recipe}})
    gathered: list[Evidence] = []
    monkeypatch.setattr("ganbaru.checkup.examining.judge", lambda evidence, causes: gathered.append(evidence) or [])
    checkup(run)
    assert ("files" in gathered[0].probes) == (kept is None)
    assert kept is None or "looks at all" in gathered[0].lacks("files")
    assert kept or (asked["sample_rate"], asked["seed"], asked["seconds"]) == (8000, 5, None)


def test_what_a_penalty_is_told_by_is_said_in_words_and_its_shares_as_shares() -> None:
    said = words.measured({"said": 0.02, "parted": 1.5, "penalty_over_said": 40.0, "right": 0.3, "wrong_sign": 0.7})
    assert said == [
        "mean scores 0.02 apart",
        "mean scores of a batch 1.5 deviations apart",
        "weighted penalty 40 times the distance of the mean scores",
        "real scored above generated in 30 % of the records",
        "generated scored above real in 70 % of the records",
    ]
