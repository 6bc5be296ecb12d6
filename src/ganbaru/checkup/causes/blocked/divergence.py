"""It gets worse and worse: the fakes move away from the reals."""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import is_game, standing
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_WORSE = 1.5
"""Distance late over what it was untrained."""
_FAR = 4.0
"""Distance of fakes over that of other reals that goes with it."""


def _judge(evidence: Evidence) -> Ruling:
    now = standing(evidence)
    if now is None:
        return Ruling("not-checked", reason="samples were not seen")
    series = evidence.series["batch_distance"].finite
    start = series.early(0.05)
    worse = now.apart / max(now.start, 1e-9)
    numbers = {"times_untrained": worse, "times_untrained_limit": _WORSE, "apart": now.apart, "apart_limit": _FAR}
    if worse < _WORSE or now.apart < _FAR or now.improving:
        return Ruling("fine", numbers)
    return Ruling(
        "found", numbers, "generator", since=series.since(lambda values: ~(values < _WORSE * np.float64(start)))
    )


CAUSE = Cause(
    "divergence",
    needs=("batch_distance",),
    when=is_game,
    judge=_judge,
    remedy="Lower both learning rates, constrain the critic (constraint=r1), and bound the gradient (gradient_clip=1).",
    change=lambda evidence: {**penalty(evidence), "gradient_clip": 1.0},
    explains=("mode-collapse", "mode-dropping", "critic-too-strong", "late-degradation"),
)
