"""A kind of study goes on where it stands, says what it is, and answers the same whenever it is asked."""

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganbaru.studies.kinds.data
from ganbaru.errors import UserError
from ganbaru.studies import Live, Plan, Results, extend_study, kinds, results, run_study
from ganbaru.studies.answer import Answer, read_answer
from ganbaru.studies.kinds import frame
from ganbaru.training.settings import from_assignment

DATA = list(range(64))
CALLS: list[int] = []


def rising(data: Any, *, seed: int, slope: float = 1.0) -> float:
    CALLS.append(len(data))
    return slope * float(np.log2(len(data))) + 0.1 * np.random.default_rng([seed, len(data)]).normal()


def falling_over(data: Any, *, seed: int) -> dict[str, Any]:
    if len(data) == 8 and seed == 1:
        raise ValueError("no good")
    return {"score": float("nan") if len(data) == 4 and seed == 0 else float(len(data)), "collapsed": len(data) == 64}


def test_asked_for_again_nothing_is_run_and_the_answer_is_the_same(tmp_path: Path) -> None:
    CALLS.clear()
    first = kinds.data(rising, DATA, out=tmp_path, jobs=0)
    done = len(CALLS)
    assert done == 5 * 6
    assert kinds.data(rising, DATA, out=tmp_path, jobs=0).to_json() == first.to_json()
    assert len(CALLS) == done
    (tmp_path / "answer.json").unlink()
    assert kinds.answer_of(tmp_path).to_json() == first.to_json() == read_answer(tmp_path).to_json()
    assert first.verdict == "still rising"
    assert first.folder == str(tmp_path)


def test_other_data_settings_or_seeds_are_another_study(tmp_path: Path) -> None:
    kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3))
    for data, more in ((DATA[::-1], {}), (DATA, {"settings": {"slope": 2.0}}), (DATA, {"seeds": range(4)})):
        with pytest.raises(UserError, match="holds another plan"):
            kinds.data(rising, data, out=tmp_path, jobs=0, **{"seeds": range(3), **more})
    with pytest.raises(UserError, match="holds another plan"):
        kinds.capacity(rising, DATA, out=tmp_path, jobs=0, sizes={"slope": [1, 2]}, present={"slope": 1})


def test_seeds_that_come_later_are_judged_with_the_first_and_said(tmp_path: Path) -> None:
    kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3))
    extend_study(tmp_path, why="the interval was too wide", seeds=[3, 4])
    assert any("10 of 25 trials are not run yet" in note for note in kinds.answer_of(tmp_path).notes)
    answer = kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3))
    could_see = "extended after 15 trials were done, so whoever asked could have seen them"
    assert f"{could_see}: the interval was too wide" in answer.notes
    assert "5 seeds" in answer.sentence


def test_a_study_that_was_stopped_goes_on_and_its_folder_says_what_it_is(tmp_path: Path) -> None:
    CALLS.clear()
    with pytest.raises(KeyboardInterrupt):
        kinds.data(_stopping, DATA, out=tmp_path, jobs=0, seeds=range(3))
    assert frame.about(tmp_path)[0] == "data"
    assert kinds.answer_of(tmp_path).verdict == "can't tell"
    before = results(tmp_path).done.sum()
    assert 0 < before < 15
    with pytest.raises(KeyboardInterrupt):
        kinds.data(_stopping, DATA, out=tmp_path, jobs=0, seeds=range(3))
    assert results(tmp_path).done.sum() > before


def _stopping(data: Any, *, seed: int) -> float:
    CALLS.append(len(data))
    if len(CALLS) % 4 == 0:
        raise KeyboardInterrupt
    return float(len(data))


def test_what_failed_and_what_collapsed_is_said_and_counted(tmp_path: Path) -> None:
    answer = kinds.data(falling_over, DATA, out=tmp_path, jobs=0, seeds=range(3), retries=0)
    assert "4 of 14 runs collapsed and count as the worst score" in answer.notes
    assert any(note.startswith("1 of 15 trials failed: 8, seed 1: ValueError: no good") for note in answer.notes)
    scores, collapsed = frame.outcomes(results(tmp_path))
    assert collapsed.sum() == 4
    assert np.isnan(scores).sum() == 2
    assert answer.best == ("64", 0)
    assert answer.worst == ("4", 1)
    again = kinds.data(falling_over, DATA, out=tmp_path, jobs=0, seeds=range(3), retries=0, rerun_failed=True)
    assert again.notes == answer.notes
    assert results(tmp_path).trials["8", 1].attempt == 2


def test_nothing_to_judge_has_no_best_and_no_worst(tmp_path: Path) -> None:
    answer = kinds.data(lambda data: float("nan"), DATA, out=tmp_path, jobs=0, seeds=range(3))
    assert (answer.best, answer.worst) == (None, None)
    assert answer.verdict != "still rising"


def test_the_room_shows_functions_and_the_files_are_still_there() -> None:
    assert callable(kinds.data)
    assert callable(kinds.answer_of)
    assert ganbaru.studies.kinds.data is kinds.data
    from ganbaru.studies.kinds.data import judge

    assert callable(judge)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = kinds.nothing
    assert set(kinds.KINDS.values()) <= set(dir(kinds))


def test_a_folder_that_no_kind_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no study"):
        kinds.answer_of(tmp_path)
    run_study(tmp_path, Plan("q", "r", {"a": {}}, (0,)), lambda settings, seed, folder: 1.0, jobs=0)
    with pytest.raises(UserError, match="does not say what kind of study it is"):
        kinds.answer_of(tmp_path)


@pytest.mark.parametrize("harm", ["cut", "edit", "strange"])
def test_what_says_the_kind_is_checked(tmp_path: Path, harm: str) -> None:
    kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3))
    file = tmp_path / frame.DOCUMENT
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-9])
    elif harm == "edit":
        file.write_bytes(file.read_bytes().replace(b"samples", b"camples"))
    else:
        frame._write_about(tmp_path, "dada", {})
    said = "unknown kind of study 'dada'.*did you mean 'data'" if harm == "strange" else "about.json is damaged"
    with pytest.raises(UserError, match=said):
        kinds.answer_of(tmp_path)
    assert kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3)).kind == "data"


def test_whoever_listens_is_told_how_far_it_is(tmp_path: Path) -> None:
    heard: list[Live] = []
    kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3), progress=heard.append)
    assert heard[-1].done == heard[-1].total == 15


def test_an_answer_is_plain_json(tmp_path: Path) -> None:
    kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3))
    said = json.loads((tmp_path / "answer.json").read_text())
    assert said["schema"] == "ganbaru.answer/1"
    assert said["kind"] == "data"


def test_what_is_recommended_can_be_typed() -> None:
    change = {"augment": ["gain"], "ema": 0.5, "shift": 3, "labels": "none", "path": "a b", "on": True}
    typed = shlex.split(Answer("data", "q", "r", "saturated", "s", change=change).assignments)
    assert typed[::2] == ["--set"] * len(change)
    assert dict(map(from_assignment, typed[1::2])) == change
    assert Answer("data", "q", "r", "saturated", "s").assignments == ""


def test_judging_is_pure(tmp_path: Path) -> None:
    from ganbaru.studies.kinds.data import judge

    kinds.data(rising, DATA, out=tmp_path, jobs=0, seeds=range(3))
    _, arguments = frame.about(tmp_path)
    found: Results = results(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert judge(found, **arguments) == judge(found, **arguments)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
