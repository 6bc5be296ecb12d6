"""The critic is too small: a wider one learns random labels of a few samples by heart, or a study says so."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.model.by_heart import HEARD, LEFT, critic_is_too_small
from ganbaru.checkup.causes.model.studied import recommended, weighed
from ganbaru.checkup.evidence import Evidence


def _judge(evidence: Evidence) -> Ruling:
    return weighed(evidence, "critic", critic_is_too_small, _by_heart)


def _by_heart(evidence: Evidence) -> Ruling:
    probe = evidence.probes["critic_by_heart"]
    left, wider = float(probe["left"]), float(probe.get("wider_left", probe["left"]))
    numbers = {"samples": float(probe["samples"]), "labels_right": float(probe["right"])}
    numbers |= {"left": left, "left_limit": LEFT, "wider_left": wider, "wider_left_limit": LEFT}
    if critic_is_too_small(evidence):
        return Ruling("found", numbers, "critic")
    return Ruling("fine", numbers, reason="a wider one does not learn them either" if left > LEFT else "")


def _change(evidence: Evidence) -> Change | None:
    if not critic_is_too_small(evidence):
        return recommended(evidence, "critic")
    probe = evidence.probes["critic_by_heart"]
    return None if probe["own"] else {f"critic.{key}": value for key, value in probe["wider"].items()}


CAUSE = Cause(
    "critic-too-small",
    needs=("critic_by_heart",),
    instead=("capacity_study", "updates"),
    judge=_judge,
    remedy="Give the critic more channels.",
    change=_change,
    explains=(
        "critic-too-weak",
        "vanishing-gradient",
        "exploding-gradient",
        "divergence",
        "oscillation",
        "mode-dropping",
        "mode-collapse",
        "dead-units",
        "clip-saturation",
        "late-degradation",
        "n-critic-low",
        *HEARD,
    ),
)
