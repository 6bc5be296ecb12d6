"""Twitch: live streams with one of the hashtags among their tags, with the user's own application.

Sources: dev.twitch.tv/docs/api/reference (Get Streams, Get Users; at most 100), docs/authentication (client
credentials; 800 points a minute); tags are free text since 2023-07-13 and cannot be asked for, so they are sifted here.
Read in November 2026.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ganbaru.scout import wishes
from ganbaru.scout.places.visit import Told, Visit, language
from ganbaru.scout.query import TwitchSource, secret
from ganbaru.scout.seen import Account, Batch, Link, Post
from ganbaru.scout.taken import at, count, links_in, name, rows, text, texts
from ganbaru.scout.times import DAY, instant, published
from ganbaru.scout.trouble import Out

PLACE = "twitch"
_PAGE = 100


def visit_twitch(source: TwitchSource, visit: Visit) -> Told:
    """Read the streams that are live, then the profiles of those who stream."""
    headers = _let_in(source, visit)
    yield from _streams(source, visit, headers)
    yield from _profiles(source, visit, headers)
    yield visit.ended("well", "the live streams were read")


def _let_in(source: TwitchSource, visit: Visit) -> dict[str, str]:
    """The headers that let an application in."""
    client = secret(source.client_id)
    form = {"client_id": client, "client_secret": secret(source.client_secret), "grant_type": "client_credentials"}
    url = f"{visit.asking.base(source.login)}/oauth2/token"
    answer = visit.asking.post(url, urlencode(form), kind="application/x-www-form-urlencoded", closed=(400, 401, 403))
    token = name(answer.json(), "access_token")
    if not token.isascii() or not token.isalnum():
        raise Out("no token was given")
    return {"Client-Id": client, "Authorization": f"Bearer {token}"}


def _streams(source: TwitchSource, visit: Visit, headers: Mapping[str, str]) -> Iterator[Batch]:
    after = ""
    for _ in range(source.pages):
        asked = [("first", str(_PAGE)), ("type", "live"), *(("language", one) for one in visit.languages)]
        document = _get(source, visit, headers, "streams", [*asked, *([("after", after)] if after else [])])
        posts = [_post(stream, visit) for stream in rows(at(document, "data"), "streams")]
        yield Batch([post for post in posts if post.id and post.author and visit.wants(post)])
        after = name(document, "pagination", "cursor")
        if not after:
            return


def _post(stream: Mapping[str, Any], visit: Visit) -> Post:
    login = name(stream, "user_login")
    return Post(
        place=PLACE,
        id=name(stream, "id"),
        author=name(stream, "user_id"),
        at=published(stream.get("started_at"), visit.now),
        text=text(stream, "title"),
        tags=texts(stream, "tags"),
        url=f"https://www.twitch.tv/{quote(login, safe='')}",
        language=language(name(stream, "language")),
        views=count(stream, "viewer_count"),
        sort="stream",
        seen=visit.now,
    )


def _profiles(source: TwitchSource, visit: Visit, headers: Mapping[str, str]) -> Iterator[Batch]:
    asked = visit.kept.wanting(PLACE, visit.now - 0.9 * DAY, _PAGE)
    if asked:
        document = _get(source, visit, headers, "users", [("id", one) for one in asked])
        yield Batch([_account(user, visit) for user in rows(at(document, "data"), "users") if name(user, "id")])


def _account(user: Mapping[str, Any], visit: Visit) -> Account:
    about, shown_as = text(user, "description"), name(user, "display_name")
    return Account(
        place=PLACE,
        id=name(user, "id"),
        handle=name(user, "login"),
        name=shown_as,
        about=about,
        url=f"https://www.twitch.tv/{quote(name(user, 'login'), safe='')}",
        created=instant(user.get("created_at")),
        links=tuple(Link(page) for page in links_in(about)),
        wishes=wishes.ordered(wishes.said(shown_as, about)),
        seen=visit.now,
    )


def _get(
    source: TwitchSource, visit: Visit, headers: Mapping[str, str], what: str, asked: list[tuple[str, str]]
) -> Any:
    url = f"{visit.asking.base(source.server)}/helix/{what}?{urlencode(asked)}"
    return visit.asking.get(url, headers=headers, conditional=False).json()
