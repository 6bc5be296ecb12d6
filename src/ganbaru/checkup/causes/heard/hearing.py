"""What the judges of generated sounds have in common."""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.cause import Ruling
from ganbaru.checkup.causes.standing import Standing, standing
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Verdict

WAVEFORMS = ("waveform", "mu-law")
"""Representations whose samples the generator makes itself."""
_FEWEST = 8
"""Sounds on either side, below which nothing is more than suspected."""


def probe(evidence: Evidence) -> Mapping[str, Any]:
    """What `checkup.heard.listen` measured."""
    heard: Mapping[str, Any] = evidence.probes["heard"]
    return heard


def is_sound(evidence: Evidence) -> str:
    """Why nothing is listened to; empty where there are sounds."""
    data = evidence.facts.get("data")
    return "" if data in (None, "sound") else "what is generated is no sound"


def graded(value: float, *, found: float, suspected: float) -> Verdict:
    """A verdict on a number that is worse the greater it is."""
    return "found" if value >= found else "suspect" if value >= suspected else "fine"


def ruled(evidence: Evidence, verdict: Verdict, numbers: Mapping[str, float], reason: str = "") -> Ruling:
    """A ruling on the generator; found in too few sounds, it is suspected only.

    Args:
        evidence: what was gathered.
        verdict: on these numbers.
        numbers: what it was judged by.
        reason: what makes it "suspect" only, where it is.
    """
    heard = probe(evidence)
    said = {**numbers, "generated": float(heard["made"]), "real": float(heard["real"])}
    if verdict == "fine":
        return Ruling(verdict, said)
    if verdict == "found" and min(heard["made"], heard["real"]) < _FEWEST:
        return Ruling("suspect", said, "generator", reason="there are too few sounds to compare")
    return Ruling(verdict, said, "generator", reason=reason if verdict == "suspect" else "")


def ruled_beside_the_rest(
    evidence: Evidence, verdict: Verdict, numbers: Mapping[str, float], reason: str = ""
) -> Ruling:
    """The same, of an artefact that lies on a sound: where the sound is not surely learned, it is suspected only.

    What is far from real in every way has a floor and phases of its own too, and no remedy of an artefact brings it
    nearer. Without samples on record the sounds alone are judged by.
    """
    now = standing(evidence)
    if verdict != "found" or now is None or _surely_near(evidence, now):
        return ruled(evidence, verdict, numbers, reason)
    unlearned = "the sounds are not surely near real ones altogether: they may not be learned yet"
    return ruled(evidence, "suspect", {**numbers, **now.evidence}, unlearned)


def _surely_near(evidence: Evidence, now: Standing) -> bool:
    """Whether little of the way to real sounds is left, by the upper end of the distance where it has one."""
    names = ("quality.distance", "quality.distance.high", "quality.distance.floor")
    if now.is_far or any(evidence.lacks(name) for name in names):
        return not now.is_far
    distance, high, floor = (evidence.series[name].finite.values for name in names)
    if not (len(distance) and len(high) and len(floor)):
        return True
    unsure = (high[-1] - distance[-1]) / max(distance[0] - floor[-1], 1e-9)
    return bool(now.left + unsure <= now.evidence["way_left_limit"])


def representation(evidence: Evidence) -> str:
    """Its name; empty where it is not known."""
    return str(evidence.facts.get("representation") or "")


def is_behind(evidence: Evidence) -> bool:
    """Whether sounds are known to come by a way back out of something else than waves."""
    return representation(evidence) not in ("", *WAVEFORMS)
