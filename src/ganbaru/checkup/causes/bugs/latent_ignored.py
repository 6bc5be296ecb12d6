"""What the generator makes does not depend on its latent, from the first step on. A collapse comes later."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import DIFFER, SPOILS, differ
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_SAME = 1e-5
"""Largest difference within a batch over the size of the values; rounding makes 1e-6, untrained generators 0.01."""
_ALONE = 0.5
"""Share of samples without another one like them in their batch up to which only something else than a latent tells
them apart, such as a class; 1 where numbers are drawn."""
_ANEW = 0.5
"""Share of batches of latents, or of reals, that were not there at an earlier update; 1 where they are drawn anew."""
_SCALE, _LITTLE = 0.05, 0.1
"""Standard deviation of latents below which it is none that anybody draws (0.29 evenly from 0 to 1), and the largest
change of a sample, as a share of their size, when such latents are exchanged: 0.6 and more of usual ones."""
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
    numbers |= _told(seen)
    if any(math.isnan(numbers.get(name, 0.0)) for name in ("samples_differ", "latents_exchanged")):
        return Ruling("not-checked", numbers, "generator", reason="what it makes is not finite")
    alike, deaf = made is not None and made <= _SAME, bool(tried) and max(changes) <= _SAME
    if not alike and not deaf:
        return _of_different(seen, tried, numbers)
    if alike and (latent or 0.0) <= _SAME:
        return Ruling("found", numbers, "generator", reason="all its latents are the same")
    if deaf and not any(each["wired"] for each in tried):
        return Ruling("found", numbers, "generator", reason="its samples are not computed from its latents")
    dead = evidence.series["dead_units_generator"].early() if "dead_units_generator" in evidence.series else 1.0
    numbers |= {"dead_units": dead, "dead_units_limit": _DEAD}
    if deaf and dead <= _DEAD and not any(each["way"] for each in tried):
        return Ruling("found", numbers, "generator", reason="it multiplies its latents by 0")
    return Ruling("suspect", numbers, "generator", reason="latents go in, but units that hardly answer stop them")


def _of_different(seen: Mapping[str, Any], tried: Sequence[Mapping[str, float]], numbers: dict[str, float]) -> Ruling:
    """Of samples that differ and change with their latents, if only a little."""
    if _only_kinds(seen):
        return Ruling("found", numbers, "generator", reason="samples of one kind are all the same")
    if seen.get("latents_anew") is not None and seen["latents_anew"] < _ANEW:
        if (seen.get("reals_anew") or 0.0) >= _ANEW:
            return Ruling("found", numbers, "generator", reason="its latents are the same at every update")
        return Ruling("suspect", numbers, "generator", reason="what it is given is the same at every update")
    if tried and all(_is_faint(each) for each in tried):
        numbers |= {"latents_std": max(each["scale"] for each in tried), "latents_std_limit": _SCALE}
        return Ruling("found", numbers, "generator", reason="its latents are next to nothing")
    return Ruling("fine", numbers)


def _told(seen: Mapping[str, Any]) -> dict[str, float]:
    """What is known of the batches that went in and came out."""
    limits = {"made_alone": _ALONE, "real_alone": DIFFER, "latents_anew": _ANEW, "reals_anew": _ANEW}
    known = [name for name in limits if seen.get(name) is not None]
    return {name: float(seen[name]) for name in known} | {f"{name}_limit": limits[name] for name in known}


def _only_kinds(seen: Mapping[str, Any]) -> bool:
    """Whether most samples have another one like them in each batch, and no real one has."""
    made, real = seen.get("made_alone"), seen.get("real_alone")
    return made is not None and real is not None and bool(made <= _ALONE and differ(real))


def _is_faint(tried: Mapping[str, float]) -> bool:
    """Whether latents of a scale that nobody draws change next to nothing."""
    return tried["change"] < _LITTLE and tried.get("scale", 1.0) < _SCALE


CAUSE = Cause(
    "latent-ignored",
    needs=("fakes",),
    when=is_game,
    judge=_judge,
    remedy="Draw a latent of its own for each sample of each batch, and let the generator's first layer take it.",
    explains=SPOILS,
)
