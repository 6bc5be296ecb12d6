"""What every kind of study is made of: a plan, a trial, a judge, and a folder that says which kind it is.

A kind is a file of this room, named in ``KINDS``. It has one public function of the file's name, which plans and hands
over to `conduct`, and a pure function ``judge`` from what was found to the answer::

    def depth(train, data, *, depths, out, seeds=range(6), worthwhile=None, **options: Unpack[Options]) -> Answer:
        plan = Plan("Is a deeper model better?", "…", {f"depth {d}": {"depth": d} for d in depths}, tuple(seeds))
        trial = trainee(train, data)
        return conduct("depth", out, plan, trial, {"worthwhile": worthwhile}, **options)

    def judge(results: Results, *, worthwhile: float | None) -> Answer:
        scores, collapsed = outcomes(results)
        found = judging.sweep(results.setting("depth"), scores, collapsed=collapsed, worthwhile=worthwhile)
        return answered("depth", results, verdict=found.verdict, sentence=found.said, …)

Calling the public function again on the same folder goes on where the study stands: a study that is done is only judged
anew. A study's folder gets two files more than `ganbaru.studies` says::

    about.json     the kind and what its ``judge`` is given, sealed
    answer.json    what it answers, sealed; made again by `answer_of`
"""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.runs import durable
from ganbaru.runs.durable import shown
from ganbaru.runs.folders import damaged, read_bytes
from ganbaru.runs.seal import Broken, open_json, seal_json
from ganbaru.studies.answer import Answer, write_answer
from ganbaru.studies.claiming import claimed
from ganbaru.studies.kinds import KINDS
from ganbaru.studies.performing import Trainee
from ganbaru.studies.plan import Key, Plan, agreed, refuse_occupied
from ganbaru.studies.running import run_study
from ganbaru.studies.sitting import More, Progress
from ganbaru.studies.table import Results, results

DOCUMENT = "about.json"
_SCHEMA = "ganbaru.study/1"
_NAMED = 3
"""Failed trials whose reason a note gives."""

Array = np.ndarray[Any, Any]


class Options(TypedDict, total=False):
    """How a study is run, whatever it asks; see `ganbaru.studies.run_study`.

    Attributes:
        jobs: processes at a time; 0 does everything in this one.
        rerun_failed: run the failed trials once more, too.
        retries: how often a trial that crashed is run again before it counts as failed.
        progress: told how far the study is.
        limit_seconds: a trial that is at work for longer is stopped, and counts as one that crashed.
        storage: the URL of a database by which several machines share the study.
        cluster: the address of a Ray cluster on whose nodes the trials run.
    """

    jobs: int
    rerun_failed: bool
    retries: int
    progress: Progress | None
    limit_seconds: float | None
    storage: str | None
    cluster: str | None


def conduct(
    kind: str,
    out: str | os.PathLike[str],
    plan: Plan,
    trial: Trainee,
    arguments: Mapping[str, Any],
    *,
    more: More | None = None,
    **options: Unpack[Options],
) -> Answer:
    """Run what is missing of a study, judge it, and keep the answer in its folder.

    Args:
        kind: its name.
        out: the study's folder; made if missing.
        plan: what is asked and what is run.
        trial: called as ``trial(settings, seed, folder)``.
        arguments: what ``judge`` of the kind is given beside the results: plain values.
        more: for a search; see `run_study`.
        options: see `Options`.

    Raises:
        UserError: another study lies there, another driver is at work, or no worker can start.
        Interrupted: Ctrl-C or SIGTERM; call it again to go on.
    """
    study = Path(os.path.abspath(out))
    refuse_occupied(study)
    with claimed(study):
        agreed(study, plan)
        _write_about(study, kind, arguments)
    run_study(out, plan, trial, more=more, **options)
    return answer_of(out)


def answer_of(folder: str | os.PathLike[str]) -> Answer:
    """What the study in ``folder`` answers by what is done of it, judged anew and kept there as ``answer.json``.

    Raises:
        UserError: there is no study, its files are damaged, or the answer cannot be written.
    """
    study = Path(folder)
    found = results(study)
    kind, arguments = about(study)
    answer: Answer = import_module(f"ganbaru.studies.kinds.{KINDS[kind]}").judge(found, **arguments)
    return write_answer(study, answer)


