"""A number is not finite: where it was first, and whether it stayed so."""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import NETWORKS, part
from ganbaru.checkup.evidence import Evidence

_OFTEN = 0.1
"""Share of the records; mixed precision steps over single ones."""
_LOOKED_AT = ("critic_loss", "generator_loss", "loss", "real_std", "real_score_mean", "fake_std", "fake_score_mean")


def _when(evidence: Evidence) -> str:
    return "" if any(name in evidence.series for name in _names()) else "no losses and no gradients were recorded"


def _names() -> list[str]:
    return [*_LOOKED_AT, *(f"{name}_gradient" for name in NETWORKS)]


def _judge(evidence: Evidence) -> Ruling:
    firsts, shares, lasting = {}, {}, set()
    for name in _names():
        series = evidence.series.get(name)
        if series is None or not len(series):
            continue
        bad = ~np.isfinite(series.values)
        if bad.any():
            firsts[name], shares[name] = int(series.steps[np.argmax(bad)]), float(bad.mean())
            lasting |= {name} if bad[-1] else set()
    broken = {name: step for name in NETWORKS if (step := part(evidence, "updates", name).get("broken")) is not None}
    if not firsts and not broken:
        return Ruling("fine", {"not_finite": 0.0})
    name = min(firsts or broken, key=lambda each: (firsts or broken)[each])
    numbers = {"not_finite": max(shares.values(), default=1.0), "not_finite_limit": _OFTEN}
    where = name.replace("_", " ") if firsts else f"weights of the {name}"
    since = min([*firsts.values(), *broken.values()])
    if broken or lasting or numbers["not_finite"] >= _OFTEN:
        return Ruling("found", numbers, where, since=since)
    return Ruling("suspect", numbers, where, since=since, reason="it was so at single steps and passed")


CAUSE = Cause(
    "non-finite",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Look at that step: a division by what may be 0, a logarithm of 0, a root at 0, or a rate that is too high.",
    explains=(
        "overfitting",
        "vanishing-gradient",
        "mode-collapse",
        "mode-dropping",
        "critic-too-strong",
        "critic-too-weak",
        "dead-units",
        "oscillation",
        "late-degradation",
    ),
)
