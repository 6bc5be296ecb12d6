"""Mastodon: the timelines of hashtags, as a server shows them to guests.

Sources: docs.joinmastodon.org, methods/timelines (``any``, at most 40, ``min_id`` pages forward, ``max_id`` backward,
Link header), methods/instance (v2), entities/Account, entities/Status, methods/statuses (several at once since 4.3);
who may read timelines: github.com/mastodon/mastodon issue 36338 (4.5: ``configuration.timelines_access``); read in
November 2026. Only the server's own people are read: their wishes are known to it.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from ganbaru.scout import wishes
from ganbaru.scout.places.fediverse import Page, Walk, walked, with_authors
from ganbaru.scout.places.visit import Told, Visit, language, strangers
from ganbaru.scout.query import MastodonSource
from ganbaru.scout.seen import Account, Batch, Gone, Link, Post, Seen
from ganbaru.scout.taken import at, clean, count, flag, from_html, items, link, links_in, name, rows, text
from ganbaru.scout.times import DAY, instant, published
from ganbaru.scout.trouble import Closed, NotThere, Out

_PAGE, _CHECKED, _ACCOUNTS = 40, 20, 10
_TAGS = 5
"""One in the path and four in ``any``, which is what a server takes."""
_CLOSED = (401, 403, 422)
_CHECKED_DAYS = 14
_STALE_DAYS = 7


def visit_mastodon(source: MastodonSource, server: str, visit: Visit) -> Told:
    """Read the posts of a server since the last run, with their authors, then what is gone."""
    yield _opened(server, visit)
    left = ""
    for start in range(0, len(visit.hashtags), _TAGS):
        left = (yield from _timeline(source, server, visit, visit.hashtags[start : start + _TAGS])) or left
    unknown = yield from _found(source, server, visit)
    yield from _checked(server, visit)
    yield visit.ended("well", f"its timelines were read{left}{strangers(unknown)}")


def _place(server: str) -> str:
    return f"mastodon:{server}"


def _opened(server: str, visit: Visit) -> Batch:
    """See first whether guests may read timelines; servers before 4.5 do not say.

    Raises:
        Closed: they may not.
    """
    try:
        answer = visit.asking.get(_url(visit, server, "api/v2/instance"), closed=_CLOSED)
    except NotThere as error:
        raise Out(f"{server} tells nothing of itself: is it a Mastodon server?") from error
    document = json.loads(visit.mark("access") or "{}") if answer.unchanged else _access(answer.json())
    if document.get("local", "public") != "public":
        raise Closed(f"{server} shows its timelines to members only")
    return Batch((), {**answer.marks, "access": json.dumps(document)})


def _access(document: Any) -> dict[str, str]:
    told = name(document, "configuration", "timelines_access", "hashtag_feeds", "local")
    return {"local": told} if told else {}


def _timeline(
    source: MastodonSource, server: str, visit: Visit, hashtags: Sequence[str]
) -> Generator[Batch, None, str]:
    first, *others = hashtags
    mark = f"last {' '.join(sorted(hashtags))}"

    def ask(after: str, before: str) -> Page:
        asked = [*(("any[]", tag) for tag in others), ("local", "true"), *_where(after, before)]
        url = _url(visit, server, f"api/v1/timelines/tag/{quote(first, safe='')}?{urlencode(asked)}")
        return _page(visit, url, mark)

    walk = Walk(ask, _reader(server, visit, visit.wants), _older(visit), mark, _PAGE, source.pages)
    return (yield from walked(walk, visit.mark(mark)))


def _where(after: str, before: str) -> list[tuple[str, str]]:
    where = [("min_id", after)] if after else [("max_id", before)] if before else []
    return [("limit", str(_PAGE)), *where]


def _reader(
    server: str, visit: Visit, wanted: Callable[[Post], bool]
) -> Callable[[Sequence[Mapping[str, Any]]], list[Seen]]:
    return lambda statuses: with_authors([one for row in statuses for one in _of_status(row, server, visit)], wanted)


def _older(visit: Visit) -> Any:
    return lambda status: (instant(status.get("created_at")) or visit.now) < visit.since


def _page(visit: Visit, url: str, name: str) -> Page:
    """A page of posts, of which only the last one asked for is remembered, by ``name``."""
    answer = visit.asking.get(url, closed=_CLOSED, name=name)
    return Page((), answer.marks) if answer.unchanged else Page(rows(answer.json(), "posts"), answer.marks)


def _of_status(status: Mapping[str, Any], server: str, visit: Visit) -> list[Seen]:
    """A public post of one of the server's own people, with its author; of a repeated one, both."""
    user = status.get("account")
    author, identifier, acct = name(user, "id"), name(status, "id"), name(user, "acct")
    if not author or not identifier or not acct or "@" in acct or name(status, "visibility") != "public":
        return []
    repeated = status.get("reblog")
    inner = _of_status(repeated, server, visit) if isinstance(repeated, dict) and not repeated.get("reblog") else []
    return [*inner, _account(user, server, visit), _post(status, server, author, inner, visit)]


def _post(status: Mapping[str, Any], server: str, author: str, inner: Sequence[Seen], visit: Visit) -> Post:
    written, _ = from_html(text(status, "content"))
    mentions = [name(one, "id") for one in items(status, "mentions")] + [
        one.author for one in inner if isinstance(one, Post)
    ]
    return Post(
        place=_place(server),
        id=name(status, "id"),
        author=author,
        at=published(status.get("created_at"), visit.now),
        text=written or from_html(text(status, "spoiler_text"))[0],
        tags=tuple(filter(None, (name(tag, "name") for tag in items(status, "tags")))),
        url=link(name(status, "url")),
        language=language(name(status, "language")),
        likes=count(status, "favourites_count"),
        reposts=count(status, "reblogs_count"),
        replies=count(status, "replies_count"),
        mentions=tuple(dict.fromkeys(filter(None, mentions))),
        repost_of=name(status, "reblog", "id"),
        seen=visit.now,
    )


