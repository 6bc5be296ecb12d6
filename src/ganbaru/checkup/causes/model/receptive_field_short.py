"""A network does not see far enough: its convolutions end before the structure of the data does."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.settings import NETWORKS
from ganbaru.checkup.causes.model.by_heart import HEARD
from ganbaru.checkup.causes.one_loss import by_loss, is_plain, least_fall, still_falls
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_PERIODS = 1.0
"""What is seen over the length of the structure."""
_FEWEST = 3
"""Steps of structure below which there is nothing to see."""
_BLIND = 0.25
"""Share of the structure below which a network knows next to nothing of it; a predictor with 0.6 learned well."""
_LEFT = 0.01
"""Share of a model's loss that is left, below which it needs to see no more."""


def is_blind(evidence: Evidence, network: str) -> bool:
    """Whether a network is known to see next to nothing of the structure of the data."""
    length, shares = _seen(evidence) if not evidence.lacks("sight") else (0.0, {})
    return length >= _FEWEST and shares.get(network, 1.0) < _BLIND


def _seen(evidence: Evidence) -> tuple[float, dict[str, float]]:
    """Steps of the structure, and how many of them each network sees, as a share."""
    probe = evidence.probes["sight"]
    length = min(float(probe["structure"]), float(probe["length"]))
    return length, {name: float(probe[name]) / max(length, 1.0) for name in NETWORKS if name in probe}


def _judge(evidence: Evidence) -> Ruling:
    probe = evidence.probes["sight"]
    length, shares = _seen(evidence)
    numbers = {"structure": length, **{f"{name}_sees": float(probe[name]) for name in shares}}
    if not shares:
        return Ruling("fine", numbers, reason="no layer sees only a part")
    if probe.get("whole"):
        return _of_whole(evidence, numbers)
    worst = min(shares, key=lambda name: shares[name])
    numbers |= {"share": shares[worst], "share_limit": _PERIODS}
    if shares[worst] >= _PERIODS or length < _FEWEST:
        return Ruling("fine", numbers)
    if is_plain(evidence):
        return _of_model(evidence, numbers)
    now = standing(evidence)
    if now is None:
        return Ruling("suspect", numbers, worst, reason="no samples were seen: it may do no harm")
    return Ruling("found" if now.suffers else "fine", numbers | now.evidence, worst if now.suffers else "")


def _of_whole(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """Of one answer for a whole sequence: found where most of that is never read, and nothing is learned.

    What tells the answer may stand anywhere in it, whatever the structure; a model that learns knows enough of it.
    """
    length = float(evidence.probes["sight"]["length"])
    numbers = {"length": length, **numbers, "share": numbers["model_sees"] / max(length, 1.0), "share_limit": _BLIND}
    if numbers["share"] >= _BLIND or still_falls(evidence):
        return Ruling("fine", numbers)
    return by_loss(evidence, numbers, "model")


def _of_model(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """Found where it knows next to nothing and its loss stands still, not near 0."""
    fall = least_fall(evidence)
    if fall is None:
        return Ruling("suspect", numbers, "model", reason="no loss was told from the start: it may do no harm")
    left = 1 - fall.fallen
    numbers = {**numbers, f"{fall.name}_left": left, f"{fall.name}_left_limit": _LEFT}
    if left < _LEFT:
        return Ruling("fine", numbers)
    if is_blind(evidence, "model") and not still_falls(evidence):
        return Ruling("found", numbers | {"share_limit": _BLIND}, "model")
    return Ruling("suspect", numbers, "model", reason="whether more of it would help is not known")


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
