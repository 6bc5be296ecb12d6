"""Laws of a treatment: a trial is what a user would have trained, the first run stays as it was."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from treatments import advice, everything, lines, small, weights

import ganbaru as gb
from ganbaru.checkup import Finding, Findings
from ganbaru.checkup.treating import beside, course, planning, treat, usual
from ganbaru.checkup.treating.candidates import candidates
from ganbaru.checkup.treating.comparing import Outcome
from ganbaru.distances import Comparison, Estimate
from ganbaru.objectives.losses import NonSaturating
from ganbaru.training import Interrupted, Request, Started, StepDone, settings
from ganbaru.training.session import Parts

SLOW = {"generator.learning_rate": 1e-5, "critic.learning_rate": 1e-5}


@pytest.fixture(scope="module", autouse=True)
def _quick_figures() -> Iterator[None]:
    """A measurement that takes no time, for nothing here asks how good a run is."""

    def measure(made: np.ndarray, train: np.ndarray, held_out: np.ndarray, *, seed: int) -> dict[str, Estimate]:
        value = abs(float(made.mean()))
        return {"distance": Estimate(value, value, value, floor=0.0)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ganbaru.quality.points", measure)
        yield


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A run that no test changes."""
    return small(tmp_path_factory.mktemp("first") / "run")


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What comparisons say, one after another, in place of comparing; checkups then find nothing.

    Nothing but what is advised is tried.
    """
    said: list[Outcome] = []
    monkeypatch.setattr(usual, "last_resort", lambda *given: [])
    monkeypatch.setattr(course.Course, "_judged", lambda self, planned, run: (said.pop(0), "", None))
    monkeypatch.setattr(course, "findings_of", lambda *given, **options: Findings(()))
    return said


def test_a_trial_from_the_start_is_what_the_setting_gives(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged.append("helped")
    treatment = treat(first, findings=advice(SLOW), out=tmp_path)
    theirs = gb.fit("toy:ring", out=tmp_path / "theirs", config=first.path / "run.toml", **SLOW)
    mine = treatment.trials[0].run
    assert mine == treatment.best == tmp_path / "run-treated-1"
    assert weights(mine) == weights(theirs) != weights(first)
    assert lines(mine) == lines(theirs)
    assert gb.Run.open(mine).document["config"] == theirs.document["config"]
    assert treatment.trials[0].start == 0
    before, after = treatment.trials[0].figures["distance"]
    assert [_distance(first), _distance(theirs)] == [before, after]


def test_another_constraint_comes_with_its_own_strength(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged += ["did not help", "did not help"]
    treat(first, findings=advice({"constraint": "gradient-penalty"}, {"objective": "wgan-gp"}), out=tmp_path)
    config, recipe = (gb.Run.open(tmp_path / f"run-treated-{number}").document["config"] for number in (1, 2))
    assert "constraint_strength" in first.document["config"]
    assert "constraint_strength" not in config
    assert (recipe["n_critic"], recipe["critic"]["learning_rate"], recipe["steps"]) == (5, 1e-4, 12)


def test_a_trial_from_a_checkpoint_goes_on_with_the_setting(
    first: gb.Run, judged: list[Outcome], tmp_path: Path
) -> None:
    kept = min(step for step in first.steps if step)
    judged.append("did not help")
    trial = treat(first, findings=advice(SLOW, since=kept + 1), out=tmp_path).trials[0]
    assert trial.start == kept
    assert trial.run is not None
    whole = small(tmp_path / "whole")  # the same, stopped there by hand and resumed with other rates
    assert weights(whole) == weights(first)
    half = _stopped_at(tmp_path / "half", kept)
    document = half.document | {"config": gb.Run.open(trial.run).document["config"]}
    other = gb.Run.create(tmp_path / "other", document)
    for line in half.metrics.read():
        other.metrics.append(line)
    checkpoint = half.load_checkpoint(kept)
    assert checkpoint is not None
    other.save_checkpoint(kept, checkpoint.files)
    gb.fit("toy:ring", out=tmp_path / "other", resume=True)
    assert weights(trial.run) == weights(other) != weights(first)
    mine = [line for line in lines(trial.run) if line["kind"] in ("step", "measure")]
    assert mine == [line for line in lines(other) if line["kind"] in ("step", "measure")]
    assert {"real", "step-000000"} <= set(gb.Run.open(trial.run).samples())
    assert gb.Run.open(trial.run).problems() == []


def test_the_package_itself_treats(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged.append("helped")
    assert {"treat", "Treatment"} <= set(gb.__all__)
    treatment = gb.treat(first, findings=advice(SLOW), out=tmp_path)
    assert isinstance(treatment, gb.Treatment)
    assert treatment.helped
    assert treatment.best == tmp_path / "run-treated-1"


def test_a_change_of_networks_starts_anew(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged += ["did not help"] * 4
    changes = ({"critic.channels": 20}, {"critic.optimizer": "rmsprop"}, {"ema": 0.0}, {"seed": 8})
    treatment = treat(first, findings=advice(*changes, since=100), out=tmp_path, most=4)
    assert [trial.start for trial in treatment.trials] == [0, 0, 0, 0]


def test_the_first_run_is_only_read(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    before = everything(first.path)
    judged += ["did not help", "helped"]
    treat(first, findings=advice(SLOW, {"batch": 8}, since=7), out=tmp_path)
    after = everything(first.path)
    assert after.pop("treatment.json", None) is not None
    assert after == {name: data for name, data in before.items() if name != "treatment.json"}


def test_what_is_done_is_not_done_again(
    first: gb.Run, judged: list[Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = advice(SLOW, {"batch": 8})
    judged += ["did not help", "can't tell"] * 2
    one = treat(first, findings=wanted, out=tmp_path)
    held = everything(tmp_path)
    monkeypatch.setattr(beside.training, "fit", None)  # nothing is left to train
    two = treat(first, findings=wanted, out=tmp_path)
    assert one.to_json() == two.to_json()
    assert everything(tmp_path) == held


def test_another_treatment_takes_another_folder(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged += ["did not help"] * 2
    treat(first, findings=advice(SLOW), out=tmp_path)
    again = treat(first, findings=advice({"batch": 8}), out=tmp_path)
    assert again.trials[0].run == tmp_path / "run-treated-2"


def test_an_interruption_keeps_what_is_done(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    wanted = advice({"batch": 8}, SLOW)
    judged += ["did not help"]
    with pytest.raises(Interrupted):
        treat(first, findings=wanted, out=tmp_path, callbacks=[_pulling("run-treated-2", 5)])
    stored = first.read_json("treatment")
    assert stored is not None
    assert [trial["outcome"] for trial in stored["trials"]] == ["did not help"]
    assert stored["complete"] is False
    assert 0 < max(gb.Run.open(tmp_path / "run-treated-2").steps) < 12
    judged += ["did not help", "helped"]
    treatment = treat(first, findings=wanted, out=tmp_path)
    assert treatment.complete
    assert weights(treatment.best) == weights(small(tmp_path / "theirs", **SLOW))


def test_what_helped_is_built_upon(first: gb.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Outcome] = ["helped", "made it worse", "helped"]
    found = [advice({"batch": 8}), Findings(())]
    monkeypatch.setattr(usual, "last_resort", lambda *given: [])
    monkeypatch.setattr(course.Course, "_judged", lambda self, planned, run: (said.pop(0), "", None))
    monkeypatch.setattr(course, "findings_of", lambda *given, **options: found.pop(0))
    treatment = treat(first, findings=advice(SLOW, {"n_critic": 2}), out=tmp_path)
    configs = [gb.Run.open(trial.run).document["config"] for trial in treatment.trials if trial.run]
    told = [(each["batch"], each["n_critic"], each["critic"]["learning_rate"]) for each in configs]
    assert told == [(16, 1, 1e-5), (8, 1, 1e-5), (16, 2, 1e-5)]
    assert treatment.best == treatment.trials[2].run
    assert [trial.found for trial in treatment.trials] == [("learning-rate-high",), None, ()]


def test_what_is_closer_for_sure_is_gone_on_with(
    first: gb.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["A", "can't tell", "B"]
    found = [advice({"n_critic": 2})]
    monkeypatch.setattr(usual, "last_resort", lambda *given: [])
    monkeypatch.setattr(course.Course, "_judged", lambda self, planned, run: ("can't tell", "", _said(said.pop(0))))
    monkeypatch.setattr(course, "findings_of", lambda *given, **options: found.pop(0))
    treatment = treat(first, findings=advice(SLOW, {"batch": 8}), out=tmp_path)
    configs = [gb.Run.open(trial.run).document["config"] for trial in treatment.trials if trial.run]
    told = [(each["batch"], each["n_critic"], each["critic"]["learning_rate"]) for each in configs]
    assert told == [(16, 1, 1e-5), (16, 2, 1e-5), (8, 1, 1e-5)]
    assert treatment.best == treatment.trials[0].run
    assert (treatment.outcome, treatment.helped) == ("can't tell", False)
    assert "go on with" in str(treatment)


@pytest.mark.parametrize(("most", "batches"), [(1, [8]), (2, [8, 64]), (3, [8, 4, 64]), (4, [8, 4, 2, 64])])
def test_the_last_of_several_trainings_is_the_last_resort(
    first: gb.Run,
    judged: list[Outcome],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    batches: list[int],
) -> None:
    judged += ["did not help"] * most
    resort = candidates(advice({"batch": 64}))
    monkeypatch.setattr(usual, "last_resort", lambda *given: resort)
    treatment = treat(first, findings=advice({"batch": 8}, {"batch": 4}, {"batch": 2}), out=tmp_path, most=most)
    assert [trial.candidate.change["batch"] for trial in treatment.trials] == batches


def test_only_what_comes_about_is_treated_from_a_checkpoint() -> None:
    set_ = Finding("penalty-too-small", "found", change={"batch": 1}, since=40)
    came = Finding("oscillation", "found", change={"batch": 2}, since=40)
    assert [each.since for each in candidates(Findings([set_, came]))] == [None, 40]


def test_a_treatment_asks_for_the_sizes_of_networks(tmp_path: Path) -> None:
    run = small(tmp_path / "run", generator={"channels": 1, "layers": 1})
    plain = gb.checkup(run)
    assert "generator-too-small" not in [finding.cause for finding in plain.found]
    found = course.findings_of(run, gb.sources.open("toy:ring"), Parts(), seed=0, progress=lambda *said: None)
    change = next(each.change for each in found.found if each.cause == "generator-too-small")
    assert change is not None
    assert change["generator.channels"] >= 4


def test_it_ends_with_the_first_that_leaves_nothing(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged += ["helped"]
    treatment = treat(first, findings=advice(SLOW, {"batch": 8}), out=tmp_path)
    assert len(treatment.trials) == 1
    assert treatment.helped


def test_at_most_so_many_are_trained_and_none_twice(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged += ["did not help"] * 2
    changes = ({"batch": 16}, {"batch": 8}, {"batch": 8, "n_critic": 1}, SLOW, {"n_critic": 3})
    treatment = treat(first, findings=advice(*changes), out=tmp_path, most=2)
    assert [dict(trial.candidate.change) for trial in treatment.trials] == [{"batch": 8}, SLOW]


def test_what_cannot_be_trained_is_said_and_stepped_over(first: gb.Run, judged: list[Outcome], tmp_path: Path) -> None:
    judged += ["did not help"]
    changes: list[dict[str, Any]] = [{"batsh": 8}, {"files.exclude": ["a.wav"]}, {"critic.optimizer": "sgdd"}, SLOW]
    treatment = treat(first, findings=advice(*changes), out=tmp_path)
    assert [trial.outcome for trial in treatment.trials] == ["not tried"] * 3 + ["did not help"]
    for trial, word in zip(treatment.trials, ("batsh", "folder", "sgdd"), strict=False):
        assert word in trial.reason


def test_without_a_change_nothing_is_tried(first: gb.Run, tmp_path: Path) -> None:
    treatment = treat(first, findings=advice(None, None), out=tmp_path)
    assert (treatment.outcome, treatment.best) == ("not tried", first.path)
    assert "No setting mends: learning-rate-high, learning-rate-low." in str(treatment)
    assert not list(tmp_path.iterdir())


def test_a_run_that_was_cut_short_is_held_against_as_many_steps(judged: list[Outcome], tmp_path: Path) -> None:
    cut = _stopped_at(tmp_path / "cut", 7)
    judged.append("helped")
    trial = treat(cut, findings=advice(SLOW), source=gb.sources.open("toy:ring")).trials[0]
    assert trial.run is not None
    run = gb.Run.open(trial.run)
    assert (max(run.steps), run.document["config"]["steps"]) == (7, 12)


def test_a_run_without_a_checkpoint_is_refused(first: gb.Run, tmp_path: Path) -> None:
    empty = gb.Run.create(tmp_path / "empty", first.document)
    with pytest.raises(gb.UserError, match="no checkpoint"):
        treat(empty, findings=advice(SLOW))


def test_a_network_of_ones_own_has_to_be_given_and_stays_as_it_is(judged: list[Outcome], tmp_path: Path) -> None:
    judged.append("did not help")
    run = gb.fit("toy:ring", out=tmp_path / "run", critic=_critic(), steps=2, batch=8, threads=1)
    refused = treat(run, findings=advice({"batch": 4})).trials[0]
    assert (refused.outcome, refused.run) == ("not tried", None)
    assert "its critic is one of your own" in refused.reason
    own = _critic()
    treated = treat(run, findings=advice({"batch": 4}), parts=Parts(critic=own)).trials[0]
    assert treated.run is not None
    theirs = gb.fit("toy:ring", out=tmp_path / "theirs", critic=_critic(), steps=2, batch=4, threads=1)
    assert weights(treated.run) == weights(theirs)
    assert all((value == _critic().state_dict()[name]).all() for name, value in own.state_dict().items())


def _said(verdict: Any) -> Comparison:
    """A comparison that says so, whatever it is of."""
    one = Estimate(1.0, 0.9, 1.1)
    return Comparison(verdict, one, one, one)


def _distance(run: gb.Run) -> Estimate:
    return Estimate.from_json((run.read_json("quality") or {})["figures"]["distance"])


def _critic() -> nn.Module:
    """The same every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))


