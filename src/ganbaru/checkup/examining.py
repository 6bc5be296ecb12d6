"""The public door: whatever is to be examined, its evidence is gathered and judged."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.judging import judge
from ganbaru.checkup.studied import with_studies
from ganbaru.checkup.vocabulary import MEANING
from ganbaru.errors import UserError, unknown
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run
from ganbaru.runs.run import DOCUMENT
from ganbaru.sources.naming import printable

if TYPE_CHECKING:
    from ganbaru.sources import Source
    from ganbaru.training.session import Parts

_TAKEN = "give a run's folder, a folder of sounds, or a log: TensorBoard events, CSV or JSONL"


@runtime_checkable
class Watched(Protocol):
    """What knows its own evidence: a watch."""

    def evidence(self) -> Evidence:
        """What was gathered so far."""


def checkup(
    subject: Run | str | Path | Evidence | Watched,
    *,
    causes: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    active: bool = False,
    source: "Source | None" = None,
    parts: "Parts | None" = None,
    studies: Sequence[str | os.PathLike[str]] = (),
    write: bool = True,
    progress: Progress | None = None,
    seed: int = 0,
) -> Findings:
    """Examines a training or a folder of sounds in six steps.

    Args:
        subject: a run or its folder, a folder of sounds, a log of any trainer (`checkup.logs`), a watch, or evidence.
        causes: slugs of those to look for; None looks for all.
        columns: which column of a log is what, as `checkup.logs.gather` takes it.
        active: also try what takes minutes, on a copy: the settings of a run on the ring of 8, where the answer is
            known.
        source: what a run was trained on; None opens it again.
        parts: networks, objective and constraint of your own that a run was trained with (``training.session.Parts``).
        studies: folders of studies of its data or of its networks' size: their answers are evidence, as those of the
            studies in a run's own folder ``studies``.
        write: store what was found as ``findings.json`` in a run that was examined for all causes, and the stretches of
            sound that show it as ``excerpts.json``.
        progress: is told how far it is.
        seed: of everything random in it.

    Raises:
        UserError: there is nothing to examine, or a cause is not known.
    """
    chosen = _chosen(causes)
    opened = _opened(subject)
    progress = progress or silent
    if isinstance(opened, Run):
        evidence = of_run(opened, source=source, parts=parts, active=active, progress=progress, seed=seed)
    else:
        evidence = _gather(opened, columns, progress)
    evidence = with_studies(evidence, studies, opened if isinstance(opened, Run) else None)
    judged = judge(evidence, [cause for cause in CAUSES if cause.slug in chosen])
    findings = Findings(judged, subject=evidence.subject, notes=evidence.facts.get("notes", ()))
    if write and causes is None and isinstance(opened, Run):
        from ganbaru.checkup import excerpts

        opened.write_json("findings", findings.to_json())
        opened.write_json("excerpts", excerpts.gather(findings, opened, progress))
    return findings


def of_run(
    run: Run, *, source: "Source | None", parts: "Parts | None", active: bool, progress: Progress, seed: int
) -> Evidence:
    """The evidence of a run, with that of the folder that it learned from; arguments as those of `checkup`."""
    from ganbaru.checkup.run import gather

    evidence = gather(run, source=source, parts=parts, active=active, progress=progress, seed=seed)
    return _with_sounds(evidence, run.document["source"], progress)


def _chosen(causes: Sequence[str] | None) -> frozenset[str]:
    for slug in causes or ():
        if slug not in MEANING:
            raise unknown("cause", slug, MEANING)
    return frozenset(MEANING if causes is None else causes)


def _opened(subject: Any) -> Any:
    """The subject, a run's folder as the run that it is."""
    if not isinstance(subject, str | Path):
        return subject
    path = Path(subject).expanduser()
    if not path.exists():
        raise UserError(f"{printable(path)}: there is no such file or folder", hint=_TAKEN)
    if path.name == DOCUMENT:
        path = path.parent
    return Run.open(path) if (path / DOCUMENT).exists() else path


def _gather(subject: Any, columns: Mapping[str, str] | None, progress: Progress) -> Evidence:
    if isinstance(subject, Evidence):
        return subject
    if isinstance(subject, Path):
        return _of_files(subject, columns, progress)
    if isinstance(subject, Watched):
        return subject.evidence()
    raise UserError(f"a {type(subject).__name__} cannot be examined", hint=f"{_TAKEN}, or what gb.watch gave")


def _of_files(path: Path, columns: Mapping[str, str] | None, progress: Progress) -> Evidence:
    from ganbaru.checkup import logs

    if columns is not None or logs.is_log(path):
        return logs.gather(path, columns=columns, progress=progress)
    from ganbaru.checkup import folder

    return folder.gather(path, progress=progress)


def _with_sounds(evidence: Evidence, source: Mapping[str, Any], progress: Progress) -> Evidence:
    """The evidence of a run with that of the folder that it learned from, split as it was."""
    from ganbaru.checkup import folder

    if source["kind"] == "points":
        return evidence.with_(missing={"files": "it learned from points, which are no sounds"})
    recipe = source["recipe"]
    name = str(recipe["name"])
    if not os.path.isdir(name):
        return evidence.with_(missing={"files": f"there is no folder of sounds at {printable(name)}"})
    if recipe.get("files"):
        why = f"only some of its files were taken; `ganbaru checkup {printable(shlex.quote(name))}` looks at all"
        return evidence.with_(missing={"files": why})
    seed, seconds, rate = (recipe.get(key) for key in ("seed", "seconds", "rate"))
    try:
        heard = folder.gather(name, seed=seed or 0, seconds=seconds, sample_rate=rate, progress=progress)
    except UserError as error:
        return evidence.with_(missing={"files": str(error)})
    return evidence.with_(probes=heard.probes)
