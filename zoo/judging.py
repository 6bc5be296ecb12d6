"""Cached evidence judged: what leads, what is found, since when; and the shares with their intervals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.series import Series
from ganbaru.distances import proportion
from zoo.collect import Record
from zoo.makers.looping import SHARES
from zoo.specimen import Specimen


@dataclass(frozen=True)
class Verdict:
    """A specimen and what was said of it.

    Attributes:
        specimen: the specimen.
        leading: the leading finding; None where nothing was found.
        found: all causes that were found.
        suspected: all that were suspected.
        early: share of the budget after which the planted cause was first found; None: never.
    """

    specimen: Specimen
    leading: str | None
    found: tuple[str, ...]
    suspected: tuple[str, ...]
    early: float | None = None

    @property
    def leads(self) -> bool:
        """Whether the planted cause leads."""
        return self.leading == self.specimen.cause

    @property
    def among(self) -> bool:
        """Whether the planted cause is among those found."""
        return self.specimen.cause in self.found


def truncated(evidence: Evidence, step: int, early: Mapping[int, Mapping[str, Any]] | None = None) -> Evidence:
    """What was known at a step: the series up to it, and the probes that had been made by then.

    Args:
        evidence: of the whole training.
        step: where it is cut.
        early: what had been probed by some steps; without it, only probes that say their step are kept.
    """
    series = {
        name: Series(each.steps[each.steps <= step], each.values[each.steps <= step])
        for name, each in evidence.series.items()
    }
    probes = {
        name: probe
        for name, probe in evidence.probes.items()
        if isinstance(probe, dict) and isinstance(probe.get("step"), int | float) and probe["step"] <= step
    }
    noted = [each for each in early or () if each <= step]
    if early and noted:
        probes |= early[max(noted)]
    facts = {**evidence.facts, "step": min(step, evidence.facts.get("step", step))}
    kept = {name: each for name, each in series.items() if len(each)}
    return Evidence(evidence.subject, facts, kept, probes, evidence.missing)


def verdict(specimen: Specimen, record: Record, *, early: bool = True) -> Verdict:
    """Judges one record; with ``early``, the prefixes of a fault's evidence too."""
    assert record.evidence is not None
    findings = judge(record.evidence)
    found = tuple(finding.cause for finding in findings.found)
    suspected = tuple(finding.cause for finding in findings if finding.verdict == "suspect")
    leading = None if findings.leading is None else findings.leading.cause
    first = _first(specimen.cause, record) if early and specimen.cause in found else None
    return Verdict(specimen, leading, found, suspected, first)


def _first(cause: str | None, record: Record) -> float | None:
    """The first share of the budget at which a cause is found; None where there are no steps."""
    evidence = record.evidence
    assert evidence is not None
    last = max((int(each.steps[-1]) for each in evidence.series.values() if len(each)), default=0)
    budget = max(last, int(evidence.facts.get("steps") or 0))
    if budget == 0:
        return None
    for share in SHARES:
        if any(
            finding.cause == cause
            for finding in judge(truncated(evidence, max(1, int(share * budget)), record.early)).found
        ):
            return share
    return 1.0


def harm(truth: dict[str, float], of_twin: dict[str, float]) -> float | None:
    """How many times worse than its twin a fault ended; None where neither was measured.

    Distances and losses count from their floor, and a mode that is lost counts as a distance of one spread.
    """
    if "distance" in truth and "distance" in of_twin:
        floor = of_twin.get("floor", 0.0)
        worse, well = (max(each["distance"] - floor, 0.0) for each in (truth, of_twin))
        ratio = (worse + floor) / (well + floor + 1e-9)
        if of_twin.get("modes") and "modes" in truth:
            ratio = max(ratio, of_twin["modes"] / max(truth["modes"], 0.5))
        return ratio
    if "right" in truth and "right" in of_twin:
        return (1.01 - truth["right"]) / (1.01 - of_twin["right"])
    if "loss" in truth and "loss" in of_twin:
        return truth["loss"] / of_twin["loss"]
    return None


HARM = 1.3
"""Times as far from the truth as its twin, from which a fault that no code proves is one."""
_LEARNED, _NEAR, _RIGHT = 0.6, 0.4, 0.9


def learned(truth: dict[str, float]) -> bool:
    """Whether a healthy training truly learned, as far as that was measured.

    Its distance must have fallen below 0.6 of what it was untrained, or, where that is not known, below 0.4 of the
    spread of the data; of the modes 85 % must be covered, of the answers 90 % be right.
    """
    limit = _LEARNED * truth["untrained"] if "untrained" in truth else _NEAR
    near = truth.get("distance", 0.0) <= limit
    return near and truth.get("modes", 1.0) >= 0.85 * truth.get("of", 0.0) and truth.get("right", 1.0) >= _RIGHT


def counted(specimen: Specimen, truth: dict[str, float], of_twin: dict[str, float] | None) -> bool:
    """Whether a specimen is what it is said to be: a fault that does harm or is one by its code, or truly healthy."""
    if specimen.cause is None:
        return learned(truth)
    ratio = None if of_twin is None else harm(truth, of_twin)
    return specimen.by_code or ratio is None or ratio >= HARM


@dataclass(frozen=True)
class Share:
    """So many of so many, with Wilson's 95 % interval (Wilson 1927)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """NaN of none."""
        return self.count / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        if not self.of:
            return 0.0, 1.0
        estimate = proportion(self.count, self.of)
        return estimate.low, estimate.high

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count}/{self.of} = {self.value:.1%} [{low:.1%}, {high:.1%}]" if self.of else "none"


def share(verdicts: Iterable[Verdict], holds: Callable[[Verdict], bool]) -> Share:
    """Of how many it holds."""
    answers = [holds(each) for each in verdicts]
    return Share(sum(answers), len(answers))


@dataclass(frozen=True)
class Figures:
    """The figures of a set of verdicts.

    Attributes:
        leading: faults whose planted cause leads; among: is found at all.
        precision: leading findings that are the planted cause, of all leading findings, of healthy specimens too.
        alarms: healthy specimens in which anything was found.
        early: median share of the budget at the first right "found"; NaN where there is none.
    """

    leading: Share
    among: Share
    precision: Share
    alarms: Share
    early: float


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Of faults and healthy ones together."""
    faults = [each for each in verdicts if each.specimen.cause is not None]
    healthy = [each for each in verdicts if each.specimen.cause is None]
    led = [each for each in verdicts if each.leading is not None]
    firsts = [each.early for each in faults if each.early is not None]
    return Figures(
        share(faults, lambda each: each.leads),
        share(faults, lambda each: each.among),
        share(led, lambda each: each.specimen.cause is not None and each.leads),
        share(healthy, lambda each: bool(each.found)),
        median(firsts) if firsts else float("nan"),
    )


FAMILIES: dict[str, Callable[[Specimen], str]] = {
    "objective": lambda specimen: specimen.objective,
    "representation": lambda specimen: specimen.representation,
    "world": lambda specimen: specimen.world.partition("?")[0],
}
"""By what specimens are left out together."""


def families(verdicts: Sequence[Verdict], kind: str) -> dict[str, tuple[Figures, Figures]]:
    """For each member of a family: its own figures, and those of all others of which it was left out."""
    of = FAMILIES[kind]
    members = sorted({of(each.specimen) for each in verdicts} - {""})
    return {
        member: (
            figures([each for each in verdicts if of(each.specimen) == member]),
            figures([each for each in verdicts if of(each.specimen) != member]),
        )
        for member in members
    }