def about(folder: Path) -> tuple[str, dict[str, Any]]:
    """The kind of the study in ``folder``, and what its ``judge`` is given.

    Raises:
        UserError: nothing says so, or not what was written.
    """
    file = folder / DOCUMENT
    if not file.exists():
        hint = "it was run by gb.studies.run_study: its results are judged by whoever ran it"
        raise UserError(f"{shown(folder)} does not say what kind of study it is: it has no {DOCUMENT}", hint=hint)
    try:
        said = open_json(read_bytes(file))
        kind, arguments = str(said["kind"]), dict(said["arguments"])
    except (Broken, KeyError, TypeError, ValueError) as error:
        hint = "run the same study again: it is written anew"
        raise damaged(file, "its bytes do not match the checksum in it", hint=hint) from error
    if kind not in KINDS:
        raise unknown("kind of study", kind, KINDS)
    return kind, arguments


def answered(
    kind: str, found: Results, *, verdict: str, sentence: str, notes: Sequence[str] = (), **parts: Any
) -> Answer:
    """The answer of a kind, with what a reader must know of the trials.

    Args:
        kind: its name.
        found: what was judged.
        verdict: of the kind's closed list.
        sentence: with the numbers that support it.
        notes: of the kind's own, first.
        parts: whatever else an `Answer` has: ``evidence``, ``graphs``, ``grids``, ``change``, ``best``, ``worst``.
    """
    plan = found.plan
    return Answer(kind, plan.question, plan.rule, verdict, sentence, notes=[*notes, *trial_notes(found)], **parts)


def outcomes(found: Results) -> tuple[Array, Array]:
    """Scores ``(C, S)`` and which runs collapsed ``(C, S)``, as the functions of `judging` take them.

    Scores that are not finite are NaN.
    """
    scores = found.scores
    return np.where(np.isfinite(scores), scores, np.nan), found.collapsed


def extremes(found: Results, *, higher_is_better: bool) -> dict[str, Any]:
    """The trials with the ``best`` and the ``worst`` finite score, as an `Answer` takes them."""
    scores = found.scores if higher_is_better else -found.scores
    known = {key: score for key, score in zip(_keys(found), scores.ravel(), strict=True) if np.isfinite(score)}
    if not known:
        return {"best": None, "worst": None}
    return {"best": max(known, key=known.__getitem__), "worst": min(known, key=known.__getitem__)}


def trial_notes(found: Results) -> list[str]:
    """What became of the trials that have no score to judge, and whether the plan was extended."""
    fell = int(found.collapsed.sum())
    notes = [f"{fell} of {found.done.sum()} runs collapsed and count as the worst score"] if fell else []
    if found.failures:
        named = [f"{cell}, seed {seed}: {why}" for (cell, seed), why in list(found.failures.items())[:_NAMED]]
        more = f"; and {len(found.failures) - _NAMED} more" if len(found.failures) > _NAMED else ""
        notes.append(f"{len(found.failures)} of {len(found.trials)} trials failed: {'; '.join(named)}{more}")
    if found.missing:
        notes.append(f"{len(found.missing)} of {len(found.trials)} trials are not run yet: this is no final answer")
    notes += [extension.said for extension in found.plan.extensions if not extension.by_search]
    return notes + list(found.problems)


def _keys(found: Results) -> list[Key]:
    return [(cell, seed) for cell in found.cells for seed in found.seeds]


def _write_about(study: Path, kind: str, arguments: Mapping[str, Any]) -> None:
    try:
        data = seal_json({"schema": _SCHEMA, "kind": kind, "arguments": dict(arguments)})
        if not (study / DOCUMENT).exists() or read_bytes(study / DOCUMENT) != data:
            durable.replace_file(study / DOCUMENT, data)
    except OSError as error:
        raise UserError(f"cannot write {shown(study / DOCUMENT)}: {error}", hint="make room there") from error
