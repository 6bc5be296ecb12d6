"""A kind of study called with what was typed: each is a function, and what it takes is read off its signature."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ganbaru.cli.asking import Asked, kept
from ganbaru.errors import UserError, unknown
from ganbaru.studies import extend_study, kinds
from ganbaru.studies.answer import Answer
from ganbaru.studies.kinds.frame import Options
from ganbaru.studies.plan import DOCUMENT as PLAN
from ganbaru.studies.plan import read_plan
from ganbaru.studies.search.space import Space
from ganbaru.training.settings import from_assignment

_VARIED = {"hyper": "space", "capacity": "sizes"}
"""What each kind that varies settings calls these."""
_POINTS = 5
"""Values of a range, where a kind wants them listed."""
_TYPED = {"train", "data", "worlds", "out", "seeds", "steps", "settings", "options"}
"""Parameters that have an option of their own, whatever the kind."""

Parameters = Mapping[str, inspect.Parameter]


def answered(asked: Asked, **options: Any) -> Answer:
    """Run what is missing of a study and judge it.

    Args:
        asked: what is run.
        options: how: those of `frame.Options`; None and False count as not given.

    Raises:
        UserError: the kind needs or does not know something, or the study cannot be run.
        Interrupted: Ctrl-C or SIGTERM.
    """
    function: Callable[..., Answer] = getattr(kinds, kinds.KINDS[asked.kind])
    given = _arguments(asked, inspect.signature(function).parameters)
    _grow(asked)
    chosen = {name: value for name, value in options.items() if value is not None and value is not False}
    return function(**given, out=asked.out, **chosen)


def _arguments(asked: Asked, parameters: Parameters) -> dict[str, Any]:
    """All that was typed, by the kind's own names."""
    given = {**_subject(asked, parameters), **_chosen(asked, parameters)}
    settings = dict(map(from_assignment, asked.settings))
    if asked.steps is not None and "settings" in parameters:
        settings["steps"] = asked.steps
    elif asked.steps is not None:
        given["steps"] = asked.steps
    if asked.vary:
        given[_VARIED.get(asked.kind, "--vary")] = _varied(asked)
    given |= {name: value for name, value in (("settings", settings), ("seeds", asked.seeds)) if value}
    for name, option in {"settings": "--set", "--vary": "--vary", "steps": "--steps", "seeds": "--seeds"}.items():
        if name in given and name not in parameters:
            raise UserError(
                f"the study {asked.kind!r} takes no {option}", hint=f"leave it out; {_options(asked, parameters)}"
            )
    return given


def _subject(asked: Asked, parameters: Parameters) -> dict[str, Any]:
    """What is trained on what: `ganbaru.fit` on the source, or a kind's own trainings on a world."""
    if "worlds" in parameters:
        return {"worlds": [asked.source]} if asked.source else {}
    if not asked.source:
        hint = f"ganbaru study {asked.kind} SOURCE, a folder of sounds or a world such as toy:ring"
        raise UserError(f"the study {asked.kind!r} needs something to learn", hint=hint)
    from ganbaru.training import fit

    return {"train": fit, "data": asked.source}


def _varied(asked: Asked) -> Any:
    """The settings that are varied, as the kind takes them."""
    space = Space.read(asked.vary)
    return {name: axis.points(_POINTS) for name, axis in space.axes.items()} if asked.kind == "capacity" else space


def _chosen(asked: Asked, parameters: Parameters) -> dict[str, Any]:
    """The options of the kind; one that takes a list is given one."""
    found: dict[str, Any] = {}
    for text in asked.chosen:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            raise UserError(f"--with {text!r} is not NAME=VALUE", hint=_options(asked, parameters))
        if name not in (free := _free(asked, parameters)):
            raise unknown(f"option of the study {asked.kind!r}", name, free)
        listed = "," in value or isinstance(parameters[name].default, tuple | list | range)
        values = [from_assignment(f"{name}={part}")[1] for part in value.split(",") if part]
        found[name] = values if listed else from_assignment(text)[1]
    return found


def _free(asked: Asked, parameters: Parameters) -> list[str]:
    """Those that ``--with`` may name."""
    typed = {*_TYPED, *Options.__annotations__, _VARIED.get(asked.kind)}
    return [name for name in parameters if name not in typed]


def _options(asked: Asked, parameters: Parameters) -> str:
    return f"its own options, by --with NAME=VALUE: {', '.join(_free(asked, parameters))}"


def _grow(asked: Asked) -> None:
    """Extend a study of the same by the seeds that are new: a number of seeds is a total."""
    before = kept(asked.out)
    if before is None or not (asked.out / PLAN).exists() or not asked.seeds:
        return
    had = read_plan(asked.out).seeds
    new = tuple(seed for seed in asked.seeds if seed not in had)
    names = ("kind", "source", "steps", "settings", "vary", "chosen")
    if new and set(had) <= set(asked.seeds) and all(getattr(before, name) == getattr(asked, name) for name in names):
        extend_study(asked.out, why=f"{len(asked.seeds)} seeds were asked for instead of {len(had)}", seeds=new)
