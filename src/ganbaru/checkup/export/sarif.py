"""Findings as SARIF 2.1.0 (OASIS, 2020), which code hosts show beside the code.

What was found and follows from nothing else is an error, what is suspected a warning, what follows from another
finding a note. What could not be checked is a notification of the tool, not a result; what is fine is left out.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from ganbaru._version import __version__
from ganbaru.checkup import words
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.vocabulary import MEANING, STEP_OF

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = {slug: index for index, slug in enumerate(MEANING)}


def sarif(findings: Findings, *, path: str | Path = "") -> dict[str, Any]:
    """The findings as a SARIF log of one run.

    Args:
        findings: what was found.
        path: the run, folder or log that was examined; locations are below it, relative to the working folder where
            they can be.
    """
    explained = {slug for finding in findings.found for slug in finding.consequences}
    shown = [finding for finding in findings if finding.verdict in ("found", "suspect")]
    driver = {"name": "ganbaru", "semanticVersion": __version__, "rules": [_rule(slug) for slug in _RULES]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolConfigurationNotifications": _notifications(findings)}],
        "results": [_result(finding, Path(path), finding.cause in explained) for finding in shown],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(slug: str) -> dict[str, Any]:
    step = STEP_OF[slug]
    return {
        "id": slug,
        "shortDescription": {"text": MEANING[slug]},
        "fullDescription": {"text": f"Step {step}, {words.step_name(step)}: {MEANING[slug]}."},
        "properties": {"tags": [words.step_name(step)]},
    }


def _result(finding: Finding, path: Path, explained: bool) -> dict[str, Any]:
    level = "warning" if finding.verdict == "suspect" else "note" if explained else "error"
    sentences = (
        finding.meaning,
        words.where_and_when(finding),
        finding.reason,
        "; ".join(words.measured(finding.evidence)),
        f"How sure: {words.how_sure(finding)}",
        finding.remedy.rstrip("."),
    )
    return {
        "ruleId": finding.cause,
        "ruleIndex": _RULES[finding.cause],
        "level": level,
        "message": {"text": ". ".join(filter(None, map(words.plain, sentences))) + "."},
        "locations": [_location(file) for file in _files(finding, path)],
        "partialFingerprints": {"ganbaruCause/v1": f"{finding.cause}:{finding.where}"},
        "properties": {key: value for key, value in finding.to_json().items() if value not in (None, "", [], {})},
    }


def _files(finding: Finding, path: Path) -> list[str]:
    if finding.files:
        return [_uri(path / file) for file in finding.files]
    metrics = path / "metrics.jsonl"
    return [_uri(metrics if metrics.exists() else path)]


def _uri(path: Path) -> str:
    """Relative to the working folder where it lies below it, else absolute."""
    whole = path.absolute()
    here = Path.cwd()
    return quote(whole.relative_to(here).as_posix()) if whole.is_relative_to(here) else whole.as_uri()


def _location(uri: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}


def _notifications(findings: Findings) -> list[dict[str, Any]]:
    return [
        {
            "level": "note",
            "message": {"text": f"not checked: {words.plain(reason)}"},
            "associatedRule": {"id": finding.cause, "index": _RULES[finding.cause]},
        }
        for reason, causes in words.unchecked(findings).items()
        for finding in causes
    ]
