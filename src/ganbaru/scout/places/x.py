"""X: recent posts with the hashtags, paid by use, within a budget that is written down before the money is spent.

Sources: docs.x.com (GET /2/tweets/search/recent: ``query``, ``max_results`` 10 to 100, ``since_id``, ``next_token``,
expansions and fields), its pay-per-use prices since 2026-02-06; developer agreement of 2026-04-27: matching people of X
with people elsewhere is a restricted use, so accounts of this place stay apart. Read in November 2026.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from ganbaru.scout import wishes
from ganbaru.scout.places.visit import Told, Visit, language
from ganbaru.scout.query import XSource, secret
from ganbaru.scout.seen import Account, Batch, Link, Post
from ganbaru.scout.taken import at, count, flag, items, link, name, text
from ganbaru.scout.times import DAY, instant, published
from ganbaru.scout.trouble import OverQuota

PLACE = "x"
_PAGE, _LEAST = 100, 10
_PAGES = 20
_WEEK = 6.5 * DAY
_FIELDS = {
    "tweet.fields": "created_at,lang,public_metrics,entities,author_id,referenced_tweets",
    "expansions": "author_id",
    "user.fields": "created_at,description,public_metrics,url,entities,protected",
}


def visit_x(source: XSource, visit: Visit) -> Told:
    """Read posts until there are no more or the month's budget could be passed by the next page."""
    headers = {"Authorization": f"Bearer {secret(source.token)}"}
    last, token = _last(visit), ""
    newest = last
    for _ in range(_PAGES):
        size = _affordable(source, visit)
        yield _spent(visit, size * (source.post_usd + source.user_usd))
        document = _asked(source, visit, headers, size, last, token)
        posts = [one for row in items(document, "data") if (one := _post(row, visit))]
        users = items(document, "includes", "users")
        back = (size - len(items(document, "data"))) * source.post_usd + (size - len(users)) * source.user_usd
        newest = max([newest, *(post.id for post in posts)], key=lambda one: (len(one), one))
        token = name(document, "meta", "next_token")
        kept = [post for post in posts if visit.keeps(post)]
        done = {} if token else {"last": newest, "last at": str(visit.now)}
        yield Batch([*_accounts(users, visit), *kept], {**_spent(visit, -back).marks, **done})
        if not token:
            break
    spent, month = _so_far(visit)
    yield visit.ended("well", f"{spent:.2f} of {source.budget_usd:.2f} USD were spent in {month}")


def _last(visit: Visit) -> str:
    """The newest post of the run before; "" where the search, which covers a week, would not know it any more."""
    return visit.mark("last") if float(visit.mark("last at") or 0.0) > visit.now - _WEEK else ""


def _month(visit: Visit) -> str:
    return datetime.fromtimestamp(visit.now, UTC).strftime("%Y-%m")


def _so_far(visit: Visit) -> tuple[float, str]:
    """What this month has cost, as far as is known, and its name."""
    kept = json.loads(visit.mark("spent") or "{}")
    month = _month(visit)
    return float(kept.get(month, 0.0)), month


def _spent(visit: Visit, more: float) -> Batch:
    """The book of the month with ``more`` in it: stored before a page is asked for, and set right after it."""
    spent, month = _so_far(visit)
    return Batch((), {"spent": json.dumps({month: max(0.0, spent + more)})})


def _affordable(source: XSource, visit: Visit) -> int:
    """How many posts, each with its author, the rest of the budget pays for.

    Raises:
        OverQuota: fewer than a request must ask for.
    """
    spent, month = _so_far(visit)
    size = min(_PAGE, int((source.budget_usd - spent) / (source.post_usd + source.user_usd)))
    if size < _LEAST:
        raise OverQuota(f"{spent:.2f} of {source.budget_usd:.2f} USD are spent in {month}")
    return size


def _asked(source: XSource, visit: Visit, headers: Mapping[str, str], size: int, last: str, token: str) -> Any:
    words = " OR ".join(f"#{hashtag}" for hashtag in visit.hashtags)
    spoken = " OR ".join(f"lang:{one}" for one in visit.languages)
    query = f"({words}){f' ({spoken})' if spoken else ''} -is:retweet"
    where = {**({"since_id": last} if last else {}), **({"next_token": token} if token else {})}
    asked = urlencode({"query": query, "max_results": size, **_FIELDS, **where})
    url = f"{visit.asking.base(source.server)}/2/tweets/search/recent?{asked}"
    return visit.asking.get(url, headers=headers, conditional=False).json()


def _post(row: Mapping[str, Any], visit: Visit) -> Post | None:
    identifier, author = name(row, "id"), name(row, "author_id")
    if not identifier.isdecimal() or not author.isdecimal():
        return None
    return Post(
        place=PLACE,
        id=identifier,
        author=author,
        at=published(row.get("created_at"), visit.now),
        text=text(row, "text"),
        tags=tuple(filter(None, (name(one, "tag") for one in items(row, "entities", "hashtags")))),
        url=f"https://x.com/i/status/{identifier}",
        language=language(name(row, "lang")),
        likes=count(row, "public_metrics", "like_count"),
        reposts=count(row, "public_metrics", "retweet_count"),
        replies=count(row, "public_metrics", "reply_count"),
        views=count(row, "public_metrics", "impression_count"),
        mentions=tuple(filter(None, (name(one, "username") for one in items(row, "entities", "mentions")))),
        seen=visit.now,
    )


def _accounts(users: list[Any], visit: Visit) -> Iterator[Account]:
    for user in users:
        identifier, handle, about = name(user, "id"), name(user, "username"), text(user, "description")
        if not identifier.isdecimal() or flag(user, "protected"):
            continue
        pages = [
            link(name(one, "expanded_url"))
            for part in ("url", "description")
            for one in items(user, "entities", part, "urls")
        ]
        yield Account(
            place=PLACE,
            id=identifier,
            handle=handle,
            name=name(user, "name"),
            about=about,
            url=f"https://x.com/{quote(handle, safe='')}",
            created=instant(at(user, "created_at")),
            followers=count(user, "public_metrics", "followers_count"),
            following=count(user, "public_metrics", "following_count"),
            posts=count(user, "public_metrics", "tweet_count"),
            links=tuple(Link(page) for page in dict.fromkeys(pages) if page),
            wishes=wishes.ordered(wishes.said(name(user, "name"), about)),
            seen=visit.now,
        )
