"""What the generator makes does not depend on its latent, from the first step on. A collapse comes later."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import SPOILS
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_SAME = 1e-5
"""Largest difference within a batch over the size of the values; rounding makes 1e-6, untrained generators 0.01."""
_DEAD = 0.5
"""Share of units without gradients above which it is they that stop the latents."""


def _judge(evidence: Evidence) -> Ruling:
    seen, tried = evidence.probes["fakes"], evidence.probes.get("latent") or []
    made, latent = seen.get("made_spread"), seen.get("latent_spread")
    if made is None and not tried:
        return Ruling("not-checked", reason=evidence.lacks("latent"))
    numbers: dict[str, float] = {}
    if made is not None:
        numbers |= {
            "latents_differ": float(latent or 0.0),
            "samples_differ": float(made),
            "samples_differ_limit": _SAME,
        }
    if tried:
        changes = [float(each["change"]) for each in tried]
        numbers |= {"latents_exchanged": max(changes), "latents_exchanged_limit": _SAME}
    alike, deaf = made is not None and made <= _SAME, bool(tried) and max(changes) <= _SAME
    if not alike and not deaf:
        return Ruling("fine", numbers)
    if alike and (latent or 0.0) <= _SAME:
        return Ruling("found", numbers, "generator", reason="all its latents are the same")
    if deaf and not any(each["wired"] for each in tried):
        return Ruling("found", numbers, "generator", reason="its samples are not computed from its latents")
    dead = evidence.series["dead_units_generator"].early() if "dead_units_generator" in evidence.series else 1.0
    numbers |= {"dead_units": dead, "dead_units_limit": _DEAD}
    if deaf and dead <= _DEAD and not any(each["way"] for each in tried):
        return Ruling("found", numbers, "generator", reason="it multiplies its latents by 0")
    return Ruling("suspect", numbers, "generator", reason="latents go in, but units that hardly answer stop them")


CAUSE = Cause(
    "latent-ignored",
    needs=("fakes",),
    when=is_game,
    judge=_judge,
    remedy="Draw a latent of its own for each sample of each batch, and let the generator's first layer take it.",
    explains=SPOILS,
)
