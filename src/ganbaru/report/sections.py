"""The sections of the page, each a function of the facts; one that has nothing to say is empty."""

import shlex
from collections.abc import Mapping
from typing import Any

import numpy as np

from ganbaru.distances import Estimate
from ganbaru.report import charts, examined
from ganbaru.report.charts import curve, intervals
from ganbaru.report.facts import Facts, points_of, spread
from ganbaru.report.markup import Markup, join, tag
from ganbaru.report.words import clock, interval, wording

_HEADLINE = (
    "right_label",
    "recognised",
    "labels_covered",
    "modes",
    "high_quality",
    "distance",
    "diversity",
    "memorisation",
    "gain",
    "convergence",
    "convergence_pghi",
)
_CLOUDS, _CLOUD_POINTS = 4, 1000


def title(facts: Facts) -> Markup:
    """What this is a report of."""
    document, last = facts.document, facts.last
    config, source = document["config"], document["source"]
    said = (
        f"{last['step']:,} steps in {clock(last['seconds'])}, {config['objective']} + {config['constraint']}, "
        f"{document['representation']['name']}, {source['counts']['train']:,} "
        f"{'points' if source['kind'] == 'points' else 'sounds'} to learn from"
    )
    return tag("header", tag("p", "ganbaru", class_="brand"), tag("h1", source["name"]), tag("p", said, class_="lead"))


def problems(facts: Facts) -> Markup:
    """What was found wrong, and what could not be read; first on the page."""
    damaged = [tag("li", tag("b", "damaged: "), line) for line in facts.damaged]
    unread = tag("section", tag("ul", *damaged), class_="findings") if damaged else Markup("")
    return join([examined.section(facts), unread])


def headline(facts: Facts) -> Markup:
    """The figures that matter most, with their intervals, and what they say in words."""
    figures = facts.figures
    if not figures:
        return tag("section", tag("h2", "How good it is"), tag("p", "It was not measured yet."))
    points = facts.rate == 0
    cards = [_card(name, figures[name], points=points) for name in _HEADLINE if name in figures]
    others = [name for name in figures if name not in _HEADLINE]
    rows = [_row(name, figures[name], points=points) for name in others]
    sentences = [tag("li", sentence) for sentence in facts.quality.get("verdicts", [])]
    return tag(
        "section",
        tag("h2", "How good it is"),
        tag("ul", *sentences, class_="verdicts") if sentences else "",
        tag("div", *cards, class_="cards"),
        tag("details", tag("summary", "more figures"), tag("table", *rows, class_="figures")) if rows else "",
        tag("p", _measured_on(facts), class_="note"),
    )


def _card(name: str, figure: Any, *, points: bool) -> Markup:
    words = wording(name, points=points)
    return tag(
        "div",
        tag("p", words.name, class_="name"),
        tag("p", words.value(figure.value), class_="value"),
        tag("p", interval(words, figure), class_="interval"),
        tag("p", words.meaning, class_="meaning"),
        class_="card",
    )


def _row(name: str, figure: Any, *, points: bool) -> Markup:
    words = wording(name, points=points)
    value = tag("td", words.value(figure.value), class_="value")
    rest = (interval(words, figure), words.meaning)
    return tag("tr", tag("th", words.name, scope="row"), value, *(tag("td", cell) for cell in rest))


def _measured_on(facts: Facts) -> str:
    on = facts.quality.get("measured_on")
    if not on:
        return "Measured during training, on fewer sounds than a full measurement takes."
    judge = {name: Estimate.from_json(value) for name, value in facts.quality.get("judge", {}).items()}
    heard = (
        f" The judge, tested on the held-out sounds, gives {judge['accuracy'].value:.1%} of them their own label and "
        f"accepts {judge['false_acceptance'].value:.1%} of what was made of them to be refused: noise, noise of their "
        f"spectra, shuffled, reversed and blended sounds, near silence."
        if judge
        else ""
    )
    return (
        f"Measured at step {facts.quality['step']:,} on {on['generated']:,} generated and {on['held_out']:,} held-out "
        f"{'points' if facts.rate == 0 else 'sounds'} ({on['form']}); 95 % intervals.{heard}"
    )


def clouds(facts: Facts) -> Markup:
    """Points of a toy world beside the true ones, at several steps."""
    if facts.rate or not facts.sets:
        return Markup("")
    real = points_of(facts.real)[:_CLOUD_POINTS]
    reach = 1.25 * float(np.abs(real).max(initial=1e-6))
    drawn = [charts.scatter("real", {"real": real}, reach=reach)]
    for step in spread(list(facts.sets), _CLOUDS):
        made = points_of(facts.sets[step])[:_CLOUD_POINTS]
        drawn.append(charts.scatter("untrained" if step == 0 else f"step {step:,}", {"generated": made}, reach=reach))
    return tag("section", tag("h2", "Look"), tag("div", *drawn, class_="charts"))


def learning(facts: Facts) -> Markup:
    """How it got better."""
    rows, points = facts.measures, facts.rate == 0
    distance = facts.figures.get("distance")
    floor = None if distance is None else distance.floor
    shares = {wording(name).name: intervals(rows, name) for name in ("right_label", "recognised", "high_quality")}
    variety = {wording(name).name: intervals(rows, name) for name in ("diversity", "balance", "coverage", "recall")}
    drawn = [
        charts.lines("share accepted", shares),
        charts.lines(
            f"distance from real{'' if points else ' (dB)'}",
            {"distance": intervals(rows, "distance")},
            log=True,
            floor=floor,
        ),
        charts.lines("variety", variety),
        charts.lines("covered", {wording(n).name: intervals(rows, n) for n in ("labels_covered", "modes")}),
    ]
    return _charts("How it got better", drawn)


