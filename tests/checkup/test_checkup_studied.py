"""A study beside a training counts as evidence: what it answered decides steps 2 and 6, and only of the same data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganbaru as gb
from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.studied import with_studies
from ganbaru.errors import UserError
from ganbaru.runs import Run
from ganbaru.runs.seal import seal_json
from ganbaru.studies import kinds

_OF = {cause.slug: cause for cause in CAUSES}
DATA = np.arange(512)


def judged(evidence: Evidence, slug: str) -> Finding:
    return _OF[slug].examine(evidence)


def learning(data: Any, *, seed: int, slope: float = 0.4, noise: float = 0.003) -> float:
    return 1 - len(data) ** -slope + noise * float(np.random.default_rng([seed, len(data), 1]).normal())


def sized(data: Any, *, seed: int, **sizes: int) -> float:
    g, c = sizes["generator.channels"], sizes["critic.channels"]
    return -1 / min(g, 32) + 0.001 * float(np.random.default_rng([seed, g, c]).normal())


def data_study(out: Path, **settings: float) -> Path:
    kinds.data(learning, DATA, out=out, jobs=0, settings=settings, worthwhile=0.003)
    return out


def capacity_study(out: Path) -> Path:
    sizes = {"generator.channels": [8, 16, 32, 64], "critic.channels": [8, 16, 32]}
    present = {"generator.channels": 8, "critic.channels": 8}
    kinds.capacity(sized, DATA, out=out, jobs=0, sizes=sizes, present=present, worthwhile=0.01)
    return out


@pytest.mark.parametrize(
    ("settings", "starved", "saturated"),
    [
        ({}, "found", "fine"),
        ({"slope": 3.0, "noise": 0.001}, "fine", "found"),
        ({"noise": 0.2}, "not-checked", "not-checked"),
    ],
)
def test_what_a_study_of_data_answered_decides_step_2(
    tmp_path: Path, settings: dict[str, float], starved: str, saturated: str
) -> None:
    folder = data_study(tmp_path / "study", **settings)
    evidence = with_studies(Evidence(), [folder])
    found = {slug: judged(evidence, slug) for slug in ("data-starved", "data-saturated")}
    assert [each.verdict for each in found.values()] == [starved, saturated]
    sentence = kinds.answer_of(folder).sentence
    assert all(sentence in each.reason for each in found.values())
    assert all(each.evidence["gain_low"] <= each.evidence["gain_high"] for each in found.values())
    assert Evidence.from_json(evidence.to_json()) == evidence


def test_what_a_study_of_capacity_answered_decides_step_6(tmp_path: Path) -> None:
    evidence = with_studies(Evidence(), [capacity_study(tmp_path / "study")])
    generator, critic = (judged(evidence, f"{name}-too-small") for name in ("generator", "critic"))
    assert generator.verdict == "found"
    assert generator.change == {"generator.channels": 32}
    assert generator.evidence["channels"] == 8
    assert generator.evidence["gain_low"] > 0
    assert critic.verdict == "fine"
    assert critic.change is None


def test_what_cannot_be_learnt_by_heart_stands_against_a_study_that_says_it_is_large_enough(tmp_path: Path) -> None:
    probe = {"samples": 64, "right": 0.5, "left": 0.8, "wider_left": 0.0, "own": False, "wider": {"channels": 64}}
    alone = Evidence(probes={"critic_by_heart": probe})
    both = with_studies(alone, [capacity_study(tmp_path / "study")])
    assert judged(both, "critic-too-small") == judged(alone, "critic-too-small")
    assert judged(both, "critic-too-small").verdict == "found"


def test_without_a_study_nothing_is_said_and_the_command_is_named() -> None:
    assert "ganbaru study data" in judged(Evidence(), "data-starved").reason
    found = judged(Evidence(missing={"generator_by_heart": "it takes minutes"}), "generator-too-small")
    assert (found.verdict, found.reason) == ("not-checked", "it takes minutes")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    tiny = {"channels": 8, "layers": 2}
    out = tmp_path_factory.mktemp("run") / "run"
    return gb.fit("toy:ring", out=out, steps=2, batch=16, threads=1, generator=tiny, critic=tiny)


def test_a_study_in_the_run_s_folder_is_found_and_must_be_of_its_data(run: Run, tmp_path: Path) -> None:
    place = run.path / "studies" / "more-data"
    data_study(place)
    evidence = with_studies(Evidence(), [], run)
    assert "data_study" not in evidence.probes
    assert "is of other data than" in evidence.missing["data_study"]
    with pytest.raises(UserError, match="is of other data than"):
        with_studies(Evidence(), [place], run)
    _belongs(place, run)
    assert with_studies(Evidence(), [], run).probes["data_study"]["verdict"] == "still rising"


def _belongs(study: Path, run: Run) -> None:
    """Rewrite the plan as if the study had been of the run's data."""
    cell = {"name": "all", "settings": {"data.fingerprint": run.document["source"]["fingerprint"]}}
    (study / "plan.json").write_bytes(seal_json({"cells": [cell]}))


def test_the_public_door_takes_studies(run: Run, tmp_path: Path) -> None:
    study = capacity_study(tmp_path / "study")
    _belongs(study, run)
    causes = ["generator-too-small", "critic-too-small"]
    found = gb.checkup(run, causes=causes, studies=[study])
    assert {each.cause: each.verdict for each in found} == {"generator-too-small": "found", "critic-too-small": "fine"}
    assert {each.verdict for each in gb.checkup(run, causes=causes)} == {"not-checked"}


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("nothing", "is no study that has answered: it has no answer.json"),
        ("torn", "answer.json is damaged: its bytes do not match"),
        ("other", "is no answer of a study"),
        ("hollow", "answer.json is damaged: it lacks 'verdict'"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, harm: str, said: str) -> None:
    documents = {
        "torn": b"{}",
        "other": seal_json({"schema": "ganbaru.quality/1"}),
        "hollow": seal_json({"schema": "ganbaru.answer/1", "kind": "data", "evidence": {"what counts": 1.0}}),
    }
    if harm in documents:
        (tmp_path / "answer.json").write_bytes(documents[harm])
    with pytest.raises(UserError, match=said):
        with_studies(Evidence(), [tmp_path])


def test_a_study_of_another_kind_says_nothing_here(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_bytes(seal_json({"schema": "ganbaru.answer/1", "kind": "vanishing"}))
    assert with_studies(Evidence(), [tmp_path]) == Evidence()
