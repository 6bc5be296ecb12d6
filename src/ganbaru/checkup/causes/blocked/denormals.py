"""Activations so small that a processor leaves its fast way: the same steps take many times as long."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.evidence import Evidence

_SHARE = 0.01
"""Share of the activations; one in a hundred already doubles the time of a step."""


def _judge(evidence: Evidence) -> Ruling:
    share = evidence.series["denormals"]
    numbers = {"denormals": share.late(), "denormals_limit": _SHARE}
    if share.late() < _SHARE:
        return Ruling("fine", numbers)
    return Ruling("found", numbers, since=share.since(lambda values: values >= _SHARE))


CAUSE = Cause(
    "denormals",
    needs=("denormals",),
    judge=_judge,
    remedy="Call torch.set_flush_denormal(True) before training, in every process.",
)
