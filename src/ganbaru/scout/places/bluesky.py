"""Bluesky: posts from its stream, profiles from the server that shows them to guests.

Sources: docs.bsky.app lexicons app.bsky.feed.post, app.bsky.richtext.facet, app.bsky.feed.repost, app.bsky.actor.defs
(profileViewDetailed) and app.bsky.actor.getProfiles (at most 25 actors); com.atproto.label.defs (self-labels, such as
``!no-unauthenticated``); read in November 2026. ``searchPosts`` is closed to guests since January 2025
(github.com/bluesky-social/atproto issues 3423 and 3583), so the stream it is. Counts of likes are not in it.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from ganbaru.scout import wishes
from ganbaru.scout.names import plain
from ganbaru.scout.places.jetstream import Event, events
from ganbaru.scout.places.visit import Told, Visit, language, strangers
from ganbaru.scout.query import BlueskySource
from ganbaru.scout.seen import Account, Batch, Gone, Link, Post, Seen
from ganbaru.scout.taken import at, count, items, link, links_in, name, rows, text, texts
from ganbaru.scout.times import DAY, instant, published

PLACE = "bluesky"
_POSTS, _REPOSTS = "app.bsky.feed.post", "app.bsky.feed.repost"
_BATCH_EVENTS = 1_000
_OVERLAP_MICROSECONDS = 3_000_000
"""How far a run goes back behind the last one's end, as the servers of the stream do not agree to the microsecond."""
_PROFILES, _PROFILE_REQUESTS = 25, 40
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}", re.ASCII)


def visit_bluesky(source: BlueskySource, visit: Visit) -> Told:
    """Read the stream from where the last run ended, then the profiles of those who posted."""
    known = yield from _finders(source, visit)
    finders = frozenset(known.values())
    named: dict[str, None] = {}
    start = reached = begun = _start(source, visit)
    for batch, reached, begun in _streamed(source, visit, start, finders):  # noqa: B007
        tellings = [one for one in batch.seen if isinstance(one, Post) and one.author in finders]
        named.update(dict.fromkeys(person for telling in tellings for person in telling.mentions))
        yield batch
    yield from _profiles(source, visit, list(named))
    missing = (begun - start) / 60e6
    gap = f"; {missing:.0f} minutes before it are no longer kept by the stream" if missing > 10 else ""
    behind = max(0.0, visit.now - reached / 1e6) / 60
    late = f"; {behind:.0f} minutes are left for the next run" if behind > 1 else ""
    unknown = strangers([handle for handle in _wanted(source) if handle not in known])
    yield visit.ended("well", f"the stream was read{late}{gap}{unknown}")


def _wanted(source: BlueskySource) -> list[str]:
    return [plain(handle).lstrip("@") for handle in source.discovery]


def _start(source: BlueskySource, visit: Visit) -> int:
    """Where to go on, or how far to look back the first time."""
    kept = visit.mark("cursor")
    if kept.isdecimal():
        return int(kept) - _OVERLAP_MICROSECONDS
    back = max(visit.since, visit.now - 60.0 * source.lookback_minutes)
    return round(back * 1e6)


def _streamed(
    source: BlueskySource, visit: Visit, start: int, finders: frozenset[str]
) -> Iterator[tuple[Batch, int, int]]:
    """Batches with where the stream stands after each, and where it began."""
    seen: list[Seen] = []
    collections = (_POSTS, _REPOSTS) if finders else (_POSTS,)
    cursor, begun = start, 0
    for number, event in enumerate(events(visit, source.stream, collections, start, source.seconds), start=1):
        begun = begun or event["time_us"]
        cursor = max(cursor, event["time_us"])
        seen += _of_event(visit, event, finders)
        if number % _BATCH_EVENTS == 0:
            yield Batch(seen, {"cursor": str(cursor)}), cursor, begun
            seen = []
    yield Batch(seen, {"cursor": str(cursor)}), cursor, begun or start


def _of_event(visit: Visit, event: Event, finders: frozenset[str]) -> Iterable[Seen]:
    """What an event means here: mostly nothing."""
    did = name(event, "did")
    if not _DID.fullmatch(did):
        return []
    if event.get("kind") == "account" and at(event, "account", "active") is False:
        return [Gone(PLACE, did, "account")]
    collection, key = name(event, "commit", "collection"), name(event, "commit", "rkey")
    if event.get("kind") != "commit" or collection not in (_POSTS, _REPOSTS) or not _KEY.fullmatch(key):
        return []
    identifier = f"at://{did}/{collection}/{key}"
    if at(event, "commit", "operation") == "delete":
        return [Gone(PLACE, identifier, "post")]
    told = min(event["time_us"] / 1e6, visit.now)
    if collection == _REPOSTS:
        return _repost(event, did, identifier, told) if did in finders else []
    post = _post(event, did, identifier, key, told)
    return [post] if visit.wants(post) or (did in finders and visit.keeps(post)) else []


