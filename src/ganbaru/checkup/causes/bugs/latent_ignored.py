"""What the generator makes does not depend on its latent, from the first step on. A collapse comes later."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import SPOILS
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_SAME = 1e-5
"""Largest difference within a batch over the size of the values; rounding makes 1e-6, untrained generators 0.01."""


def _judge(evidence: Evidence) -> Ruling:
    made, tried = evidence.probes["fakes"].get("made_spread"), evidence.probes.get("latent") or []
    if made is None and not tried:
        return Ruling("not-checked", reason=evidence.lacks("latent"))
    numbers = {"latent_spread": float(evidence.probes["fakes"].get("latent_spread") or 0.0)}
    if made is not None:
        numbers |= {"samples_differ": float(made), "samples_differ_limit": _SAME}
    if tried:
        numbers |= {"latents_exchanged": float(max(tried)), "latents_exchanged_limit": _SAME}
    alike = made is not None and made <= _SAME
    deaf = bool(tried) and max(tried) <= _SAME
    if not alike and not deaf:
        return Ruling("fine", numbers)
    same = alike and numbers["latent_spread"] <= _SAME
    return Ruling("found", numbers, "generator", reason="all its latents are the same" if same else "")


CAUSE = Cause(
    "latent-ignored",
    needs=("fakes",),
    when=is_game,
    judge=_judge,
    remedy="Draw a latent of its own for each sample of each batch, and let the generator's first layer take it.",
    explains=SPOILS,
)
