"""The last thing to try: how networks learn where nobody sets anything."""

from typing import Any

from ganbaru.checkup.finding import Findings
from ganbaru.checkup.run.facts import is_plain
from ganbaru.checkup.treating.candidates import EXCLUDE, Candidate, candidates
from ganbaru.checkup.treating.planning import config_of
from ganbaru.runs import Run
from ganbaru.training import settings
from ganbaru.training.session import Parts

_LEARNING = (
    *("objective", "constraint", "constraint_strength", "constraint_every", "n_critic", "batch", "gradient_clip"),
    *("ema", "warmup", "decay", "decay_start", "noise", "shift"),
    *("generator.optimizer", "generator.learning_rate", "generator.optimizer_options"),
    *("critic.optimizer", "critic.learning_rate", "critic.optimizer_options"),
)
"""Settings of how networks learn; not what they are, nor for how long."""
_REMEDY = "Go back to the settings that are usual on such data."


def last_resort(run: Run, kind: str, findings: Findings, parts: Parts) -> list[Candidate]:
    """The usual settings, where others are advised or suspected; none where they are so, or it is no game of two.

    Args:
        run: the run that is treated.
        kind: of its source.
        findings: what was found in it.
        parts: what is the user's own: an objective or a constraint stays.
    """
    advised = [each for each in candidates(findings) if EXCLUDE not in each.change]
    if not advised or is_plain(run.document) or parts.objective is not None or parts.constraint is not None:
        return []
    change = _usual(run, kind)
    return [Candidate(advised[0].cause, advised[0].verdict, change, _REMEDY)] if change else []


def _usual(run: Run, kind: str) -> dict[str, Any]:
    """How networks learn on such data where nothing is set, as far as the run differs from that."""
    differs = settings.difference(config_of(run), settings.resolve(kind))
    return {key: after for key, (_, after) in differs.items() if key in _LEARNING}
