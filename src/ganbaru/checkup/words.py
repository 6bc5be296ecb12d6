"""How findings are put into words; the terminal, the page and the summaries say the same."""

import math
import shlex
from collections.abc import Iterable, Mapping, Sequence

from ganbaru.checkup.finding import Finding, Findings, Verdict
from ganbaru.checkup.vocabulary import STEPS

LIMIT, OF = "_limit", "of"
"""Endings and names of numbers that belong to another: the bound that it was held against, and how many there are."""
VERDICTS: dict[Verdict, str] = {
    "found": "found",
    "suspect": "suspected",
    "fine": "fine",
    "not-checked": "not checked",
}
"""The verdicts, for people."""

_UNITS = {"_db": "dB", "_hz": "Hz", "_s": "s"}
_SAID = {
    "apart": "distance from real {} times that of other real samples",
    "covered": "coverage {} of that by other real samples",
    "precise": "precision {} of that of other real samples",
    "spread": "spread {} of that of real samples",
    "fake_gradient": "the critic's message to a sample {}",
    "faded_to": "that message {} of its strongest",
    "separation": "mean scores {} deviations apart",
    "parted": "mean scores of a batch {} deviations apart",
    "diversity_low": "sounds differ at least {} of what real ones do, as they are heard",
    "bend": "bend of the scores {}",
    "directions": "scores rise in {} directions",
    "seen": "mean scores of a batch {} deviations apart",
    "doubt": "the critic's loss {} times that of a guess",
    "ahead": "the critic's weights move {} times as far as the generator's",
    "said": "mean scores {} apart",
    "penalty_over_said": "weighted penalty {} times the distance of the mean scores",
    "right": "real scored above generated in {} of the records",
    "wrong_sign": "generated scored above real in {} of the records",
    "way_lost_again": "lost {} of all that the loss had fallen by",
    "model_moved": "weights moved {} of their norm in all",
    "model_moved_first": "the loss fell to a thirtieth while they moved {}",
    "loss_noise": "losses of batches {} of their size apart",
    "samples_to_a_weight": "samples seen to each weight {}",
    "squares_turned": "squared distances with the wrong sign {}",
    "lipschitz": "steepness of the critic {}",
    "swing": "swing of the generated mean {}",
    "lost": "distance at the end {} times the best",
    "best": "distance at best {}",
    "end": "distance at the end {}",
}
"""Numbers whose own names do not say what they are."""
_SHARES = ("right", "wrong_sign")
"""Shares whose names do not say so."""
_FILES_NAMED = 5


def step_name(step: int) -> str:
    """What a step is about, in a word or three."""
    return STEPS[step].partition(":")[0]


def step_question(step: int) -> str:
    """What a step asks."""
    return STEPS[step].partition(": ")[2]


def of_step(findings: Iterable[Finding], step: int, *verdicts: Verdict) -> list[Finding]:
    """The findings of one step with one of these verdicts, in their order."""
    return [finding for finding in findings if finding.step == step and finding.verdict in verdicts]


def counts(findings: Iterable[Finding]) -> str:
    """How many of each verdict: ``2 found, 1 suspected, 30 fine, 20 not checked``."""
    held = [finding.verdict for finding in findings]
    said = [f"{held.count(verdict)} {word}" for verdict, word in VERDICTS.items() if verdict in held]
    return ", ".join(said) or "nothing was looked for"


def opinion(findings: Findings) -> str:
    """The checkup's outcome in one sentence."""
    leading, suspected = findings.leading, [each for each in findings if each.verdict == "suspect"]
    if leading is not None:
        return f"Mend this first: {leading.meaning}."
    if suspected:
        return f"Nothing is sure; what is suspected first: {suspected[0].meaning}."
    if any(finding.verdict == "fine" for finding in findings):
        return "Nothing was found in what could be looked at."
    return "Nothing could be looked at."


def number(name: str, value: float) -> str:
    """A measured number, by its name: shares as percentages, units spelled out.

    >>> number("clipped_share", 0.931), number("level_db", -6.0), number("files", 12.0)
    ('93.1 %', '-6 dB', '12')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else f"{'−' if value < 0 else ''}∞"
    if "share" in name or name.removesuffix(LIMIT) in _SHARES:
        return f"{100 * value:.3g} %"
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "")
    said = f"{value:,.0f}" if value == round(value) and abs(value) < 1e9 else f"{value:.3g}"
    return f"{said} {unit}".rstrip()


def label(name: str) -> str:
    """A number's name without its unit."""
    ending = next((ending for ending in _UNITS if name.endswith(ending)), "")
    return name.removesuffix(ending).replace("_", " ")


def measured(evidence: Mapping[str, float]) -> list[str]:
    """Each number that was measured, with the bound that it was held against.

    >>> measured({"flat_share": 0.0216, "flat_share_limit": 0.0005, "files": 1, "of": 91})
    ['flat share 2.16 %, 43 times the bound of 0.05 %', 'files 1 of 91']
    """
    shown = [name for name in evidence if not name.endswith(LIMIT) and name != OF]
    said = [_held(name, evidence[name], evidence.get(name + LIMIT)) for name in shown]
    return [*said[:-1], f"{said[-1]} of {number(OF, evidence[OF])}"] if OF in evidence and said else said


