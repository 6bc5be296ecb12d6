"""Generated sounds are (nearly) silent, or a click and then nothing."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.heard.hearing import is_sound, probe, ruled
from ganbaru.checkup.evidence import Evidence

_MANY = 0.25
"""Share of silent sounds, beyond that of the real ones under the same bound."""
_SOME = 0.05
"""Share that is suspected."""
_DOWN = 30.0
"""dB by which the median lies below that of the real sounds."""
_SPREADS = 2.0
"""The same in standard deviations of the real sounds."""


def _judge(evidence: Evidence) -> Ruling:
    level = probe(evidence)["level"]
    share = level["silent"] - level["silent_real"]
    down = max(_DOWN, _SPREADS * level["spread"], 2 * level["null"])
    numbers = {"silent": share, "silent_limit": _MANY, "down": level["shift"], "down_limit": down}
    numbers |= {"level": level["made"]["median"], "level_real": level["real"]["median"]}
    if share >= _MANY or level["shift"] >= down:
        return ruled(evidence, "found", numbers)
    return ruled(evidence, "suspect" if share >= _SOME else "fine", numbers, "only some of them are silent")


CAUSE = Cause(
    "silent-output",
    needs=("heard",),
    when=is_sound,
    judge=_judge,
    remedy="Check the sign of the generator's loss and its last layer; then compare pairs, which pulls it out of "
    "silence (objective=relativistic, constraint=r1+r2).",
    change=lambda evidence: {"objective": "relativistic", "constraint": "r1+r2"},
    explains=("mode-collapse", "mode-dropping", "hiss", "phase-smear"),
)
