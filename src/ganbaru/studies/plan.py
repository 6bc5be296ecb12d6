"""The plan of a study: what is asked, how it will be decided and what is run, written down before anything runs.

It lies in ``plan.json``, sealed. Asking for another plan in the same folder is refused with what differs; more cells or
seeds come in by an extension only, which is recorded with its reason and with how many trials were done by then, so
that a reader sees whether anybody looked at the results first.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs import durable
from ganbaru.runs.durable import SaveError, shown
from ganbaru.runs.folders import damaged, read_bytes
from ganbaru.runs.seal import Broken, open_json, seal_json
from ganbaru.studies.extension import Extension

DOCUMENT = "plan.json"
_SCHEMA = "ganbaru.plan/1"
_ELSEWHERE = "start another study in a folder of its own, or extend this one by more cells or seeds"

Settings = Mapping[str, Any]
Key = tuple[str, int]
"""Names a trial: its cell and its seed."""


@dataclass(frozen=True)
class Plan:
    """Every cell is run with every seed: the seeds are paired across the cells. A search may leave some of them out.

    Attributes:
        question: what the study is to answer.
        rule: the sentence by which its numbers will decide, fixed beforehand.
        cells: name and settings of each, in order; settings are what JSON can hold.
        seeds: whole numbers, each once.
        extensions: what was added later, in order.
        created: when it was written down (UTC, ISO 8601); empty before.
        only: the cells that are run with some of the seeds only, and these.

    Raises:
        UserError: something is missing, stands twice, or cannot be written down.
    """

    question: str
    rule: str
    cells: Mapping[str, Settings]
    seeds: tuple[int, ...]
    extensions: tuple[Extension, ...] = ()
    created: str = field(default="", compare=False)
    only: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seeds", tuple(self.seeds))
        object.__setattr__(self, "only", {cell: tuple(seeds) for cell, seeds in self.only.items()})
        object.__setattr__(self, "cells", _plain_cells(self.cells))
        if not self.question.strip() or not self.rule.strip():
            raise UserError(
                "a plan needs a question and a rule of decision", hint="write each as a sentence, before anything runs"
            )
        if not self.cells or not self.seeds:
            raise UserError("a plan needs at least one cell and one seed")
        _check_seeds(self.seeds)
        _check_only(self)

    @property
    def keys(self) -> list[Key]:
        """Every trial in the order of running: all cells with the first seed, then all with the next."""
        return [(cell, seed) for seed in self.seeds for cell in self.cells if seed in self.only.get(cell, self.seeds)]

    def place(self, key: Key) -> str:
        """Where a trial's own folder lies in the study's, such as ``trials/000-lr-0.1/seed-7``."""
        number = list(self.cells).index(key[0])
        plain = re.sub(r"[^A-Za-z0-9._=+]+", "-", key[0]).strip("-.")[:60]
        return f"trials/{number:03d}-{plain}/seed-{key[1]}".replace("-/", "/")

    def extended(
        self,
        *,
        why: str,
        cells: Mapping[str, Settings] | None = None,
        seeds: Iterable[int] = (),
        trials: Iterable[Key] = (),
        done: int = 0,
    ) -> "Plan":
        """The plan with more cells, more seeds or both.

        Args:
            why: the reason, one sentence.
            cells: the new ones.
            seeds: the new ones.
            trials: single ones, of cells that are run with some of the seeds only: the new cells that stand here, and
                such cells that are in the plan already.
            done: how many trials are done by now.

        Raises:
            UserError: nothing is new, something stands there already, or there is no reason.
        """
        new_cells, new_seeds, new_trials = dict(cells or {}), tuple(seeds), tuple(trials)
        if not why.strip():
            raise UserError("an extension needs a reason", hint="say in one sentence why more cells or seeds are run")
        if not new_cells and not new_seeds and not new_trials:
            raise UserError("an extension needs more cells or more seeds")
        if twice := sorted(set(new_cells) & set(self.cells)):
            raise UserError(f"the plan has the cell {twice[0]!r} already", hint="give the new one another name")
        extension = Extension(why, tuple(new_cells), new_seeds, done, _now(), new_trials)
        return Plan(
            self.question,
            self.rule,
            {**self.cells, **new_cells},
            (*self.seeds, *new_seeds),
            (*self.extensions, extension),
            self.created,
            self._with_single(new_cells, new_trials),
        )

    def _with_single(self, new_cells: Mapping[str, Settings], trials: Iterable[Key]) -> dict[str, tuple[int, ...]]:
        """``only`` with more trials."""
        only = dict(self.only)
        for cell, seed in trials:
            if cell not in only and cell not in new_cells:
                raise UserError(f"the cell {cell!r} is run with every seed already")
            only[cell] = (*only.get(cell, ()), seed)
        return only

    def stages(self) -> list["Plan"]:
        """The plan as it was first, after each extension, and as it is."""
        stages = [self]
        for extension in reversed(self.extensions):
            last = stages[0]
            cells = {name: last.cells[name] for name in last.cells if name not in extension.cells}
            seeds = tuple(seed for seed in last.seeds if seed not in extension.seeds)
            only = {
                cell: tuple(seed for seed in some if (cell, seed) not in extension.trials)
                for cell, some in last.only.items()
                if cell in cells
            }
            stages.insert(0, Plan(self.question, self.rule, cells, seeds, last.extensions[:-1], self.created, only))
        return stages

    def __repr__(self) -> str:
        return f"Plan({self.question!r}, {len(self.cells)} cells × {len(self.seeds)} seeds)"


def differences(stored: Plan, wanted: Plan) -> list[str]:
    """What ``wanted`` asks for that ``stored`` does not say, one line each; the order of cells and seeds is free."""
    found = [
        f"the {name} was {getattr(stored, name)!r}, now it is {getattr(wanted, name)!r}"
        for name in ("question", "rule")
        if getattr(stored, name) != getattr(wanted, name)
    ]
    for name in dict.fromkeys([*stored.cells, *wanted.cells]):
        found += _differences_of_cell(name, stored.cells.get(name), wanted.cells.get(name))
    found += [f"the seed {seed} is not in the plan" for seed in wanted.seeds if seed not in stored.seeds]
    found += [f"the seed {seed} of the plan is missing" for seed in stored.seeds if seed not in wanted.seeds]
    if not found and set(stored.keys) != set(wanted.keys):
        found.append("the seeds of some cells are others")
    return found


def write_plan(folder: Path, plan: Plan) -> Plan:
    """Write ``plan`` into ``folder``, in place of the one that may be there; returns it as it is stored.

    Raises:
        UserError: the disk refuses; the former one stays.
    """
    stamped = replace(plan, created=plan.created or _now())
    try:
        durable.make_folders(folder)
        durable.replace_file(folder / DOCUMENT, sealed(stamped))
    except OSError as error:
        reason = error if isinstance(error, SaveError) else SaveError(folder / DOCUMENT, error)
        raise UserError(str(reason), hint="choose another folder, or make room there") from error
    return stamped


def read_plan(folder: Path) -> Plan:
    """The plan of the study in ``folder``.

    Raises:
        UserError: there is none, or it is damaged or was edited.
    """
    file = folder / DOCUMENT
    if not file.exists():
        raise UserError(f"{shown(folder)} is no study: it has no {DOCUMENT}", hint="name the folder of a study")
    try:
        return opened(read_bytes(file))
    except (Broken, KeyError, TypeError) as error:
        hint = "restore it from a copy; if it was edited by hand, undo the edit: a plan changes by an extension only"
        raise damaged(file, "its bytes do not match the checksum in it", hint=hint) from error


def sealed(plan: Plan) -> bytes:
    """The plan as it is stored."""
    return seal_json(_document(plan))


def opened(data: bytes) -> Plan:
    """The plan that ``sealed`` was given. Raises Broken, KeyError or TypeError on any other bytes."""
    said = open_json(data)
    extensions = tuple(map(Extension.from_json, said["extensions"]))
    cells = {cell["name"]: cell["settings"] for cell in said["cells"]}
    only = {cell["name"]: cell["seeds"] for cell in said["cells"] if "seeds" in cell}
    return Plan(said["question"], said["rule"], cells, said["seeds"], extensions, said["created"], only)


def agreed(folder: Path, wanted: Plan) -> Plan:
    """The plan of the study in ``folder``: the one that lies there, or, where none does, ``wanted``, written down.

    ``wanted`` may be what the plan was before it was extended.

    Raises:
        UserError: another plan lies there, and what differs.
    """
    if not (folder / DOCUMENT).exists():
        return write_plan(folder, wanted)
    stored = read_plan(folder)
    if not differences(stored, wanted) or any(not differences(stage, wanted) for stage in stored.stages()):
        return stored
    found = differences(stored, wanted)
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    raise UserError(f"{shown(folder)} holds another plan: {'; '.join(found[:3])}{more}", hint=_ELSEWHERE)


_OWN = {"lock", "workers.lock", "workers.log", durable.SAVING + DOCUMENT}
"""What a study that was killed before its plan was written may have left."""


def refuse_occupied(folder: Path) -> None:
    """Raise UserError unless a study lies in ``folder``, or nothing does."""
    if not folder.exists() or (folder / DOCUMENT).exists():
        return
    if not folder.is_dir():
        raise UserError(f"{shown(folder)} is a file, not a folder", hint="choose another folder")
    if {entry.name for entry in folder.iterdir()} - _OWN:
        raise UserError(f"{shown(folder)} is not empty and holds no study", hint="choose another folder")


def _document(plan: Plan) -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "question": plan.question,
        "rule": plan.rule,
        "created": plan.created,
        "seeds": plan.seeds,
        "cells": [
            {"name": name, "settings": settings, **({"seeds": plan.only[name]} if name in plan.only else {})}
            for name, settings in plan.cells.items()
        ],
        "extensions": [vars(extension) for extension in plan.extensions],
    }


def _plain_cells(cells: Mapping[str, Settings]) -> dict[str, dict[str, Any]]:
    """The cells as they come back from the file."""
    for name in cells:
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise UserError(f"{name!r} is no name for a cell", hint="a name is one line of text")
    try:
        return {name: each if isinstance(each, _Plain) else _plain(each) for name, each in cells.items()}
    except (TypeError, ValueError) as error:
        raise UserError(f"a cell cannot be written down: {error}", hint="settings are what JSON can hold") from error


class _Plain(dict[str, Any]):
    """Settings of a plan: they need not be read back again each time a search adds others."""


def _plain(settings: Settings) -> _Plain:
    return _Plain(open_json(seal_json({"settings": settings}))["settings"])


def _check_seeds(seeds: tuple[Any, ...]) -> None:
    wrong = [seed for seed in seeds if not isinstance(seed, int) or isinstance(seed, bool)]
    if wrong:
        raise UserError(f"{wrong[0]!r} is no seed", hint="seeds are whole numbers")
    if len(set(seeds)) < len(seeds):
        twice = next(seed for index, seed in enumerate(seeds) if seed in seeds[:index])
        raise UserError(f"the seed {twice} stands twice in the plan")


def _check_only(plan: Plan) -> None:
    for cell, seeds in plan.only.items():
        if cell not in plan.cells or len(set(seeds)) < len(seeds) or not set(seeds) <= set(plan.seeds):
            raise UserError(f"the seeds of {cell!r}, {list(seeds)}, are not each once among those of the plan")


def _differences_of_cell(name: str, stored: Settings | None, wanted: Settings | None) -> list[str]:
    if stored is None or wanted is None:
        return [
            f"the cell {name!r} is not in the plan" if stored is None else f"the cell {name!r} of the plan is missing"
        ]
    missing = object()
    return [
        f"cell {name!r}: {key} was {_said(stored, key)}, now it is {_said(wanted, key)}"
        for key in dict.fromkeys([*stored, *wanted])
        if stored.get(key, missing) != wanted.get(key, missing)
    ]


def _said(settings: Settings, key: str) -> str:
    return repr(settings[key]) if key in settings else "not set"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
