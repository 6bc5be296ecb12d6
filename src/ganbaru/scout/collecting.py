"""Reading every source of a query into the store: each on its own, none able to stop another."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from ganbaru.bell import Bell, listening
from ganbaru.errors import UserError
from ganbaru.progress import Progress, silent
from ganbaru.scout.addresses import Address
from ganbaru.scout.asking import Asking, Net
from ganbaru.scout.names import shown
from ganbaru.scout.places.bluesky import visit_bluesky
from ganbaru.scout.places.files import visit_file
from ganbaru.scout.places.holodex import visit_holodex
from ganbaru.scout.places.mastodon import visit_mastodon
from ganbaru.scout.places.misskey import visit_misskey
from ganbaru.scout.places.twitch import visit_twitch
from ganbaru.scout.places.visit import Told, Visit
from ganbaru.scout.places.x import visit_x
from ganbaru.scout.places.youtube_api import visit_youtube_api
from ganbaru.scout.places.youtube_feed import visit_youtube_feed
from ganbaru.scout.query import AnySource, MastodonSource, MisskeySource, Query
from ganbaru.scout.seen import Batch, Health
from ganbaru.scout.store import Store
from ganbaru.scout.times import DAY
from ganbaru.scout.trouble import NotThere, Stopped, Trouble

_LOOK_BACK_DAYS = 90


@dataclass(frozen=True)
class Source:
    """One thing to read.

    Attributes:
        name: in lists and in the store.
        visit: how.
        despite_robots: as in the query.
    """

    name: str
    visit: Callable[[Visit], Told]
    despite_robots: str = ""


@dataclass(frozen=True)
class Collected:
    """What a run did.

    Attributes:
        health: how each source fared, in the order of the query.
        stopped: somebody asked to stop before all were read.
    """

    health: Sequence[Health]
    stopped: bool


def sources(query: Query) -> list[Source]:
    """Everything that a query asks for: files first, then what is free, then what needs a key, and what costs money."""
    files = [
        (f"file:{file.path}", partial(visit_file, file, query.folder / file.path)) for file in query.files if file.on
    ]
    return [
        *(Source(name, visit) for name, visit in files),
        *_each("misskey", query.misskey, visit_misskey),
        *_each("mastodon", query.mastodon, visit_mastodon),
        *_one("bluesky", query.bluesky, visit_bluesky),
        *_one("youtube_api", query.youtube_api, visit_youtube_api),
        *_one("youtube_feed", query.youtube_feed, visit_youtube_feed),
        *_one("twitch", query.twitch, visit_twitch),
        *_one("holodex", query.holodex, visit_holodex),
        *_one("x", query.x, visit_x),
    ]


_Asked = TypeVar("_Asked", bound=AnySource)
_Served = TypeVar("_Served", MisskeySource, MastodonSource)


def _one(name: str, source: _Asked | None, visit: Callable[[_Asked, Visit], Told]) -> list[Source]:
    """A place that is one source."""
    return [Source(name, partial(visit, source), source.despite_robots)] if source and source.on else []


def _each(name: str, source: _Served | None, visit: Callable[[_Served, str, Visit], Told]) -> list[Source]:
    """A place of which every server is a source."""
    servers = source.servers if source and source.on else []
    return [Source(f"{name}:{one}", partial(visit, source, one), source.despite_robots) for one in servers if source]


def collect(
    query: Query,
    store: Store,
    *,
    since: float | None = None,
    seed: int = 0,
    progress: Progress = silent,
    local: frozenset[Address] = frozenset(),
    clock: Callable[[], float] = time.time,
) -> Collected:
    """Read what is new in every source.

    Args:
        query: what to read.
        store: where it goes.
        since: nothing published before is looked for (UTC seconds); 90 days back where not given.
        seed: of the back-off's jitter.
        progress: told after each source.
        local: hosts and ports of one's own machine or network that may be asked; none but for tests and experiments.
        clock: seconds since 1970, UTC.

    Returns:
        How each source fared; Ctrl-C ends the run at the next instant, with all whole batches stored.

    Raises:
        UserError: the query names no source, the packages are missing, another run holds the store, or the store cannot
            be written.
    """
    asked = sources(query)
    with _alone(store.path), listening(Bell()) as bell:
        store.opt_out(query.left_out())
        store.purge(clock())
        if not asked:
            raise UserError("the query names no source that is on", hint="add one, such as [bluesky] or [[files]]")
        net = Net(
            query.caps.limits(), contact=query.contact, local=local, seed=seed, stopped=lambda: bell.rung, clock=clock
        )
        with contextlib.closing(net):
            told = list(_read(asked, query, store, net, since, progress))
        return Collected(told, bell.rung)


def _read(
    asked: Sequence[Source], query: Query, store: Store, net: Net, since: float | None, progress: Progress
) -> Iterator[Health]:
    for number, source in enumerate(asked, start=1):
        if net.stopped():
            return
        asking = Asking(net, partial(store.mark, source.name), source.despite_robots)
        now = net.clock()
        start = now - _LOOK_BACK_DAYS * DAY if since is None else since
        visit = Visit(source.name, asking, store, query.hashtags, query.tags, query.languages, start, now)
        health = _waiting(source, store, now) or _fared(source, visit, store)
        if health is not None:
            store.note(health)
            yield health
        progress(source.name, number, len(asked))


def _waiting(source: Source, store: Store, now: float) -> Health | None:
    """A source that asked to wait is not asked before."""
    last = next((health for health in store.health() if health.source == source.name), None)
    if last is None or last.until <= now:
        return None
    minutes = (last.until - now) / 60
    return Health(source.name, "not asked", f"it asked to wait, {minutes:.0f} minutes from now", now, last.until)


def _fared(source: Source, visit: Visit, store: Store) -> Health | None:
    """Read one source to its end or to its trouble; None where somebody asked to stop."""
    try:
        return _stored(source, source.visit(visit), visit, store)
    except Stopped:
        return None
    except Trouble as trouble:
        return visit.ended(trouble.state, _line(trouble.said), trouble.until)
    except NotThere as trouble:
        return visit.ended("out", _line(str(trouble)))
    except UserError as error:
        if isinstance(error.__cause__, ImportError):
            raise
        return visit.ended("not asked", _line(str(error)))


def _line(said: str) -> str:
    return shown(said, 400)


def _stored(source: Source, told: Generator[Batch | Health, None, None], visit: Visit, store: Store) -> Health:
    """Store each batch with its marks; returns the health that the source ends with."""
    health = visit.ended("out", "it ended without a word")
    for one in told:
        if isinstance(one, Health):
            health = one
        else:
            store.take(source.name, Batch(one.seen, {**visit.asking.kept, **one.marks}))
    return health


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Only one run at a time asks for a store: two would ask everybody twice.

    Raises:
        UserError: another one is at work.
    """
    lock = path.with_name(f"{path.name}.lock")  # not the store itself: closing it would let go of SQLite's own locks
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UserError(f"another run is reading into {str(path)!r}", hint="wait until it ends") from error
    finally:
        os.close(descriptor)
