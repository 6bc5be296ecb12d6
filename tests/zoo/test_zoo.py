"""The fault zoo: every cause is planted, the halves are fixed, and what is made can be made again."""

import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2]))

from zoo.catalogue import SPECIMENS
from zoo.specimen import half_of

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series
from ganbaru.checkup.vocabulary import MEANING
from zoo import collect, judging

BY_NAME = {specimen.name: specimen for specimen in SPECIMENS}
CHEAP = ("classifier-arms-mlp64-no-zero-grad", "dirac-origin-scalar-oscillation")


def without_times(evidence: Evidence) -> Evidence:
    """The same without what a clock said."""
    series = {name: each for name, each in evidence.series.items() if not name.startswith("seconds")}
    return replace(evidence, series=series)


def test_every_cause_of_the_vocabulary_is_planted() -> None:
    assert {specimen.cause for specimen in SPECIMENS} - {None} == set(MEANING)


def test_every_cause_is_planted_in_both_halves() -> None:
    halves = defaultdict(set)
    for specimen in SPECIMENS:
        halves[specimen.cause].add(specimen.half)
    assert not {cause for cause, seen in halves.items() if cause is not None and len(seen) < 2}


def test_there_are_eighty_faults_and_eighty_healthy_ones_at_least() -> None:
    counts = Counter(specimen.cause is None for specimen in SPECIMENS)
    assert counts[False] >= 80
    assert counts[True] >= 80
    assert {specimen.kind for specimen in SPECIMENS if specimen.cause} == {"configuration", "code", "data"}


def test_names_are_unique_and_every_fault_has_a_healthy_twin_of_its_own_group() -> None:
    assert len(BY_NAME) == len(SPECIMENS)
    for specimen in SPECIMENS:
        if specimen.cause is not None:
            assert BY_NAME[specimen.twin].cause is None
            assert BY_NAME[specimen.twin].group == specimen.group


def test_no_group_is_in_both_halves() -> None:
    halves = defaultdict(set)
    for specimen in SPECIMENS:
        halves[specimen.group].add(specimen.half)
    assert all(len(seen) == 1 for seen in halves.values())


@pytest.mark.parametrize(
    ("group", "half"),
    [
        ("ganbaru.fit/toy:ring/mlp64", "calibration"),
        ("ganbaru.fit/toy:spiral/mlp96", "calibration"),
        ("wgan_clip/ring/mlp64", "calibration"),
        ("goodfellow/soft5/mlp64", "calibration"),
        ("folder/drums/files", "calibration"),
        ("folder/vowels/files", "test"),
        ("heard/tones/sounds", "test"),
    ],
)
def test_the_split_stays_as_it_was_fixed(group: str, half: str) -> None:
    assert half_of(group) == half
    assert any(specimen.group == group for specimen in SPECIMENS)


@pytest.mark.parametrize("name", CHEAP)
def test_a_specimen_gives_the_same_evidence_twice(name: str) -> None:
    specimen = replace(BY_NAME[name], recipe={**BY_NAME[name].recipe, "steps": 60})
    first, second = (without_times(specimen.make()) for _ in range(2))
    assert first.dumps() == second.dumps()
    assert first.series


def test_a_record_is_made_once_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(BY_NAME[CHEAP[1]], recipe={**BY_NAME[CHEAP[1]].recipe, "steps": 40})
    path = collect.place(short, tmp_path)
    collect.keep(short, path)
    record = collect.read(path)
    assert record.error == ""
    assert record.evidence is not None
    assert record.truth["distance"] > 0
    monkeypatch.setattr(collect, "keep", pytest.fail)
    assert next(iter(collect.collect([short], tmp_path, jobs=1))).endswith(f"{short.name}: kept")


def test_the_key_of_a_record_follows_the_description() -> None:
    specimen = BY_NAME[CHEAP[0]]
    assert specimen.key() == replace(specimen).key()
    assert specimen.key() != replace(specimen, recipe={**specimen.recipe, "seed": 9}).key()


def test_what_fails_is_recorded_with_its_error(tmp_path: Path) -> None:
    broken = replace(BY_NAME[CHEAP[0]], recipe={**BY_NAME[CHEAP[0]].recipe, "program": "nobody"})
    path = tmp_path / "record.json"
    collect.keep(broken, path)
    record = collect.read(path)
    assert record.evidence is None
    assert "nobody" in record.error


def test_evidence_cut_at_a_step_knows_nothing_later() -> None:
    series = {"loss": Series.of(range(0, 100, 10), np.ones(10)), "late": Series.of([90], [1.0])}
    probes = {"early": {"step": 20}, "end": {"step": 99}, "undated": {"value": 1}}
    cut = judging.truncated(Evidence("x", {"step": 99, "steps": 100}, series, probes), 50)
    assert cut.facts["step"] == 50
    assert cut.series["loss"].steps.max() <= 50
    assert set(cut.series) == {"loss"}
    assert set(cut.probes) == {"early"}


def test_shares_have_wilsons_interval() -> None:
    low, high = judging.Share(9, 10).interval
    assert low == pytest.approx(0.5958, abs=1e-3)
    assert high == pytest.approx(0.9821, abs=1e-3)


def test_figures_count_leading_found_precise_and_alarms() -> None:
    fault, well = BY_NAME[CHEAP[0]], BY_NAME[BY_NAME[CHEAP[0]].twin]
    verdicts = [
        judging.Verdict(fault, "no-zero-grad", ("no-zero-grad",), (), 0.1),
        judging.Verdict(fault, "loss-sign", ("loss-sign", "no-zero-grad"), (), 0.3),
        judging.Verdict(fault, None, (), ()),
        judging.Verdict(well, None, (), ()),
        judging.Verdict(well, "dead-units", ("dead-units",), ()),
    ]
    figures = judging.figures(verdicts)
    assert (figures.leading.count, figures.among.count, figures.leading.of) == (1, 2, 3)
    assert (figures.precision.count, figures.precision.of) == (1, 3)
    assert (figures.alarms.count, figures.alarms.of) == (1, 2)
    assert figures.early == pytest.approx(0.2)


def test_harm_is_how_many_times_worse_than_the_twin() -> None:
    well = {"distance": 0.1, "floor": 0.05, "modes": 8.0}
    assert judging.harm(well, well) == pytest.approx(1.0)
    assert (judging.harm({"distance": 1.0, "modes": 8.0}, well) or 0) > 5
    assert judging.harm({"distance": 0.1, "modes": 2.0}, well) == pytest.approx(4.0)
    assert judging.harm({}, well) is None


def test_a_fault_that_does_no_harm_and_a_healthy_one_that_did_not_learn_are_not_counted() -> None:
    well, bad = {"distance": 0.1, "floor": 0.05}, {"distance": 0.9, "floor": 0.05}
    fault = replace(BY_NAME[CHEAP[1]], by_code=False)
    assert judging.counted(fault, bad, well)
    assert not judging.counted(fault, well, well)
    assert judging.counted(replace(fault, by_code=True), well, well)
    twin = BY_NAME[fault.twin]
    assert judging.counted(twin, well, None)
    assert not judging.counted(twin, bad, None)


def test_what_was_probed_early_is_known_from_then_on() -> None:
    evidence = Evidence("x", {"step": 99, "steps": 100}, {"loss": Series.of([1, 99], [1.0, 1.0])}, {"clearing": {}})
    early = {10: {"clearing": {"steps": 2}}, 40: {"clearing": {"steps": 8}}}
    assert judging.truncated(evidence, 5, early).probes == {}
    assert judging.truncated(evidence, 60, early).probes == {"clearing": {"steps": 8}}