def _account(user: Any, server: str, visit: Visit) -> Account:
    about, pages = from_html(text(user, "note"))
    fields = [
        (name(field, "name"), *from_html(text(field, "value")), instant(at(field, "verified_at")) is not None)
        for field in items(user, "fields")
    ]
    linked = {page: verified for _, plain, found, verified in fields for page in (*found, *links_in(plain))}
    linked.update({page: False for page in (*pages, *links_in(about)) if page not in linked})
    shown_as = name(user, "display_name")
    return Account(
        place=_place(server),
        id=name(user, "id"),
        handle=name(user, "acct"),
        name=shown_as,
        about=clean(about),
        url=link(name(user, "url")),
        created=instant(at(user, "created_at")),
        followers=count(user, "followers_count"),
        following=count(user, "following_count"),
        posts=count(user, "statuses_count"),
        links=tuple(Link(page, verified) for page, verified in linked.items()),
        wishes=wishes.ordered(
            [*_wishes(user), *wishes.said(shown_as, about, *(f"{one[0]} {one[1]}" for one in fields))]
        ),
        bot=bool(flag(user, "bot")),
        seen=visit.now,
    )


def _wishes(user: Any) -> list[str]:
    """``discoverable`` and ``indexable`` are for opting in: not told counts as not wished for."""
    told = {
        wishes.NOT_DISCOVERABLE: flag(user, "discoverable") is not True,
        wishes.NOT_SEARCHABLE: flag(user, "indexable") is not True,
        wishes.NO_INDEX: flag(user, "noindex") is True,
    }
    return [wish for wish, asked in told.items() if asked]


def _found(source: MastodonSource, server: str, visit: Visit) -> Generator[Batch, None, list[str]]:
    """What the discovery accounts of this server wrote and repeated.

    Returns:
        Those of them whom the server does not know.
    """
    unknown = []
    for username in [entry.partition("@")[0] for entry in source.discovery if entry.endswith(f"@{server}")]:
        mark = f"finder {username.lower()}"
        finder = visit.mark(mark) or _looked_up(server, visit, username)
        if not finder:
            unknown.append(username)
            continue
        yield Batch((), {mark: finder})

        def ask(after: str, before: str, finder: str = finder) -> Page:
            url = _url(
                visit, server, f"api/v1/accounts/{quote(finder, safe='')}/statuses?{urlencode(_where(after, before))}"
            )
            return _page(visit, url, f"found {finder}")

        walk = Walk(ask, _reader(server, visit, visit.keeps), _older(visit), f"found {finder}", _PAGE, 1)
        yield from walked(walk, visit.mark(f"found {finder}"))
    return unknown


def _looked_up(server: str, visit: Visit, username: str) -> str:
    """The identifier of somebody of this server; "" where there is no such person."""
    url = _url(visit, server, f"api/v1/accounts/lookup?acct={quote(username)}")
    try:
        return name(visit.asking.get(url, closed=_CLOSED, conditional=False).json(), "id")
    except NotThere:
        return ""


def _checked(server: str, visit: Visit) -> Iterator[Batch]:
    """Once a day: are some of the posts of the last two weeks, and accounts not met for long, still there?"""
    place = _place(server)
    if float(visit.mark("checked") or 0.0) > visit.now - 0.9 * DAY:
        return
    after = visit.mark("checked to")
    known = sorted(post.id for post in visit.kept.posts(visit.now - _CHECKED_DAYS * DAY, visit.now, place=place))
    turn = [one for one in known if one > after][:_CHECKED] or known[:_CHECKED]
    gone: list[Seen] = [Gone(place, one, "post") for one in _missing(server, visit, turn)]
    stale = visit.kept.wanting(place, visit.now - _STALE_DAYS * DAY, _ACCOUNTS)
    people = [one for author in stale for one in _again(server, visit, author)]
    yield Batch([*gone, *people], {"checked": str(visit.now), "checked to": turn[-1] if turn else ""})


def _missing(server: str, visit: Visit, asked: Sequence[str]) -> list[str]:
    """Which posts are gone: left out where all are asked for, and not there when asked for by name."""
    if not asked:
        return []
    try:
        query = urlencode([("id[]", one) for one in asked])
        answer = visit.asking.get(_url(visit, server, f"api/v1/statuses?{query}"), closed=_CLOSED, conditional=False)
        there = {name(status, "id") for status in rows(answer.json(), "posts")}
    except NotThere:  # a server before 4.3
        there = set()
    return [one for one in asked if one not in there and _is_gone(visit, _url(visit, server, f"api/v1/statuses/{one}"))]


def _again(server: str, visit: Visit, author: str) -> list[Seen]:
    url = _url(visit, server, f"api/v1/accounts/{quote(author, safe='')}")
    try:
        user = visit.asking.get(url, closed=_CLOSED, conditional=False).json()
    except NotThere:
        return [Gone(_place(server), author, "account")]
    return [_account(user, server, visit)] if name(user, "id") == author else []


def _is_gone(visit: Visit, url: str) -> bool:
    try:
        visit.asking.get(url, closed=_CLOSED, conditional=False)
    except NotThere:
        return True
    return False


def _url(visit: Visit, server: str, path: str) -> str:
    return f"{visit.asking.base(server)}/{path}"
