"""The critic's scores are squashed before a loss that wants them raw.

A sigmoid belongs before plain cross-entropy only. Which loss it is, is told by the gradients at the scores, of the
generator's too: a penalty sends gradients of its own through a critic's sigmoid, never through that of the generator's
loss. A sigmoid outside of the critic shows in them too.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import SPOILS
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_SQUASHING = ("sigmoid", "tanh", "softmax")
_RAW = {
    "constant": "a Wasserstein or hinge loss",
    "hinge": "a hinge loss",
    "sigmoid": "cross-entropy with logits",
    "linear": "a least-squares loss",
}


def _judge(evidence: Evidence) -> Ruling:
    family = evidence.probes["family"]
    names = [family[f"{side}_family"] for side in ("real", "fake", "generator")]
    squashed = sum(name.startswith("squashed") for name in names)
    ends = evidence.probes["pushes"]["ends"]
    told = [end for end in ends if end]
    inside = bool(told) and all(end in _SQUASHING for end in told)
    numbers = {"squashed_inside": float(inside), "squashed_outside": float(squashed)}
    if squashed >= 2:
        return Ruling("found", numbers, "critic", reason="its scores go through a sigmoid before the loss")
    known = [name for name in names if name]
    if not inside:
        return Ruling("fine" if known or ends else "not-checked", numbers, reason="" if known or ends else "unseen")
    if "log" in names:
        return Ruling("fine", numbers, reason="plain cross-entropy wants shares")
    raw = next((_RAW[name] for name in known if name in _RAW), None)
    if raw is None:
        return Ruling(
            "suspect",
            numbers,
            "critic",
            reason=f"it ends in a {told[0]}, and no cross-entropy was seen to follow",
        )
    return Ruling("found", numbers, "critic", reason=f"it ends in a {told[0]}, and {raw} follows")


CAUSE = Cause(
    "critic-sigmoid",
    needs=("family", "pushes"),
    when=is_game,
    judge=_judge,
    remedy="Take the last activation off the critic, or use the loss that wants shares (plain cross-entropy).",
    explains=("output-range", "clip-too-small", *SPOILS),
)
