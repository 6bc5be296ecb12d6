"""Every trial of a study, in a table that a reader can sort."""

import math
from collections.abc import Mapping
from typing import Any

from ganbaru.report.markup import Markup, tag
from ganbaru.report.scales import written
from ganbaru.report.study_facts import StudyFacts

_COLUMNS = ("cell", "seed", "state", "score", "interval", "attempts", "seconds", "CPU seconds", "reason")
_BY = "by"
"""The last column, where machines share the study: which of them had the trial last."""


def listed(facts: StudyFacts) -> Markup:
    """The table."""
    shared = any(trial.by for trial, _ in facts.trials)
    columns = (*_COLUMNS, *((_BY,) if shared else ()))
    head = tag("tr", *(tag("th", column, scope="col") for column in columns))
    rows = [_row(row, collapsed=trial.collapsed, shared=shared) for trial, row in facts.trials]
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="figures sortable", data_name="trials")
    return tag("section", tag("h2", "Every trial"), tag("div", table, class_="scroll trials"))


def _row(row: Mapping[str, Any], *, collapsed: bool, shared: bool) -> Markup:
    state = "collapsed" if collapsed else row["state"]
    interval = f"{written(row['low'])} to {written(row['high'])}" if math.isfinite(row["low"] + row["high"]) else ""
    scored = row["state"] == "done"
    machine = row["by"] or ("this machine" if row["attempt"] else "")
    return tag(
        "tr",
        tag("th", row["cell"], scope="row"),
        _number(row["seed"], str(row["seed"])),
        tag("td", tag("span", state, class_=f"state {state}")),
        _number(row["score"], written(row["score"]) if scored else ""),
        _number(row["low"], interval),
        _number(row["attempt"], str(row["attempt"])),
        _number(row["seconds"], f"{row['seconds']:.1f}" if row["attempt"] else ""),
        _number(row["cpu_seconds"], f"{row['cpu_seconds']:.1f}" if row["attempt"] else ""),
        tag("td", row["reason"]),
        *((tag("td", machine),) if shared else ()),
    )


def _number(value: float, said: str) -> Markup:
    """A number to sort by; what has none comes last."""
    known = math.isfinite(value) and said
    return tag("td", said, class_="value", data_sort=repr(float(value)) if known else "")
