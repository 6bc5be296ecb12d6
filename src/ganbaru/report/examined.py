"""What the checkup found, first on the page: each finding in words and in a picture, then the six steps at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganbaru.checkup import words
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.vocabulary import STEPS
from ganbaru.report.charts import Point, curve, intervals, levels, lines
from ganbaru.report.facts import Facts
from ganbaru.report.markup import Markup, join, tag, text
from ganbaru.report.samples import SHOWN_BY_SAMPLES, beside_real
from ganbaru.report.stretches import stretch


@dataclass(frozen=True)
class Picture:
    """What shows a finding.

    Attributes:
        title: what is drawn, with its unit.
        series: records by what they are called in the key.
        bound: the number of the finding whose bound is drawn; empty where none is in this unit.
        log: on a logarithmic scale.
    """

    title: str
    series: Mapping[str, str]
    bound: str = ""
    log: bool = False


_LOSSES = Picture("losses", {"critic": "critic_loss", "generator": "generator_loss", "loss": "loss"})
_SCORES = Picture("mean scores", {"real": "real_score_mean", "generated": "fake_score_mean"})
_GRADIENTS = Picture(
    "gradient that arrives", {"generator": "generator_gradient", "critic": "critic_gradient"}, log=True
)
_UPDATES = Picture(
    "update over weight", {"generator": "generator_update_ratio", "critic": "critic_update_ratio"}, log=True
)
_MESSAGE = Picture("the critic's message to one sample", {"message": "fake_gradient"}, bound="fake_gradient", log=True)
_STEEPNESS = Picture("steepness of the critic", {"steepness": "lipschitz"}, bound="lipschitz", log=True)
_CLIPPED = Picture("weights at the clip's bound", {"share": "clipped_share"}, bound="clipped_share")
_DEAD = Picture("dead units", {"generator": "dead_units_generator", "critic": "dead_units_critic"}, bound="dead_units")
_SPREAD = Picture("spread of generated samples in that of real ones", {"spread": "spread"}, bound="spread")
_COVERED = Picture("real samples with a generated one near", {"generated": "coverage", "other real": "coverage_real"})
_DISTANCE = Picture(
    "distance of a batch from real", {"generated": "batch_distance", "other real": "batch_distance_real"}, log=True
)
_DRIFT = Picture("mean of the generated, along two directions", {"one": "drift_0", "other": "drift_1"})
_RANGE = Picture(
    "range of values", {"real": "real_high", "generated": "fake_high", "real, low": "real_low", "low": "fake_low"}
)
_W1 = Picture("real minus generated score", {"train": "w1", "held out": "w1_held_out"})
_PENALTY = Picture("penalty on the critic", {"penalty": "penalty"}, log=True)
_DENORMAL = Picture("share of denormal numbers", {"share": "denormals"}, bound="denormals")
_PLAIN = Picture("loss", {"train": "loss", "held out": "held_out_loss"})
PICTURES: dict[str, tuple[Picture, ...]] = {
    "loss-sign": (_LOSSES, _SCORES),
    "no-update": (_UPDATES,),
    "no-zero-grad": (_GRADIENTS,),
    "generator-detached": (_GRADIENTS,),
    "critic-sigmoid": (_SCORES,),
    "output-range": (_RANGE,),
    "non-finite": (_LOSSES, _GRADIENTS),
    "critic-memorises": (_W1,),
    "overfitting": (_W1, _PLAIN),
    "vanishing-gradient": (_MESSAGE,),
    "exploding-gradient": (_GRADIENTS, _MESSAGE),
    "mode-collapse": (_SPREAD,),
    "mode-dropping": (_COVERED,),
    "critic-too-strong": (_SCORES, _MESSAGE),
    "critic-too-weak": (_SCORES,),
    "dead-units": (_DEAD,),
    "clip-saturation": (_CLIPPED,),
    "not-lipschitz": (_STEEPNESS,),
    "oscillation": (_DRIFT, _LOSSES),
    "divergence": (_DISTANCE, _LOSSES),
    "late-degradation": (_DISTANCE,),
    "denormals": (_DENORMAL,),
    "learning-rate-high": (_UPDATES, _LOSSES),
    "learning-rate-low": (_UPDATES,),
    "clip-too-large": (_STEEPNESS,),
    "clip-too-small": (_MESSAGE, _CLIPPED),
    "penalty-too-large": (_PENALTY, _W1),
    "penalty-too-small": (_STEEPNESS, _PENALTY),
    "n-critic-low": (_W1,),
    "momentum-high": (_DRIFT, _LOSSES),
}
"""What shows each cause, of what a run records; those that no curve shows have none."""
_BY_LAYER = ("vanishing-gradient", "exploding-gradient", "dead-units", "no-update")
"""Causes that the gradient of each layer shows."""
_MEASURED = ("late-degradation", "divergence")
"""Causes that the measurements show too."""


def section(facts: Facts) -> Markup:
    """All of it; nothing where no checkup was made yet."""
    findings = facts.findings
    if findings is None or not len(findings):
        return Markup("")
    bad = any(finding.verdict in ("found", "suspect") for finding in findings)
    return tag(
        "section",
        tag("h2", "Findings"),
        tag("p", tag("b", words.opinion(findings)), " ", words.counts(findings), "."),
        *(_case(finding, findings, facts) for finding in words.leading(findings)),
        _steps(findings),
        _unchecked(findings, str(facts.run.path)),
        class_="findings" if bad else None,
    )


def _case(finding: Finding, findings: Findings, facts: Facts) -> Markup:
    """One finding: the numbers, what to do, what follows from it, its pictures."""
    heading = tag("h3", _badge(finding), tag("code", finding.cause), f" {finding.meaning}")
    rows = [*words.rows(finding, run=str(facts.run.path)), *words.consequences(finding, findings)]
    told = tag("dl", *(join([tag("dt", key), tag("dd", said)]) for key, said in rows))
    return tag("div", heading, told, tag("div", *_pictures(finding, findings, facts), class_="charts"), class_="case")


def _badge(finding: Finding) -> Markup:
    return tag("span", words.VERDICTS[finding.verdict], class_=f"badge {finding.verdict}")


def _pictures(finding: Finding, findings: Findings, facts: Facts) -> list[Markup]:
    """What shows a finding and what follows from it, nothing twice."""
    shown = [finding, *(other for slug in finding.consequences if (other := findings.of(slug)))]
    drawn = {picture.title: _drawn(picture, each, facts) for each in shown for picture in PICTURES.get(each.cause, ())}
    for each in shown:
        if each.cause in _MEASURED:
            measured = {"distance": intervals(facts.measures, "distance")}
            drawn["measured"] = lines("distance from real, measured", measured, log=True, since=each.since)
        if each.cause in _BY_LAYER:
            drawn |= {name: _by_layer(name, norms) for name, norms in facts.layers.items()}
        if each.cause in SHOWN_BY_SAMPLES:
            drawn["samples"] = beside_real(facts)
        drawn[f"stretch: {each.cause}"] = _stretch(each, facts)
    return [picture for picture in drawn.values() if picture]


def _stretch(finding: Finding, facts: Facts) -> Markup:
    """The stretch of sound that shows a finding; nothing where none was cut out, or another version did."""
    excerpt = next((each for each in facts.excerpts if each.get("cause") == finding.cause), None)
    try:
        return Markup("") if excerpt is None else stretch(excerpt)
    except (KeyError, TypeError, ValueError):
        return Markup("")


def _by_layer(network: str, norms: Mapping[str, Any]) -> Markup:
    """The gradient of each layer's weights, from the network's input down to its output."""
    known = {name: value for name, value in norms.items() if isinstance(value, int | float)}
    weights = {name.removesuffix(".weight"): value for name, value in known.items() if name.endswith(".weight")}
    return levels(f"gradient by layer, {network}", weights or known)


def _drawn(picture: Picture, finding: Finding, facts: Facts) -> Markup:
    series: dict[str, list[Point]] = {key: curve(facts.steps, name) for key, name in picture.series.items()}
    bound = finding.evidence.get(picture.bound + words.LIMIT)
    return lines(picture.title, series, log=picture.log, bound=bound, since=finding.since)


def _steps(findings: Findings) -> Markup:
    """The six steps at a glance."""
    head = tag("tr", tag("th", "", scope="col"), *(tag("th", word, scope="col") for word in words.VERDICTS.values()))
    rows = [
        tag(
            "tr",
            tag("th", f"{step} {words.step_name(step)}", scope="row"),
            *(tag("td", _held(words.of_step(findings, step, verdict))) for verdict in words.VERDICTS),
        )
        for step in STEPS
    ]
    return tag("div", tag("table", head, *rows, class_="figures steps"), class_="scroll")


def _held(findings: list[Finding]) -> Markup:
    """The causes in one cell; those that ask for nothing are folded to their number."""
    causes = text(words.listed(findings))
    if findings and findings[0].verdict in ("fine", "not-checked"):
        return tag("details", tag("summary", len(findings)), causes)
    return causes or text("–")


def _unchecked(findings: Findings, run: str) -> Markup:
    groups = words.unchecked(findings, run=run)
    if not groups:
        return Markup("")
    items = [tag("li", f"{reason}: ", tag("code", words.listed(causes))) for reason, causes in groups.items()]
    return tag("details", tag("summary", "Why not checked, and what would check it"), tag("ul", *items))
