"""What a search is asked for, checked before anything is planned."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ganbaru.errors import UserError
from ganbaru.studies.search.around import default_space
from ganbaru.studies.search.chooser import Sampler
from ganbaru.studies.search.finals import held_back
from ganbaru.studies.search.rungs import Rungs
from ganbaru.studies.search.searching import Design
from ganbaru.studies.search.space import Axis, Space, Value
from ganbaru.studies.search.stages import BY_RUNGS, Pruning, Stage, stages
from ganbaru.studies.trainee import NOTHING, Trainee

SpaceGiven = Space | Mapping[str, Axis | Sequence[Value]] | Iterable[str]


def space_of(given: SpaceGiven | None, trial: Trainee, settings: Mapping[str, Any]) -> Space:
    """The space that was named, or the trainee's own.

    Raises:
        UserError: it is none, or has a setting or a value that the trainee does not take.
    """
    space = _space(given, trial)
    for name, axis in space.axes.items():
        for value in axis.points(2):
            trial.check({**settings, name: value})
    return space


def seeds_of(given: Iterable[int] | None, default: int, *, least: int = 1) -> tuple[int, ...]:
    """The seeds that choose. Raises UserError where they are fewer than ``least``."""
    seeds = tuple(range(default)) if given is None else tuple(given)
    if len(seeds) < least:
        raise UserError(f"{len(seeds)} seeds are too few", hint=f"take {least} at least")
    return seeds


def refuse(**given: Any) -> None:
    """Raise UserError for what only a search has, where one setting is moved at a time."""
    for name, value in given.items():
        if value not in (None, "none"):
            hint = 'say search="tpe", or leave it out'
            raise UserError(f"{name} is of a search, and one at a time is none", hint=hint)


def designed(
    trial: Trainee,
    space: Space,
    present: Mapping[str, Value] | None,
    seeds: tuple[int, ...],
    settings: Mapping[str, Any],
    *,
    sampler: Sampler | None,
    count: int,
    rungs: int,
    seed: int,
    trials: int | None,
    training_steps: int | None,
    pruning: Pruning,
    steps: str | None,
    finals: bool,
) -> tuple[Design, Rungs | None]:
    """A search, checked, and what runs its trials where points are trained to rungs.

    Args:
        sampler: "random" or "tpe"; None for a grid of about ``count`` values of each setting.
        settings: what every run is trained with.
        finals: whether a part of the budget is held back for them.
        others: see `ganbaru.studies.kinds.hyper`.

    Raises:
        UserError: it would never end, or nothing says how long a training is.
    """
    length = _length(trial, steps, settings, needed=pruning in BY_RUNGS or training_steps is not None)
    parts, ran = _stages(pruning, seeds, length, rungs, trial)
    design = Design(
        space=space,
        sampler=sampler,
        stages=parts,
        seeds=seeds,
        pruning=pruning,
        higher_is_better=trial.higher_is_better,
        seed=seed,
        most_trials=trials,
        most_steps=training_steps,
        held_back=held_back(trials, training_steps, length[1] if length else None) if finals else 0,
        present=present,
        common=trial.cell(**settings),
        points=[point for point in space.grid(count) if point != present] if sampler is None else (),
    )
    _check_budget(design)
    return design, ran


def _length(trial: Trainee, steps: str | None, settings: Mapping[str, Any], *, needed: bool) -> tuple[str, int] | None:
    """Which setting says how long a training is, and what it says; None where nobody needs to know.

    Raises:
        UserError: it is needed, and nothing says so.
    """
    name = steps or "steps"
    value = settings.get(name, trial.present(name))
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return name, value
    if steps is None and not needed:
        return None
    what = "nothing" if value is NOTHING else repr(value)
    hint = f"name the setting and its value: steps={name!r}, settings={{{name!r}: 1000}}"
    raise UserError(f"how long is a training? {name} is {what}", hint=hint)


def _stages(
    pruning: Pruning, seeds: tuple[int, ...], length: tuple[str, int] | None, rungs: int, trial: Trainee
) -> tuple[list[Stage], Rungs | None]:
    """The stages of a point, and what runs them where they are rungs; a trainee that cannot go on begins each anew."""
    found = stages(pruning, seeds, length[1] if length else None, rungs)
    if pruning not in BY_RUNGS or length is None:
        return found, None
    ran = Rungs(trial, length[0])
    anew = [Stage(stage.seeds, stage.steps, 0, stage.resource) for stage in found]
    return (found if ran.goes_on else anew), ran


def _check_budget(design: Design) -> None:
    """Raise UserError unless the search ends."""
    bounds = (design.most_trials, design.most_steps)
    if any(bound is not None and bound < 1 for bound in bounds):
        raise UserError("a budget must be positive")
    if design.sampler is not None and bounds == (None, None):
        raise UserError("how long may it search?", hint="trials=100, or training_steps=200_000")
    if design.sampler is None and design.pruning == "none" and bounds != (None, None):
        hint = "a smaller count makes fewer points; random draws any number of them"
        raise UserError(f"a grid of {len(design.points)} points is run whole, without a budget", hint=hint)


def _space(given: SpaceGiven | None, trial: Trainee) -> Space:
    if given is None:
        return default_space(trial)
    if isinstance(given, Space):
        return given
    if isinstance(given, str):
        return Space.read([given])
    return Space.of(given) if isinstance(given, Mapping) else Space.read(given)
