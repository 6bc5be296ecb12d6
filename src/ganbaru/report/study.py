"""The sections of a study's page, each a function of the facts; one that has nothing to say is empty."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ganbaru.distances.estimate import Estimate
from ganbaru.report import heard
from ganbaru.report.graphs import figure
from ganbaru.report.markup import Markup, join, tag
from ganbaru.report.scales import written
from ganbaru.report.study_facts import StudyFacts
from ganbaru.report.trials import listed
from ganbaru.report.words import clock
from ganbaru.studies.answer import Grid
from ganbaru.studies.extension import Extension
from ganbaru.studies.judging.zone import TOO_FEW, endless
from ganbaru.studies.ledger import DONE, FAILED

ASSETS = ("page", "graphs")
_LONG = 25
"""Rows of a table up to which it is shown whole."""


def name(facts: StudyFacts) -> str:
    """What the window is called."""
    return facts.results.plan.question


def parts(facts: StudyFacts) -> list[Markup]:
    """The page, from top to bottom."""
    return [
        title(facts),
        problems(facts),
        answer(facts),
        progress(facts),
        graphs(facts),
        grids(facts),
        notes(facts),
        heard.section(facts),
        listed(facts),
        plan(facts),
        repeat(facts),
    ]


def title(facts: StudyFacts) -> Markup:
    """What was asked."""
    asked, found = facts.results.plan, facts.answer
    kind = f"{found.kind} study" if found else "study"
    cells, seeds = len(asked.cells), len(asked.seeds)
    said = f"A {kind}: {_many(cells, 'cell')}, {_many(seeds, 'seed')}, {_many(len(facts.results.trials), 'trial')}"
    return tag("header", tag("p", "ganbaru", class_="brand"), tag("h1", asked.question), tag("p", said, class_="lead"))


def problems(facts: StudyFacts) -> Markup:
    """What could not be read."""
    damaged = [tag("li", tag("b", "damaged: "), line) for line in facts.damaged]
    return tag("section", tag("ul", *damaged), class_="findings") if damaged else Markup("")


def answer(facts: StudyFacts) -> Markup:
    """The answer in one sentence, the numbers that support it, and the rule that was written down before."""
    found, asked = facts.answer, facts.results.plan
    rule = tag("p", tag("b", "The rule"), f", written down {_day(asked.created)}before anything ran: ", asked.rule)
    if found is None:
        return tag("section", tag("h2", "Answer"), tag("p", "There is none yet.", class_="sentence"), rule)
    cards = [_card(key, value) for key, value in found.evidence.items()]
    return tag(
        "section",
        tag("h2", "Answer"),
        tag("p", tag("span", found.verdict, class_="badge verdict"), class_="verdict"),
        tag("p", found.sentence, class_="sentence"),
        tag("p", tag("b", "It recommends"), ": ", tag("code", found.assignments)) if found.change else "",
        tag("div", *cards, class_="cards") if cards else "",
        rule,
    )


def _card(key: str, value: float | Estimate) -> Markup:
    number = value.value if isinstance(value, Estimate) else float(value)
    interval = ""
    if isinstance(value, Estimate):
        floor = "" if value.floor is None else f"; floor {written(value.floor)}"
        interval = f"{100 * value.confidence:g} %: {written(value.low)} to {written(value.high)}{floor}"
        interval = f"{TOO_FEW}{floor}" if endless(value) else interval
    lines = (("name", key.replace("_", " ")), ("value", written(number)), ("interval", interval))
    return tag("div", *(tag("p", line, class_=kind) for kind, line in lines if line), class_="card")


def progress(facts: StudyFacts) -> Markup:
    """How much of the plan is done, and first of all what is not, and what came to nothing."""
    total, done = len(facts.results.trials), facts.count(DONE)
    counts = f"{done} of {total} planned trials are done, {facts.count(FAILED)} failed, {facts.missing} are missing."
    collapsed = facts.collapsed
    told = [tag("li", f"{len(collapsed)} done, but collapsed: {_by_cell(collapsed)}")] if collapsed else []
    told += [
        tag("li", f"failed: {cell}, seed {seed}: {reason}") for (cell, seed), reason in facts.results.failures.items()
    ]
    told += [tag("li", f"missing: {_by_cell(facts.results.missing)}")] if facts.missing else []
    whole = done == total and not collapsed
    heading = "What was run" if whole else "What failed, collapsed or is missing"
    running = "It is running: this is what is known so far. " if facts.results.at_work else ""
    return tag(
        "section",
        tag("h2", heading),
        tag("p", running, tag("b", counts), class_="counts"),
        tag("ul", *told) if told else "",
        class_=None if whole else "findings",
    )


def graphs(facts: StudyFacts) -> Markup:
    """What the answer is read off."""
    who = facts.who()
    drawn = [figure(graph, who) for graph in facts.answer.graphs] if facts.answer else []
    return tag("section", tag("h2", "Graphs"), tag("div", *drawn, class_="graphs")) if drawn else Markup("")


def grids(facts: StudyFacts) -> Markup:
    """What the answer lists."""
    return join(_grid(grid) for grid in (facts.answer.grids if facts.answer else ()))


def _grid(grid: Grid) -> Markup:
    head = tag("tr", *(tag("th", column, scope="col") for column in grid.columns))
    rows = [tag("tr", *(_value(value) for value in row)) for row in grid.rows]
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="figures sortable", data_name=grid.title)
    note = tag("p", grid.note, class_="note") if grid.note else ""
    high = "scroll trials" if len(rows) > _LONG else "scroll"
    return tag("section", tag("h2", grid.title), tag("div", table, class_=high), note)


def _value(value: str | float | Estimate | None) -> Markup:
    """A cell; a number to sort by, of which what has none comes last."""
    if isinstance(value, bool) or not isinstance(value, int | float | Estimate):
        return tag("td", "" if value is None else value)
    number, said = (value.value, _estimated(value)) if isinstance(value, Estimate) else (float(value), written(value))
    return tag("td", said, data_sort="" if math.isnan(number) else repr(float(number)), class_="value")


def _estimated(value: Estimate) -> str:
    if math.isnan(value.value):
        return written(value.value)
    said = f"{written(value.value)} ({TOO_FEW})" if endless(value) else str(value)
    return said.replace("-", "−").replace("inf", "∞")


def notes(facts: StudyFacts) -> Markup:
    """What a reader must know to believe it."""
    said = [tag("li", note) for note in facts.answer.notes] if facts.answer else []
    return tag("section", tag("h2", "To know"), tag("ul", *said)) if said else Markup("")


def plan(facts: StudyFacts) -> Markup:
    """What was planned, and what came in later."""
    asked = facts.results.plan
    keys = list(dict.fromkeys(key for settings in asked.cells.values() for key in settings))
    head = tag("tr", *(tag("th", column, scope="col") for column in ("cell", *keys)))
    rows = [
        tag("tr", tag("th", cell, scope="row"), *(_value(_plain(settings.get(key))) for key in keys))
        for cell, settings in asked.cells.items()
    ]
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="figures")
    seeds = ", ".join(map(str, asked.seeds))
    those = f", but for {_many(len(asked.only), 'cell')} that a search runs with some of them" if asked.only else ""
    return tag(
        "section",
        tag("h2", "The plan"),
        tag("p", f"Every cell is run with every seed ({seeds}){those}: the seeds are paired across the cells."),
        _extensions(asked.extensions),
        tag(
            "details", tag("summary", f"the settings of {_many(len(rows), 'cell')}"), tag("div", table, class_="scroll")
        ),
    )


def _extensions(extensions: Sequence[Extension]) -> Markup:
    """What came in later; a search's own steps are counted, not listed."""
    told = [f"{each.when}, {_then(each)}" for each in extensions if not each.by_search]
    by_search = sum(each.by_search for each in extensions)
    told += [f"{_many(by_search, 'step')} of a search, each with what it had found by then"] if by_search else []
    if not told:
        return Markup("")
    return join([tag("p", "Added after the beginning:"), tag("ul", *(tag("li", line) for line in told))])


