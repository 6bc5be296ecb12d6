"""The critic is too small: it cannot learn random labels of a few samples by heart, and a wider one can."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.evidence import Evidence

_LEFT = 0.1
"""Loss over that of a guess; 0.024 at most by networks of healthy trainings, 0.25 and more by those of one channel."""


def _judge(evidence: Evidence) -> Ruling:
    probe = evidence.probes["critic_by_heart"]
    left, wider = float(probe["left"]), float(probe.get("wider_left", probe["left"]))
    numbers = {"samples": float(probe["samples"]), "right": float(probe["right"])}
    numbers |= {"left": left, "left_limit": _LEFT, "wider_left": wider, "wider_left_limit": _LEFT}
    if left <= _LEFT:
        return Ruling("fine", numbers)
    if wider > _LEFT:
        return Ruling("fine", numbers, reason="a wider one does not learn them either")
    return Ruling("found", numbers, "critic")


def _change(evidence: Evidence) -> Change | None:
    probe = evidence.probes["critic_by_heart"]
    return None if probe["own"] else {f"critic.{key}": value for key, value in probe["wider"].items()}


CAUSE = Cause(
    "critic-too-small",
    needs=("critic_by_heart",),
    judge=_judge,
    remedy="Give the critic more channels.",
    change=_change,
    explains=("critic-too-weak", "mode-dropping", "mode-collapse"),
)
