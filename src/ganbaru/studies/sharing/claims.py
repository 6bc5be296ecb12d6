"""What is done to the table of trials, each in one transaction: claiming, renewing, settling, reading what is new.

A claim is a number that grows by one each time a trial is given to somebody. Whoever was given it may renew it and say
what became of the trial, until it has expired *and* another has claimed the trial: from then on that number is no
longer the trial's, and what its holder says is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from ganbaru.studies.plan import Key
from ganbaru.studies.sharing.schema import CLAIMED, DONE, FAILED, FREE, STUDIES, TRIALS, now, up_since

_T = TRIALS.c
Claims = Mapping[Key, int]
"""The number of the claim on each trial."""


@dataclass(frozen=True)
class News:
    """A trial whose state was changed.

    Attributes:
        key: which.
        state: "free", "claimed", "done" or "failed".
        owner: who claimed it last.
        claim: the number of that claim.
        crashes: how often it crashed since it was last asked for.
        told: the sealed line of what became of it the last time; empty if nobody has said anything.
        version: of the study, when it was changed.
    """

    key: Key
    state: str
    owner: str
    claim: int
    crashes: int
    told: str
    version: int


def claim(connection: Connection, study: str, owner: str, *, lapse: float) -> tuple[Key, int] | None:
    """Give ``owner`` the first trial that nobody has, or whose claim has expired; None if there is none.

    Args:
        connection: in a transaction.
        study: its id.
        owner: the name of who asks.
        lapse: for how long the claim holds unless it is renewed (s); a database that was down is given that long
            before anybody's claim counts as expired.
    """
    expired = and_(_T.state == CLAIMED, _T.expires < now(), up_since() + lapse < now())
    found = connection.execute(
        select(_T.cell, _T.seed, _T.claim)
        .where(_T.study == study, or_(_T.state == FREE, expired))
        .order_by(_T.place)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if found is None:
        return None
    key = found.cell, int(found.seed)
    values = {"state": CLAIMED, "owner": owner, "claim": found.claim + 1, "expires": now() + lapse}
    connection.execute(update(TRIALS).where(_this(study, key)).values(values))
    return key, found.claim + 1


def renew(connection: Connection, study: str, owner: str, claims: Claims, *, lapse: float) -> set[Key]:
    """Renew claims; returns the trials that others have claimed since."""
    lost = set()
    for key, number in sorted(claims.items()):
        mine = and_(_this(study, key), _T.owner == owner, _T.claim == number, _T.state == CLAIMED)
        if not connection.execute(update(TRIALS).where(mine).values(expires=now() + lapse)).rowcount:
            lost.add(key)
    return lost


def settle(
    connection: Connection, study: str, owner: str, key: Key, number: int, *, state: str, crashed: bool, told: str
) -> bool:
    """Say what became of a claimed trial. Returns False, and changes nothing, if it is another's by now.

    Saying it twice, because the first answer was lost on the way, is saying it once.
    """
    version = next_version(connection, study)
    mine = and_(_this(study, key), _T.owner == owner, _T.claim == number)
    row = connection.execute(select(_T.state, _T.crashes, _T.told).where(mine).with_for_update()).first()
    if row is None:
        return False
    if row.state == CLAIMED:
        values = {"state": state, "crashes": row.crashes + crashed, "told": told or row.told, "version": version}
        connection.execute(update(TRIALS).where(mine).values(values))
    return True


def lead(connection: Connection, study: str, owner: str, *, lapse: float) -> bool:
    """Be the only one that asks the search for more trials, or stay it; False if another is."""
    one = STUDIES.c
    free = or_(one.searcher.in_(["", owner]), one.expires < now())
    values = {"searcher": owner, "expires": now() + lapse}
    return bool(connection.execute(update(STUDIES).where(one.id == study, free).values(values)).rowcount)


def follow(connection: Connection, study: str, owners: Iterable[str]) -> None:
    """Let another be the one that asks the search, if one of these is."""
    theirs = and_(STUDIES.c.id == study, STUDIES.c.searcher.in_(list(owners)))
    connection.execute(update(STUDIES).where(theirs).values(searcher=""))


def release(connection: Connection, study: str, owners: Iterable[str]) -> None:
    """Give back whatever these have claimed, the search included."""
    names = list(owners)
    follow(connection, study, names)
    theirs = and_(_T.study == study, _T.state == CLAIMED, _T.owner.in_(names))
    connection.execute(update(TRIALS).where(theirs).values(state=FREE))


def ask_again(connection: Connection, study: str) -> None:
    """Put every failed trial back."""
    failed = and_(_T.study == study, _T.state == FAILED)
    version = next_version(connection, study)
    connection.execute(update(TRIALS).where(failed).values(state=FREE, crashes=0, version=version))


def reopen(connection: Connection, study: str, news: News) -> None:
    """Put a trial back whose outcome is damaged."""
    damaged = and_(_this(study, news.key), _T.state == DONE, _T.told == news.told)
    version = next_version(connection, study)
    connection.execute(update(TRIALS).where(damaged).values(state=FREE, told="", version=version))


def news(connection: Connection, study: str, *, since: int) -> list[News]:
    """Every trial of which something was said after a version of the study, in that order."""
    columns = (_T.cell, _T.seed, _T.state, _T.owner, _T.claim, _T.crashes, _T.told, _T.version)
    newer = select(*columns).where(_T.study == study, _T.version > since).order_by(_T.version, _T.place)
    return [_news(row) for row in connection.execute(newer)]


def next_version(connection: Connection, study: str) -> int:
    """The version for what is changed in this transaction; until its end, nobody else is given one."""
    counted = update(STUDIES).where(STUDIES.c.id == study).values(version=STUDIES.c.version + 1)
    return int(connection.execute(counted.returning(STUDIES.c.version)).scalar_one())


def _this(study: str, key: Key) -> ColumnElement[bool]:
    return and_(_T.study == study, _T.cell == key[0], _T.seed == str(key[1]))


def _news(row: Any) -> News:
    return News((row.cell, int(row.seed)), row.state, row.owner, row.claim, row.crashes, row.told, row.version)