def _then(extension: Extension) -> str:
    added = [_many(len(items), what) for what, items in (("cell", extension.cells), ("seed", extension.seeds)) if items]
    return f"{' and '.join(added)}: {extension.said}"


def repeat(facts: StudyFacts) -> Markup:
    """How to get the same again, and on what it was run."""
    sittings = facts.results.sittings
    trial = str(sittings[-1].get("trial", "")) if sittings else ""
    told = tag("pre", facts.command, class_="command") if facts.command else _by_python(trial)
    spent = [math.fsum(getattr(trial, name) for trial in facts.results.trials.values()) for name in _TIMES]
    return tag(
        "section",
        tag("h2", "Again"),
        told,
        tag("p", "It finishes what is missing, and judges anew where nothing is.", class_="note"),
        tag(
            "p",
            f"All attempts together took {clock(spent[0])} of the clock, {clock(spent[1])} of processors.",
            class_="note",
        ),
        _environment(sittings),
        tag("p", _EXACT, class_="note"),
    )


_TIMES = ("seconds", "cpu_seconds")
_EXACT = (
    "The same seed gives the same bits on a CPU with the same versions and the same number of threads, where the "
    "trials stop by steps; on other machines results differ within float error, which training amplifies."
)


def _by_python(trial: str) -> Markup:
    return tag("p", "It was run from Python; each trial called ", tag("code", trial or "a function"), ".")


def _environment(sittings: Sequence[Mapping[str, Any]]) -> Markup:
    """On what it was run, once for each different one, and how often."""
    rows = [{key: str(value) for key, value in each.items() if key not in ("when", "trial")} for each in sittings]
    if not rows:
        return Markup("")
    counted = Counter(tuple(row.items()) for row in rows)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    head = tag("tr", *(tag("th", column, scope="col") for column in ("sittings", *keys)))
    body = [
        tag("tr", tag("td", count), *(tag("td", dict(row).get(key, "")) for key in keys))
        for row, count in counted.items()
    ]
    since = f"{sittings[0].get('when', '')} to {sittings[-1].get('when', '')}"
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="figures")
    return join([tag("div", table, class_="scroll"), tag("p", f"Begun between {since}.", class_="note")])


def _plain(value: Any) -> str | float | None:
    return value if value is None or isinstance(value, str | float | int) else str(value)


def _by_cell(keys: Sequence[tuple[str, int]]) -> str:
    """Trials by their cells: ``wide (seeds 1, 2); narrow (seed 0)``."""
    cells: dict[str, list[str]] = {}
    for cell, seed in keys:
        cells.setdefault(cell, []).append(str(seed))
    return "; ".join(
        f"{cell} (seed{'s' if len(seeds) > 1 else ''} {', '.join(seeds)})" for cell, seeds in cells.items()
    )


def _day(created: str) -> str:
    return f"on {created[:10]}, " if created else ""


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
