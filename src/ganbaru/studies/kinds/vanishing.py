"""How often, when and how badly does the gradient vanish that reaches the generator?

"In theory" a critic is trained on and on against a generator that stands still: one whose samples lie apart from the
real ones, an untrained one, and one after a few steps. "In practice" both are trained, over worlds, representations
and critics of several strengths, and every step is counted. A gradient that vanishes is told from one that grows
a hundredfold, from one that points nowhere, and from a training that fails.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Unpack

from ganbaru.errors import unknown
from ganbaru.studies.answer import Answer
from ganbaru.studies.kinds.arms import OBJECTIVES
from ganbaru.studies.kinds.frame import Options, conduct
from ganbaru.studies.kinds.vanishing_judge import judge
from ganbaru.studies.kinds.vanishing_trial import EVEN, GENERATORS, PRACTICE, STRONG, THEORY, trial
from ganbaru.studies.plan import Plan, Settings

__all__ = ["judge", "vanishing"]

WORLDS = ("toy:ring", "toy:grid", "speech:yes,no?count=400")
_LATER = ("minimax", "non-saturating", "Wasserstein, GP")
"""The objectives for which a generator that has learned a little is looked at, too."""
_QUESTION = "How often, when and how badly does the gradient vanish that reaches the generator?"
_RULE = (
    "In practice a run is affected if at least 5 % of its steps have a gradient under 1 % of that at its start; for "
    "the non-saturating objective this is rare if the 95 % interval of the share of such runs lies under {limit:g}, "
    "common if it lies over it, and else we can't tell. Runs of all settings count alike."
)


def vanishing(
    *,
    out: str | os.PathLike[str],
    worlds: Sequence[str] = WORLDS,
    representations: Sequence[str] = ("waveform", "log-mel"),
    objectives: Sequence[str] = tuple(OBJECTIVES),
    seeds: Iterable[int] = range(10),
    steps: int = 250,
    sound_steps: int = 40,
    updates: int = 2000,
    channels: int = 64,
    limit: float = 0.05,
    **options: Unpack[Options],
) -> Answer:
    """How often the generator's gradient vanishes, and what becomes of such trainings.

    Args:
        out: the study's folder.
        worlds: in toy ones every objective meets a critic that is even with the generator, one of ten times the
            learning rate, and one of five updates a step; in those of sound an even one. The theory is looked at in the
            first.
        representations: in which sounds are learned.
        objectives: of `ganbaru.studies.kinds.arms.OBJECTIVES`.
        seeds: paired over all settings.
        steps: of each training on a toy world; sound_steps: of each on sounds.
        updates: of the critic against a generator that stands still.
        channels: width of the networks on toy worlds.
        limit: the share of runs that divides rare from common.
        options: see `Options`.

    Raises:
        UserError: an objective is unknown, a source is not usable, or as `conduct`.
    """
    for name in objectives:
        if name not in OBJECTIVES:
            raise unknown("objective of this study", name, OBJECTIVES)
    fixed = {"steps": steps, "updates": updates, "channels": channels}
    practice: dict[str, Settings] = {}
    for world in worlds:
        practice |= _of_points(world) if _is_toy(world) else _of_sounds(world, representations, sound_steps)
    form = None if _is_toy(worlds[0]) else representations[0]
    theory = {f"{THEORY}, {worlds[0]}, {place}": _in_theory(worlds[0], place, form) for place in GENERATORS}
    cells: dict[str, Settings] = {
        f"{name}: {place}": {**fixed, **about, "objective": name}
        for place, about in {**theory, **practice}.items()
        for name in objectives
        if name in _LATER or about.get("live", 0) == 0
    }
    plan = Plan(_QUESTION, _RULE.format(limit=limit), cells, tuple(seeds))
    return conduct("vanishing", out, plan, trial, {"limit": limit}, **options)


def _is_toy(world: str) -> bool:
    return world.startswith("toy:")


def _in_theory(world: str, generator: str, form: str | None) -> Settings:
    return {"part": THEORY, "world": world, "representation": form, "critic": EVEN, **GENERATORS[generator]}


def _of_points(world: str) -> dict[str, Settings]:
    about = {"part": PRACTICE, "world": world, "representation": None}
    return {f"{PRACTICE}, {world}, critic {critic}": {**about, "critic": critic} for critic in STRONG}


def _of_sounds(world: str, forms: Sequence[str], steps: int) -> dict[str, Settings]:
    about = {"part": PRACTICE, "world": world, "critic": EVEN, "steps": steps}
    return {f"{PRACTICE}, {world}, {form}": {**about, "representation": form} for form in forms}