def where_and_when(finding: Finding) -> str:
    """The part concerned, and since which step: ``critic, since training step 1,200``; empty where neither is known."""
    since = "" if finding.since is None else f"since training step {finding.since:,}"
    return ", ".join(filter(None, (plain(finding.where), since)))


def how_sure(finding: Finding) -> str:
    """The track record of such a finding, such as ``right in 14 of 15 test cases in which it was found``."""
    if finding.verdict not in ("found", "suspect"):
        return ""
    verdict, record = VERDICTS[finding.verdict], finding.track_record
    if record is None:
        return f"not known: it was {verdict} in no test case"
    return f"{record} in which it was {verdict}"


def settings(finding: Finding) -> list[str]:
    """The change that mends it, as ``--set`` takes it."""
    return [f"{plain(key)}={_value(value)}" for key, value in (finding.change or {}).items()]


def named_files(finding: Finding) -> str:
    """The files concerned, the first few by name."""
    names = [*map(plain, finding.files[:_FILES_NAMED])]
    more = len(finding.files) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def unchecked(findings: Iterable[Finding], *, run: str = "") -> dict[str, list[Finding]]:
    """What was not checked, by the reason and by what would check it; the most frequent reason first.

    Args:
        findings: all of them.
        run: the run that was examined, to be named in commands; empty where it was none.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.verdict == "not-checked":
            reason = _reason(finding)
            named = reason.replace(" RUN", f" {plain(shlex.quote(run))}") if run else reason
            groups.setdefault(named, []).append(finding)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def leading(findings: Findings) -> list[Finding]:
    """What was found and follows from nothing else, then what is suspected: each is worth a paragraph."""
    explained = {slug for finding in findings.found for slug in finding.consequences}
    roots = [finding for finding in findings.found if finding.cause not in explained]
    return roots + [finding for finding in findings if finding.verdict == "suspect"]


def rows(finding: Finding, *, run: str = "") -> list[tuple[str, str]]:
    """A finding point by point, each with its heading; what there is nothing to say of is left out.

    Args:
        finding: the finding.
        run: the run or folder that was examined, for the command that tries the remedy; empty where it was neither.
    """
    said = [
        ("step", ", ".join(filter(None, (f"{finding.step}, {step_name(finding.step)}", where_and_when(finding))))),
        ("measured", "; ".join(measured(finding.evidence))),
        ("because" if finding else "not sure", plain(finding.reason)),
        ("how sure", how_sure(finding)),
        ("files", named_files(finding)),
        ("do", plain(finding.remedy)),
        ("sets", ", ".join(settings(finding))),
        ("try it", f"ganbaru treat {plain(shlex.quote(run))}" if run and finding.change else ""),
    ]
    return [(heading, text) for heading, text in said if text]


def consequences(finding: Finding, findings: Findings) -> list[tuple[str, str]]:
    """What follows from a finding, a row each."""
    others = [other for slug in finding.consequences if (other := findings.of(slug)) is not None]
    return [("explains", _brief(other, finding)) for other in others]


def plain(text: str) -> str:
    """Text of others as one line that moves no cursor: what cannot be printed is written as an escape."""
    return text if text.isprintable() else ascii(text)[1:-1]


def listed(causes: Sequence[Finding | str]) -> str:
    """The causes' slugs, one after another."""
    return ", ".join(cause if isinstance(cause, str) else cause.cause for cause in causes)


def _brief(finding: Finding, root: Finding) -> str:
    """A consequence in a line, without the numbers that the finding that explains it tells already."""
    new = {name: value for name, value in finding.evidence.items() if root.evidence.get(name) != value}
    numbers = "; ".join(measured(new))
    return f"{finding.cause}: {finding.meaning}{f' ({numbers})' if numbers else ''}"


def _reason(finding: Finding) -> str:
    reasons = dict.fromkeys((finding.reason or "there was nothing to judge by").split("; "))
    return ". ".join(filter(None, ("; ".join(reasons), finding.remedy)))


def _held(name: str, value: float, limit: float | None) -> str:
    said = _SAID.get(name, f"{label(name)} {{}}").format(number(name, value))
    return said if limit is None else f"{said}, {_against(value, limit)} {number(name, limit)}"


def _against(value: float, limit: float) -> str:
    if not (math.isfinite(value) and math.isfinite(limit)):
        return "held against"
    if value > 0 and limit > 0 and (ratio := max(value / limit, limit / value)) >= 2:
        times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"
        return f"{times} times the bound of" if value > limit else f"{times} times below the bound of"
    return "at the bound of" if value == limit else f"{'above' if value > limit else 'below'} the bound of"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        more = f" and {len(value) - _FILES_NAMED:,} more" if len(value) > _FILES_NAMED else ""
        return f"{', '.join(plain(str(each)) for each in value[:_FILES_NAMED])}{more}"
    return plain(str(value))
