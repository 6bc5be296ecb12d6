"""The critic is too small: it cannot learn random labels of a few samples by heart, and a wider one can."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.evidence import Evidence

_RIGHT = 0.9
"""Share of the labels learned; 1.0 by all usual networks."""


def _judge(evidence: Evidence) -> Ruling:
    probe = evidence.probes["critic_by_heart"]
    right, wider = float(probe["right"]), float(probe.get("wider_right", probe["right"]))
    numbers = {
        "samples": float(probe["samples"]),
        "right": right,
        "right_limit": _RIGHT,
        "wider_right": wider,
        "wider_right_limit": _RIGHT,
    }
    if right >= _RIGHT:
        return Ruling("fine", numbers)
    if wider < _RIGHT:
        return Ruling("fine", numbers, reason="a wider one does not learn them either")
    return Ruling("found", numbers, "critic")


def _change(evidence: Evidence) -> Change | None:
    probe = evidence.probes["critic_by_heart"]
    return None if probe["own"] else {"critic.channels": int(probe["wider_channels"])}


CAUSE = Cause(
    "critic-too-small",
    needs=("critic_by_heart",),
    judge=_judge,
    remedy="Give the critic more channels.",
    change=_change,
    explains=("critic-too-weak", "mode-dropping", "mode-collapse"),
)
