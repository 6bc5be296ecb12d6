"""Generated sounds click: spikes, or jumps where pieces do not fit."""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.heard.hearing import WAVEFORMS, graded, is_sound, probe, representation, ruled
from ganbaru.checkup.evidence import Evidence

_MANY = 0.35
"""Share of the sounds with sharper clicks, or more of them, than 95 % of the real ones have."""
_SOME = 0.2
"""Share that is suspected."""


def _judge(evidence: Evidence) -> Ruling:
    heard = probe(evidence)["clicks"]
    excess = {name: _excess(heard[name]) for name in ("sharpest", "rate")}
    numbers = {f"{name}_beyond": value for name, value in excess.items()}
    numbers |= {f"{name}_beyond_limit": _MANY for name in excess}
    numbers |= {"sharpest": heard["sharpest"]["made"]["median"], "sharpest_real": heard["sharpest"]["real"]["median"]}
    most = max(excess.values())
    verdict = graded(most, found=_MANY, suspected=_SOME)
    return ruled(evidence, verdict, numbers, "only some of them click more than real ones do")


def _excess(measure: Mapping[str, Any]) -> float:
    return float(measure["beyond"] - measure["beyond_null"])


def _change(evidence: Evidence) -> Change | None:
    return {"representation": "log-mel"} if representation(evidence) in WAVEFORMS else None


CAUSE = Cause(
    "clicks",
    needs=("heard",),
    when=is_sound,
    judge=_judge,
    remedy="Fade what is cut, pad what is convolved, and let frames overlap: a spectrogram's way back joins "
    "them smoothly (representation=log-mel).",
    change=_change,
)
