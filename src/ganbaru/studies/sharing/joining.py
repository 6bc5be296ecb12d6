"""How a study's folder and the database come to say the same: plan and outcomes, in both directions."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from ganbaru.errors import UserError
from ganbaru.runs.seal import Broken, seal_line
from ganbaru.studies import ledger as of_ledger
from ganbaru.studies.ledger import Ledger, Trial
from ganbaru.studies.plan import Plan, opened, sealed
from ganbaru.studies.sharing.claims import next_version
from ganbaru.studies.sharing.database import lock
from ganbaru.studies.sharing.schema import DONE, FAILED, FREE, PLANS, STUDIES, TRIALS

_TOLD = ("score", "details", "reason", "seconds", "cpu_seconds")


def fingerprint(plan: Plan) -> str:
    """What tells a plan from others: its question, its rule, and its trials with their settings, in any order."""
    cells = {name: [dict(plan.cells[name]), sorted(plan.only.get(name, plan.seeds))] for name in plan.cells}
    asked = json.dumps([plan.question, plan.rule, cells], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def merged(plan: Plan, other: Plan) -> Plan:
    """The plan with what the other has beside it, each extension with its own reason; its cells keep their places.

    Raises:
        UserError: a cell has other settings there.
    """
    for name in plan.cells:
        if name in other.cells and plan.cells[name] != other.cells[name]:
            hint = "give one of them another name, in a study of its own"
            raise UserError(f"the cell {name!r} has other settings on another machine", hint=hint)
    for extension in other.extensions:
        cells = {name: other.cells[name] for name in extension.cells if name not in plan.cells}
        seeds = [seed for seed in extension.seeds if seed not in plan.seeds]
        trials = [key for key in extension.trials if key not in plan.keys]
        if cells or seeds or trials:
            plan = plan.extended(why=extension.why, cells=cells, seeds=seeds, trials=trials, done=extension.done)
            last = replace(plan.extensions[-1], when=extension.when)
            plan = replace(plan, extensions=(*plan.extensions[:-1], last))
    return plan


def join(connection: Connection, plan: Plan, ledger: Ledger, owner: str) -> tuple[str, Plan]:
    """Bring into the database what the folder has; returns the id of the study, and its plan with what others added.

    Args:
        connection: in a transaction.
        plan: of the folder.
        ledger: of the folder.
        owner: under which name the folder's own outcomes are entered.
    """
    lock(connection)
    study = _study(connection, plan)
    theirs = document(connection, study)
    whole = merged(theirs, plan)
    if whole.extensions != theirs.extensions:
        connection.execute(update(STUDIES).where(STUDIES.c.id == study).values(document=sealed(whole).decode()))
    _name_stages(connection, (*plan.stages(), *whole.stages()), study)
    _enter(connection, study, whole, ledger, owner)
    return study, merged(plan, whole)


def document(connection: Connection, study: str) -> Plan:
    """The plan in the database. Raises UserError if it is damaged."""
    data = connection.execute(select(STUDIES.c.document).where(STUDIES.c.id == study)).scalar_one()
    try:
        return opened(data.encode())
    except (Broken, KeyError, TypeError) as error:
        hint = "restore the database from a copy, or name another: the studies' folders have everything"
        raise UserError("the plan in the database does not match the checksum in it", hint=hint) from error


def line(told: Mapping[str, Any]) -> str:
    """What became of a trial, sealed."""
    return seal_line({name: told[name] for name in _TOLD if name in told}).decode()


def _study(connection: Connection, plan: Plan) -> str:
    """The id of the study that asks for a plan, or for what it was before it was extended; made if there is none."""
    names = [fingerprint(stage) for stage in plan.stages()]
    known = select(PLANS.c.fingerprint, PLANS.c.study).where(PLANS.c.fingerprint.in_(names))
    found = {row.fingerprint: row.study for row in connection.execute(known)}
    for name in names:
        if name in found:
            return str(found[name])
    connection.execute(
        insert(STUDIES).values(id=names[0], document=sealed(plan).decode(), version=0, searcher="", expires=0.0)
    )
    return names[0]


def _name_stages(connection: Connection, stages: Iterable[Plan], study: str) -> None:
    names = {fingerprint(stage) for stage in stages}
    known = set(connection.execute(select(PLANS.c.fingerprint).where(PLANS.c.fingerprint.in_(names))).scalars())
    if names > known:
        connection.execute(insert(PLANS), [{"fingerprint": name, "study": study} for name in sorted(names - known)])


def _enter(connection: Connection, study: str, plan: Plan, ledger: Ledger, owner: str) -> None:
    """Enter the trials that are not there, as the ledger has them, and what the ledger says is done and nobody knew."""
    held = select(TRIALS.c.cell, TRIALS.c.seed, TRIALS.c.state).where(TRIALS.c.study == study)
    there = {(row.cell, int(row.seed)): row.state for row in connection.execute(held)}
    version = next_version(connection, study)
    new = [
        _row(study, place, ledger.trials.get(key) or Trial(*key), owner, version)
        for place, key in enumerate(plan.keys)
        if key not in there
    ]
    if new:
        connection.execute(insert(TRIALS), new)
    for trial in _done(ledger, there):
        row = _row(study, 0, trial, owner, version)
        this = and_(TRIALS.c.study == study, TRIALS.c.cell == row["cell"], TRIALS.c.seed == row["seed"])
        del row["place"], row["claim"]
        connection.execute(update(TRIALS).where(this).values({**row, "claim": TRIALS.c.claim + 1}))


def _done(ledger: Ledger, there: Mapping[Any, str]) -> Iterable[Trial]:
    return [t for t in ledger.trials.values() if t.state == of_ledger.DONE and there.get(t.key, DONE) != DONE]


def _row(study: str, place: int, trial: Trial, owner: str, version: int) -> dict[str, Any]:
    state = {of_ledger.DONE: DONE, of_ledger.FAILED: FAILED}.get(trial.state, FREE)
    said = {name: getattr(trial, name) for name in _TOLD} if state != FREE or trial.crashes else {}
    return {
        "study": study,
        "cell": trial.cell,
        "seed": str(trial.seed),
        "place": place,
        "state": state,
        "owner": trial.by or owner,
        "claim": 0,
        "expires": 0.0,
        "crashes": trial.crashes,
        "told": line(said) if said else "",
        "version": version,
    }