def _post(event: Event, did: str, identifier: str, key: str, told: float) -> Post:
    record = at(event, "commit", "record")
    features = [one for facet in items(record, "facets") for one in items(facet, "features")]
    tags = [name(one, "tag") for one in features if name(one, "$type").endswith("#tag")] + [*texts(record, "tags")]
    mentions = [name(one, "did") for one in features if name(one, "$type").endswith("#mention")]
    spoken = texts(record, "langs")
    return Post(
        place=PLACE,
        id=identifier,
        author=did,
        at=published(at(record, "createdAt"), told),
        text=text(record, "text"),
        tags=tuple(dict.fromkeys(filter(None, tags))),
        url=f"https://bsky.app/profile/{did}/post/{key}",
        language=language(spoken[0]) if spoken else "",
        mentions=tuple(dict.fromkeys(one for one in mentions if _DID.fullmatch(one))),
        seen=told,
    )


def _repost(event: Event, did: str, identifier: str, told: float) -> Iterable[Seen]:
    """A finder repeats somebody's post: that names them."""
    subject = name(event, "commit", "record", "subject", "uri")
    author = subject.removeprefix("at://").partition("/")[0]
    if not _DID.fullmatch(author):
        return []
    when = published(at(event, "commit", "record", "createdAt"), told)
    return [Post(PLACE, identifier, did, when, mentions=(author,), repost_of=subject, seen=told)]


def _finders(source: BlueskySource, visit: Visit) -> Generator[Batch, None, dict[str, str]]:
    """The identifiers of the discovery accounts, by handle; looked up once a day."""
    kept = json.loads(visit.mark("finders") or "{}")
    wanted = _wanted(source)
    if wanted and (kept.get("at", 0.0) < visit.now - DAY or set(wanted) - set(kept.get("of", {}))):
        groups = [wanted[start : start + _PROFILES] for start in range(0, len(wanted), _PROFILES)]
        found = {plain(one.handle): one.id for group in groups for one in _asked(source, visit, group)}
        kept = {"at": visit.now, "of": {handle: found.get(handle, "") for handle in wanted}}
        yield Batch((), {"finders": json.dumps(kept)})
    return {handle: kept["of"][handle] for handle in wanted if kept["of"].get(handle)}


def _profiles(source: BlueskySource, visit: Visit, named: list[str]) -> Iterator[Batch]:
    """The profiles of authors, and of those whom discovery accounts name, that were not read within a day."""
    before = visit.now - 0.9 * DAY
    shown = _not_shown(visit)
    most = _PROFILES * _PROFILE_REQUESTS
    wanting = visit.kept.wanting(PLACE, before, most + len(shown))
    asked = [one for one in dict.fromkeys([*named, *wanting]) if one not in shown][:most]
    for start in range(0, len(asked), _PROFILES):
        group = asked[start : start + _PROFILES]
        accounts = list(_asked(source, visit, group))
        shown.update(dict.fromkeys(set(group) - {account.id for account in accounts}, visit.now))
        yield Batch(accounts, {"not shown": json.dumps(shown, sort_keys=True)})


def _not_shown(visit: Visit) -> dict[str, float]:
    """Whose profile was asked for within a day and not shown, with when."""
    kept: dict[str, float] = json.loads(visit.mark("not shown") or "{}")
    return {did: when for did, when in kept.items() if when > visit.now - 0.9 * DAY}


def _asked(source: BlueskySource, visit: Visit, actors: list[str]) -> Iterator[Account]:
    asking = visit.asking
    query = urlencode([("actors", actor) for actor in actors])
    answer = asking.get(f"{asking.base(source.profiles)}/xrpc/app.bsky.actor.getProfiles?{query}", conditional=False)
    for profile in rows(at(answer.json(), "profiles"), "profiles"):
        if _DID.fullmatch(name(profile, "did")):
            yield _account(profile, visit.now)


def _account(profile: dict[str, Any], now: float) -> Account:
    did, about, shown_as = name(profile, "did"), text(profile, "description"), name(profile, "displayName")
    labels = {name(label, "val") for label in items(profile, "labels")}
    asked = [wishes.MEMBERS_ONLY] if "!no-unauthenticated" in labels else []
    pages = dict.fromkeys([link(name(profile, "website")), *links_in(about)])
    return Account(
        place=PLACE,
        id=did,
        handle=name(profile, "handle"),
        name=shown_as,
        about=about,
        url=f"https://bsky.app/profile/{did}",
        created=instant(at(profile, "createdAt")),
        followers=count(profile, "followersCount"),
        following=count(profile, "followsCount"),
        posts=count(profile, "postsCount"),
        links=tuple(Link(page) for page in pages if page),
        wishes=wishes.ordered([*asked, *wishes.said(shown_as, about)]),
        bot="bot" in labels,
        seen=now,
    )