def _stopped_at(path: Path, step: int) -> gb.Run:
    """A run that somebody interrupted."""
    with pytest.raises(Interrupted):
        small(path, callbacks=[_pulling(path.name, step)])
    return gb.Run.open(path)


def _pulling(name: str, step: int) -> Any:
    """A callback that interrupts the run of that name at a step, as Ctrl-C would."""
    names: list[str] = []

    def pull(event: Any) -> Request | None:
        if isinstance(event, Started):
            names.append(event.path.name)
        if isinstance(event, StepDone) and event.step == step and names[-1] == name:
            os.kill(os.getpid(), signal.SIGINT)
        return None

    return pull


def test_the_usual_settings_are_the_last_resort(first: gb.Run, tmp_path: Path) -> None:
    ring, odd = gb.sources.open("toy:ring"), tmp_path / "odd"
    run = small(odd, objective="wgan", **{"critic.learning_rate": 0.1})
    last = usual.last_resort(run, ring.kind, advice({"n_critic": 2}), Parts())[0]
    assert last.change["objective"] == "relativistic"
    assert {"steps", "seed", "generator.channels", "threads"}.isdisjoint(last.change)
    plan = planning.plan(run, ring, last.change, None, lambda *said: None)
    assert plan is not None
    usually = settings.resolve("points").model_dump()
    for key in ("objective", "constraint", "constraint_strength", "n_critic", "batch", "ema"):
        assert plan.config.model_dump()[key] == usually[key]
    assert plan.config.critic.learning_rate == usually["critic"]["learning_rate"]
    assert not usual.last_resort(run, ring.kind, advice(None), Parts())
    assert not usual.last_resort(run, ring.kind, advice({"n_critic": 2}), Parts(objective=NonSaturating()))


def test_findings_lead_in_their_order() -> None:
    findings = Findings(
        [
            Finding("learning-rate-high", "found", change={"batch": 1}, consequences=("divergence",)),
            Finding("divergence", "found", change={"batch": 2}),
            Finding("n-critic-low", "found", change={"batch": 3}),
            Finding("dead-units", "suspect", change={"batch": 4}),
            Finding("oscillation", "suspect", change={"batch": 3}),
            Finding("momentum-high", "fine"),
        ]
    )
    assert [each.change["batch"] for each in candidates(findings)] == [1, 3, 2, 4]


def test_files_are_left_out_together_but_not_for_what_only_follows() -> None:
    findings = Findings(
        [
            Finding("clipped", "found", change={"files.exclude": ["a", "b"]}),
            Finding("near-duplicates", "found", change={"files.exclude": ["b", "c"]}, consequences=("split-leak",)),
            Finding("split-leak", "found", change={"files.exclude": ["d"]}),
            Finding("noisy", "suspect", change={"files.exclude": ["e"]}),
        ]
    )
    assert [each.change["files.exclude"] for each in candidates(findings)] == [["a", "b", "c"], ["d"], ["e"]]
