"""Why something was not recorded, and which command would bring it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

RECORDED = (
    *("critic_loss", "generator_loss", "penalty", "w1", "w1_held_out"),
    *("real_score_mean", "real_score_std", "fake_score_mean", "fake_score_std"),
    *("generator_gradient", "critic_gradient", "generator_update_ratio", "critic_update_ratio"),
    *("dead_units_generator", "dead_units_critic", "clipped_share", "fake_gradient", "lipschitz"),
    *("real_low", "real_high", "fake_low", "fake_high", "real_std", "fake_std"),
    *("spread", "coverage", "precision", "batch_distance"),
    *("coverage_real", "precision_real", "batch_distance_real", "drift_0", "drift_1"),
    *("seconds_critic", "seconds_generator", "seconds_data"),
)
"""The series of a recorded step of a game."""
RECORDED_PLAIN = ("loss", "held_out_loss", "model_gradient", "model_update_ratio", "seconds_generator")
"""Those of a training without a critic."""

_ONLY = {
    "clipped_share": "the constraint does not clip weights",
    "penalty": "the constraint has no penalty, or none fell on a recorded step",
}
_FLUSHED = "training flushes denormal numbers to zero, so there are none; a loop of one's own is looked at by gb.watch"


def reasons(
    config: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], has: Iterable[str], *, plain: bool, damage: str = ""
) -> dict[str, str]:
    """Why each series that a run could have is not there, by name.

    Args:
        config: the run's settings.
        lines: what was recorded.
        has: names of the series that are there.
        plain: one network learned from one loss.
        damage: why nothing could be read.
    """
    there = set(has)
    why = damage or _nothing_recorded(config, lines)
    names = RECORDED_PLAIN if plain else RECORDED
    found = {name: why or _ONLY.get(name, _too_small(name)) for name in names if name not in there}
    if not any(name.startswith("quality.") for name in there):
        found["quality.distance"] = damage or "it was never measured: go on with --resume, or run with more steps"
    return {**found, "denormals": _FLUSHED}


def _nothing_recorded(config: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    every = config.get("record_every", 0)
    if any(line.get("kind") == "step" for line in lines):
        return ""
    if not every:
        return "record_every is 0: run with --set record_every=10"
    return "it ended before its first step was recorded: go on with --resume"


def _too_small(name: str) -> str:
    return f"the recorder of this run did not write {name.replace('_', ' ')}: batches of 8 or more, finite, have it"
