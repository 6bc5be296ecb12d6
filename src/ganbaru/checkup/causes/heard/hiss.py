"""Generated sounds hiss: steady noise where real ones have none, beside a sound that is learned."""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.heard.hearing import (
    WAVEFORMS,
    graded,
    is_behind,
    is_sound,
    probe,
    representation,
    ruled_beside_the_rest,
)
from ganbaru.checkup.evidence import Evidence

_UP = 10.0
"""dB by which the floor of a band lies above that of the real sounds."""
_UP_BEHIND = 18.0
"""The same behind a representation, whose way back fills the gaps between harmonics where magnitudes are not quite
those of a sound: 10.8 in a training from log-mel that went well, 19.6 and more in two of too small batches."""
_LITTLE = 6.0
"""dB that are suspected."""
_SPREADS = 1.0
"""Of the real sounds' standard deviations, that it must exceed too."""
_CHANCE = 1.5
"""Of the differences between halves of the real sounds, likewise."""
_AUDIBLE = -34.0
"""dB of the loud part from which a floor is plainly heard; that of 8 bits by µ-law is -36."""
_FAINT = -50.0
"""dB below which it is not heard."""


def _judge(evidence: Evidence) -> Ruling:
    bands = probe(evidence)["hiss"]["bands"]
    plain = max(_excess(band, _AUDIBLE) for band in bands)
    worst = max(bands, key=lambda band: _excess(band, _FAINT))
    excess = _excess(worst, _FAINT)
    limit = _UP_BEHIND if is_behind(evidence) else _UP
    numbers = {
        "band_low": worst["low"],
        "band_high": worst["high"],
        "floor": worst["made_50"],
        "floor_limit": _AUDIBLE,
        "floor_real": worst["real_50"],
        "excess": excess,
        "excess_limit": limit,
    }
    verdict = graded(max(plain, min(excess, _LITTLE)), found=limit, suspected=_LITTLE)
    reason = "it is faint" if plain < _UP else "a way back from magnitudes leaves as much"
    return ruled_beside_the_rest(evidence, verdict, numbers, reason)


def _excess(band: Mapping[str, Any], audible: float) -> float:
    """By how many dB the floor is higher, at the quartile or the median; what chance or variety explain is nothing."""
    found = 0.0
    for name in ("25", "50"):
        up = band[f"made_{name}"] - band[f"real_{name}"]
        told = up >= max(_CHANCE * band[f"null_{name}"], _SPREADS * band["spread"])
        if told and band[f"made_{name}"] >= audible:
            found = max(found, up)
    return float(found)


def _change(evidence: Evidence) -> Change | None:
    if representation(evidence) in WAVEFORMS:
        return {"representation": "log-mel"}
    steps = evidence.facts.get("steps")
    return {"steps": 2 * int(steps)} if steps else None


CAUSE = Cause(
    "hiss",
    needs=("heard",),
    when=is_sound,
    judge=_judge,
    remedy="Train longer and let the learning rates fall, with a critic that sees high frequencies at their loudness "
    "(representation=log-mel).",
    change=_change,
    explains=("phase-smear",),
)
