"""Generated sounds are smeared: their phases do not fit together, over time or over frequency."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.heard.hearing import WAVEFORMS, is_sound, probe, representation, ruled_beside_the_rest
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Verdict

_PHASED = ("magnitude+if", "stft")
"""Representations that hold phases: no way back makes those up, so what is smeared there is not learned yet."""
_NOISE = {"steadiness": 0.80, "synchrony": 0.05}
"""What noise has of it."""
_LEAST = {"steadiness": 0.04, "synchrony": 0.12}
"""What real sounds must have more than noise has, so that it can be lost."""


class _Limits(NamedTuple):
    """What is smeared: the share of either measure that is lost, or of both together.

    Attributes:
        lost: share of those that tell by themselves.
        both: shares that tell where both are lost.
        spreads: standard deviations that each loss must exceed then.
    """

    lost: Mapping[str, float]
    both: Mapping[str, float]
    spreads: float

    def limit(self, name: str) -> float:
        """The share of a measure from which it tells, by itself or beside the other one."""
        return self.lost.get(name, self.both[name])


_DIRECT = _Limits({"steadiness": 0.65, "synchrony": 0.85}, {"steadiness": 0.45, "synchrony": 0.45}, 1.5)
"""All-passes of 30 ms lost 0.74 to 0.92 of the synchrony of speech."""
_BEHIND = _Limits({"steadiness": 0.75}, {"steadiness": 0.75, "synchrony": 0.45}, 1.6)
"""Behind a way back from magnitudes, which makes phases up: of the synchrony of speech 32 iterations of Griffin-Lim
from log-mel lost 0.8 of real sounds and up to 0.89 of generated ones that are well, so that it says nothing alone. Of
the steadiness they lost at most 0.34 in most speech, in one set 0.66, which was 1.4 deviations, and what generators
make in log-mel and is recognised lost up to 0.61; no iteration lost 0.67 to 0.88, which was 1.7 and more, with 0.5 and
more of the synchrony: what lies between is suspected."""
_UNKNOWN = _Limits({"steadiness": 0.65, "synchrony": 0.9}, {"steadiness": 0.57, "synchrony": 0.45}, 1.6)
"""Of sounds of which nobody knows how they were made."""
_SPREADS = {"steadiness": 1.7, "synchrony": 2.0}
"""Of the real sounds' standard deviations, that the loss must exceed too: how synchronous pulses are differs much from
one voice or instrument to another."""
_PARTLY = 0.4
"""Share that is suspected, where the loss exceeds one standard deviation."""
_CHANCE = 1.5
"""Of the differences between halves of the real sounds, that it must exceed in any case."""


def _judge(evidence: Evidence) -> Ruling:
    heard = probe(evidence)["smear"]
    numbers: dict[str, float] = {}
    direct = representation(evidence) in (*WAVEFORMS, *_PHASED)
    limits = _DIRECT if direct else _BEHIND if representation(evidence) else _UNKNOWN
    for name, least in _SPREADS.items():
        measure = heard[name]
        numbers |= {name: measure["made"]["median"], f"{name}_real": measure["real"]["median"]}
        numbers |= {f"{name}_lost": _lost(name, measure, 0.0), f"{name}_lost_limit": limits.limit(name)}
        numbers |= {f"{name}_spreads": _ratio(measure["shift"], measure["spread"]), f"{name}_spreads_limit": least}
    surely = any(_lost(name, heard[name], _SPREADS[name]) >= limit for name, limit in limits.lost.items())
    partly = max(_lost(name, heard[name], 1.0) for name in _SPREADS)
    surely |= all(_lost(name, heard[name], limits.spreads) >= least for name, least in limits.both.items())
    verdict: Verdict = "found" if surely else "suspect" if partly >= _PARTLY else "fine"
    reason = "partly so" if direct else "partly so, as a way back from magnitudes leaves it"
    if surely and representation(evidence) in _PHASED:
        verdict, reason = "suspect", "its phases are learned with the rest, and may not be learned yet"
    return ruled_beside_the_rest(evidence, verdict, numbers, reason)


def _lost(name: str, measure: Mapping[str, Any], spreads: float) -> float:
    """Share of what real sounds have; 0 where chance or variety explain it, or where there is nothing to lose."""
    there = measure["real"]["median"] - _NOISE[name]
    told = measure["shift"] >= max(spreads * measure["spread"], _CHANCE * measure["null"])
    return float(measure["shift"] / there) if told and there >= _LEAST[name] else 0.0


def _ratio(value: float, of: float) -> float:
    return value / max(of, 1e-6)


def _change(evidence: Evidence) -> Change | None:
    """More iterations over frames that overlap by three quarters: the phase is then nearly fixed by the magnitudes."""
    rate = evidence.facts.get("rate")
    if not rate or not representation(evidence) or representation(evidence) in (*WAVEFORMS, *_PHASED):
        return None
    from ganbaru.signal.coding import power_of_two

    return {"representation_options": {"hop": power_of_two(0.032 * rate) // 4, "iterations": 100}}


CAUSE = Cause(
    "phase-smear",
    needs=("heard",),
    when=is_sound,
    judge=_judge,
    remedy="Give the way back more to go by: a smaller hop and more Griffin-Lim iterations from a PGHI start, a "
    "learned phase, or a representation that has one (representation=magnitude+if).",
    change=_change,
)
