"""A network does not see far enough: its convolutions end before the structure of the data does."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.model.by_heart import HEARD
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_PERIODS = 1.0
"""What is seen over the length of the structure."""
_FEWEST = 3
"""Steps of structure below which there is nothing to see."""


def _judge(evidence: Evidence) -> Ruling:
    probe = evidence.probes["sight"]
    length = min(float(probe["structure"]), float(probe["length"]))
    shares = {name: float(probe[name]) / max(length, 1.0) for name in ("generator", "critic") if name in probe}
    numbers = {"structure": length, **{f"{name}_sees": float(probe[name]) for name in shares}}
    if not shares:
        return Ruling("fine", numbers, reason="no layer sees only a part")
    worst = min(shares, key=lambda name: shares[name])
    numbers |= {"share": shares[worst], "share_limit": _PERIODS}
    if shares[worst] >= _PERIODS or length < _FEWEST:
        return Ruling("fine", numbers)
    now = standing(evidence)
    if now is None:
        return Ruling("suspect", numbers, worst, reason="no samples were seen: it may do no harm")
    return Ruling("found" if now.suffers else "fine", numbers | now.evidence, worst if now.suffers else "")


def _change(evidence: Evidence) -> Change | None:
    return dict(evidence.probes["sight"]["longer"]) or None


CAUSE = Cause(
    "receptive-field-short",
    needs=("sight",),
    judge=_judge,
    remedy="Lengthen the kernels, or add stages.",
    change=_change,
    explains=(
        "critic-too-weak",
        "critic-too-strong",
        "oscillation",
        "mode-dropping",
        "mode-collapse",
        "late-degradation",
        *HEARD,
    ),
)
