"""Studies that lie beside a training, as evidence: what they answered, read from their folders as plain data.

A study's folder has an ``answer.json`` and a ``plan.json``, both sealed; of these are read:

- ``kind``: "data" or "capacity"; a study of another kind says nothing here;
- ``verdict`` and ``sentence``; ``evidence``: numbers by name, an interval as ``{"estimate": {"value", "low", …}}``;
- of "capacity": the first of ``grids``, one row a setting: its dotted name, what it is at present, the verdict on it,
  the gain of the best larger one; and ``change``, the settings that are recommended;
- the plan's ``cells``, each with ``settings``, of which ``data.fingerprint`` says what was learned from.

They become the probes ``data_study`` (``verdict``, ``said``, ``gain``, ``counts``) and ``capacity_study`` (``said``;
``sizes``: by setting ``present``, ``verdict``, ``gain``; ``change``). ``gain`` is ``[value, low, high]`` or None,
``counts`` the gain that counts.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ganbaru.checkup.evidence import Evidence
from ganbaru.errors import UserError
from ganbaru.runs import Run
from ganbaru.runs.durable import shown
from ganbaru.runs.folders import damaged, read_bytes
from ganbaru.runs.seal import Broken, open_json

BESIDE = "studies"
"""Where in a run's folder its studies lie."""
_SCHEMA = "ganbaru.answer/1"
_ANSWER, _PLAN = "answer.json", "plan.json"


def with_studies(evidence: Evidence, folders: Iterable[str | os.PathLike[str]], run: Run | None = None) -> Evidence:
    """The evidence with what these studies answered, and those in the run's own folder.

    Args:
        evidence: of the training.
        folders: of studies; the last of a kind counts.
        run: the training, whose data must be those of the study.

    Raises:
        UserError: a folder that was named is no study, has no answer, is damaged, or is of other data.
    """
    for folder in beside(run):
        evidence = _with_beside(evidence, folder, run)
    for named in folders:
        evidence = evidence.with_(probes=_probes(Path(named), run))
    return evidence


def beside(run: Run | None) -> list[Path]:
    """The studies in a run's own folder."""
    if run is None or not (run.path / BESIDE).is_dir():
        return []
    return sorted(path.parent for path in (run.path / BESIDE).glob(f"*/{_ANSWER}"))


def _with_beside(evidence: Evidence, folder: Path, run: Run | None) -> Evidence:
    """The same; what cannot be used is said and does not stop the checkup."""
    try:
        return evidence.with_(probes=_probes(folder, run))
    except UserError as error:
        return evidence.with_(missing={"data_study": str(error), "capacity_study": str(error)})


def _probes(folder: Path, run: Run | None) -> dict[str, Any]:
    answer = _document(folder, _ANSWER)
    if answer.get("schema") != _SCHEMA:
        raise UserError(f"{shown(folder / _ANSWER)} is no answer of a study", hint="name the folder of a study")
    read = {"data": _of_data, "capacity": _of_capacity}.get(str(answer.get("kind")))
    if read is None:
        return {}
    _same_data(folder, run)
    try:
        return {f"{answer['kind']}_study": {**read(answer), "folder": str(folder), "said": answer["sentence"]}}
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise damaged(folder / _ANSWER, f"it lacks {error}", hint="run the study again: it is made anew") from error


def _of_data(answer: Mapping[str, Any]) -> dict[str, Any]:
    evidence = answer["evidence"]
    gain = _interval(evidence.get("twice the data would bring"))
    return {"verdict": answer["verdict"], "gain": gain, "counts": float(evidence["what counts"])}


def _of_capacity(answer: Mapping[str, Any]) -> dict[str, Any]:
    sizes = {
        str(name): {"present": float(present), "verdict": verdict, "gain": _interval(gain)}
        for name, present, verdict, gain, *_ in answer["grids"][0]["rows"]
    }
    return {"sizes": sizes, "change": dict(answer["change"] or {})}


def _interval(value: Any) -> list[float] | None:
    return None if value is None else [float(value["estimate"][end]) for end in ("value", "low", "high")]


def _same_data(folder: Path, run: Run | None) -> None:
    """Raise UserError where the study learned from other data than the run."""
    if run is None:
        return
    mine = run.document.get("source", {}).get("fingerprint")
    theirs = {cell["settings"].get("data.fingerprint") for cell in _document(folder, _PLAN)["cells"]}
    if theirs != {mine}:
        hint = "study the very source that the run was trained on"
        raise UserError(f"the study in {shown(folder)} is of other data than {shown(run.path)}", hint=hint)


def _document(folder: Path, name: str) -> dict[str, Any]:
    file = folder / name
    if not file.exists():
        raise UserError(f"{shown(folder)} is no study that has answered: it has no {name}", hint="run it to its end")
    try:
        return open_json(read_bytes(file))
    except Broken as error:
        hint = "run the study again: its answer is made anew"
        raise damaged(file, "its bytes do not match the checksum in it", hint=hint) from error
