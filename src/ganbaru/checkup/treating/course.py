"""A treatment from change to change: each is trained beside the best run so far, which a closer one follows."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.examining import of_run
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.judging import judge
from ganbaru.checkup.run.facts import is_plain
from ganbaru.checkup.run.gathering import recorded
from ganbaru.checkup.run.reopened import fresh
from ganbaru.checkup.studied import with_studies
from ganbaru.checkup.treating import beside, usual
from ganbaru.checkup.treating.candidates import Candidate, candidates
from ganbaru.checkup.treating.comparing import Judge, Outcome, beats_untrained, loaded, outcome
from ganbaru.checkup.treating.planning import Plan, plan
from ganbaru.checkup.treating.treatment import Figures, Treatment, Trial
from ganbaru.distances import Comparison
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.training import Callback
from ganbaru.training.measure import from_json
from ganbaru.training.session import Parts

_log = logging.getLogger("ganbaru.checkup")
_SIZES = {"generator-too-small": "generator_by_heart", "critic-too-small": "critic_by_heart"}
"""Causes that only an experiment tells, and the experiment; it takes less time than a training in vain."""
_KEPT = "it is closer for sure, if by less than another seed may make, and is gone on with"


@dataclass
class Course:
    """Where a treatment stands.

    Attributes:
        first: the run that is treated.
        parent: where the trials lie.
        parts: networks, objective and constraint of the user's own.
        seed: of comparing.
        best: the best run so far; source: what it was trained on.
        found: what was found in ``first``.
        waiting: what is still to be tried, before the last resort.
        trials: what was.
        well: nothing is found in ``best``; at_last: the last resort was asked for.
    """

    first: Run
    parent: Path
    parts: Parts
    seed: int
    callbacks: tuple[Callback, ...]
    progress: Progress
    best: Run
    source: Source
    found: Findings = field(default_factory=lambda: Findings(()))
    waiting: list[Candidate] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    well: bool = False
    at_last: bool = False

    def run(self, most: int) -> None:
        """Tries one change after another, until one helped and left nothing to be found, or so many were trained.

        The last of several trainings is kept for the last resort.
        """
        while not self.well and (left := most - sum(trial.run is not None for trial in self.trials)) > 0:
            candidate = self._next(is_last=left == 1 < most)
            if candidate is None:
                return
            try:
                planned = plan(self.best, self.source, candidate.change, candidate.since, self.progress)
                if planned is not None and self._is_new(planned):
                    self.trials.append(self._tried(candidate, planned))
            except UserError as error:
                self.trials.append(Trial(candidate, self.best.path, "not tried", reason=str(error.args[0])))

    def _next(self, *, is_last: bool) -> Candidate | None:
        """What to try next; None where nothing is left."""
        if not self.at_last and (is_last or not self.waiting):
            self.at_last = True
            resort = usual.last_resort(self.best, self.source.kind, self.found, self.parts)
            if resort:
                return resort[0]
        return self.waiting.pop(0) if self.waiting else None

    def treatment(self, unmended: Iterable[str], *, complete: bool) -> Treatment:
        """What came of it so far."""
        return Treatment(self.first.path, tuple(self.trials), self.best.path, tuple(unmended), complete)

    def _is_new(self, planned: Plan) -> bool:
        """Whether these settings with these data were not tried yet."""
        key = json.dumps([planned.config.document(), planned.source.fingerprint], sort_keys=True)
        new = key not in self.tried
        self.tried.add(key)
        return new

    def _tried(self, candidate: Candidate, planned: Plan) -> Trial:
        """Trains it and says whether it helped; where it is closer for sure, the next change is tried on top of it."""
        path = beside.place(self.parent, self.first.path.resolve().name, planned)
        _log.info("trying %s in %s", dict(candidate.change), path)
        run = beside.train(planned, path, self.parts, self.callbacks, self.progress)
        said, reason, comparison = self._judged(planned, run)
        trial = Trial(
            candidate,
            self.best.path,
            said,
            run=run.path,
            start=planned.start,
            reason=reason,
            comparison=comparison,
            figures=_figures(self.best, run),
        )
        closer = comparison is not None and comparison.verdict == "A"
        return self._taken(trial, run, planned.source) if closer or said == "helped" else trial

    def _judged(self, planned: Plan, run: Run) -> tuple[Outcome, str, Comparison | None]:
        """Whether it helped, why, and the comparison that says so."""
        before, after = beside.stopped(self.best), beside.stopped(run)
        if after:
            return ("did not help" if before else "made it worse"), after, None
        assessor = Judge(planned.source, self.source, seed=self.seed)
        treated = loaded(run, self.parts)
        if not before:
            found = assessor.compare(treated, loaded(self.best, self.parts))
            said = outcome(found)
            return said, _KEPT if found.verdict == "A" and said != "helped" else "", found
        found = assessor.compare(treated, fresh(run, self.parts).trained())
        said = beats_untrained(found)
        return said, f"before, {before}; now it went through, and is held against its untrained self", found

    def _taken(self, trial: Trial, run: Run, source: Source) -> Trial:
        """Goes on from a run that is better: what is found in it is tried first."""
        self.best, self.source = run, source
        findings = findings_of(run, source, self.parts, seed=self.seed, progress=self.progress, keep=True)
        rest = [replace(each, since=None) for each in self.waiting]
        self.waiting = [*candidates(findings), *rest]
        self.well = not findings.found
        return replace(trial, found=tuple(finding.cause for finding in findings.found))


def findings_of(
    run: Run, source: Source, parts: Parts, *, seed: int, progress: Progress, keep: bool = False
) -> Findings:
    """The findings of a checkup: those that it has, if they are of its end, else those of a checkup now.

    Sizes of networks are asked for as well: where nothing else is wrong, they are.

    Args:
        run: the run.
        source: what it was trained on.
        parts: what is the user's own in it.
        seed: of everything random in a checkup.
        progress: is told how far it is.
        keep: store what is found in the run.
    """
    stored = _stored(run)
    if stored is not None:
        return _sized(stored, run, source, parts, seed, progress)
    evidence = of_run(run, source=source, parts=parts, active=False, progress=progress, seed=seed)
    evidence = _with_sizes(with_studies(evidence, (), run), run, source, parts, seed, progress)
    findings = judge(evidence)
    if keep:
        run.write_json("findings", findings.to_json())
    return findings


def _with_sizes(evidence: Evidence, run: Run, source: Source, parts: Parts, seed: int, progress: Progress) -> Evidence:
    """The evidence with what tells whether a network is too small."""
    from ganbaru.checkup.probes import probe

    if is_plain(run.document):
        return evidence
    names = tuple(_SIZES.values())
    tried = probe(run, names=names, source=source, parts=parts, seed=seed, progress=progress)
    return evidence.with_(probes=tried.probes, missing=tried.missing)


def _sized(findings: Findings, run: Run, source: Source, parts: Parts, seed: int, progress: Progress) -> Findings:
    """Findings with those about the sizes of networks, where they lack them; what these explain follows from them."""
    if any(each.cause in _SIZES and each.verdict != "not-checked" for each in findings):
        return findings
    evidence = _with_sizes(recorded(run), run, source, parts, seed, progress)
    found, sizes = {each.cause for each in findings.found}, []
    for cause in (cause for cause in CAUSES if cause.slug in _SIZES):
        size = cause.examine(evidence)
        sizes.append(replace(size, consequences=tuple(sorted(found & set(cause.explains))) if size else ()))
    return Findings([*(each for each in findings if each.cause not in _SIZES), *sizes], subject=findings.subject)


def _stored(run: Run) -> Findings | None:
    """The findings that a run has; None where there are none, or where they are older than its last record."""
    file = run.path / "findings.json"
    try:
        document = run.read_json("findings")
        if document is None or file.stat().st_mtime_ns < run.metrics.path.stat().st_mtime_ns:
            return None
        findings = Findings.from_json(document)
    except (UserError, OSError):
        return None
    only_stopped = [finding.cause for finding in findings] == ["non-finite"]  # the loop's own note, no checkup
    return None if only_stopped else findings


def _figures(before: Run, after: Run) -> Figures:
    """The figures of quality that both runs have."""
    old, new = (from_json((run.read_json("quality") or {}).get("figures", {})) for run in (before, after))
    return {name: (old[name], new[name]) for name in old if name in new}