def evidence(facts: Facts) -> Markup:
    """What was recorded while it trained."""
    rows = facts.steps
    drawn = [
        charts.lines("losses", {"critic": curve(rows, "critic_loss"), "generator": curve(rows, "generator_loss")}),
        charts.lines(
            "critic's estimate: real minus generated score",
            {"train": curve(rows, "w1"), "held out": curve(rows, "w1_held_out")},
            note="Curves that part: the critic knows the training sounds by heart.",
        ),
        charts.lines(
            "gradient that arrives",
            {"generator": curve(rows, "generator_gradient"), "critic": curve(rows, "critic_gradient")},
            log=True,
        ),
        charts.lines(
            "the critic's message to one generated sample", {"gradient": curve(rows, "fake_gradient")}, log=True
        ),
        charts.lines("spread of a batch: generated over real", {"spread": curve(rows, "spread")}),
        charts.lines(
            "real samples covered by a batch",
            {"generated": curve(rows, "coverage"), "other real": curve(rows, "coverage_real")},
        ),
        charts.lines(
            "update over weight",
            {"generator": curve(rows, "generator_update_ratio"), "critic": curve(rows, "critic_update_ratio")},
            log=True,
        ),
        charts.lines(
            "mean scores", {"real": curve(rows, "real_score_mean"), "generated": curve(rows, "fake_score_mean")}
        ),
        charts.lines("penalty on the critic", {"penalty": curve(rows, "penalty")}, log=True),
        charts.lines(
            "dead units",
            {"generator": curve(rows, "dead_units_generator"), "critic": curve(rows, "dead_units_critic")},
        ),
        charts.lines("weights at the clip's bound", {"share": curve(rows, "clipped_share")}),
        charts.lines(
            "learning rates",
            {"generator": curve(rows, "generator_learning_rate"), "critic": curve(rows, "critic_learning_rate")},
        ),
    ]
    return _charts("What was recorded", drawn, _time(facts))


def _charts(heading: str, drawn: list[Markup], *more: Markup) -> Markup:
    drawn = [chart for chart in drawn if chart]
    if not drawn:
        return Markup("")
    return tag("section", tag("h2", heading), tag("div", *drawn, class_="charts"), *more)


def _time(facts: Facts) -> Markup:
    line = facts.steps[-1] if facts.steps else {}
    parts = {name: float(line.get(f"seconds_{name}", 0.0)) for name in ("critic", "generator", "data", "measure")}
    total = sum(parts.values())
    if total <= 0:
        return Markup("")
    said = ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in parts.items())
    return tag("p", f"Where the time went in the last sitting: {said}.", class_="note")


def happened(facts: Facts) -> Markup:
    """What the run noted in words, and the files that were left out."""
    notes = [tag("li", f"step {line['step']:,}: {line.get('text', '')}") for line in facts.events]
    skipped = [
        tag("li", tag("code", entry["file"]), f": {entry['reason']}") for entry in facts.document["source"]["skipped"]
    ]
    parts = []
    if notes:
        parts.append(tag("section", tag("h2", "What happened"), tag("ul", *notes)))
    if skipped:
        heading = tag("summary", f"{len(skipped)} files were left out")
        parts.append(tag("section", tag("details", heading, tag("ul", *skipped))))
    return join(parts)


def settings(facts: Facts) -> Markup:
    """Everything the run was told."""
    groups = [("config", facts.document["config"])]
    groups += [(name, facts.document[name]) for name in ("representation", "networks", "environment")]
    groups.append(("source", {key: value for key, value in facts.document["source"].items() if key != "skipped"}))
    parts = [tag("details", tag("summary", name), _settings_table(table)) for name, table in groups]
    return tag("section", tag("h2", "Settings"), *parts)


def _settings_table(table: Mapping[str, Any]) -> Markup:
    rows = [tag("tr", tag("th", key, scope="row"), tag("td", value)) for key, value in _flat(table)]
    return tag("div", tag("table", *rows, class_="figures"), class_="scroll")


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            found += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and len(value) > 12:
            found.append((prefix + key, f"{len(value)} values, in run.toml"))
        else:
            found.append((prefix + key, str(value)))
    return found


def repeat(facts: Facts) -> Markup:
    """How to get the same again, and how far "the same" goes."""
    source, config = facts.document["source"], facts.document["config"]
    command = f"ganbaru fit {shlex.quote(source['name'])} --config {shlex.quote(str(facts.run.path / 'run.toml'))}"
    clocked = "minutes" in config
    exact = (
        "This run followed the clock (minutes), and how many steps fit in a minute differs from time to time: "
        "repeated, it ends alike but not equal. Give steps instead of minutes for equal bits."
        if clocked
        else "On the same machine, with the same versions and the same number of threads, the same seed gives the same "
        "bits on a CPU. On other machines, thread counts or devices results differ within float error, which training "
        "amplifies."
    )
    return tag(
        "section",
        tag("h2", "Again"),
        tag("pre", command),
        tag("p", exact, class_="note"),
        tag("p", f"Made by ganbaru {facts.document['version']} on {facts.document['created']}.", class_="note"),
    )
