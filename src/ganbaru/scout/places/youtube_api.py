"""YouTube's Data API with the user's own key: which channels post under the hashtags, and figures, raw and apart.

Sources: developers.google.com/youtube/v3 (search.list, channels.list, videos.list; a day has 100 calls of search and
10,000 units for the rest, a list costs 1), its Developer Policies III.E.4 (30 days of storage), read in November 2026.
What it tells is kept as `Lent`: never summed with other places' numbers, never scored, dropped after 30 days. The
meaning of a view changed on 2026-08-27. Video and channel texts come from the feeds, not from here.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ganbaru.scout.places.visit import Told, Visit
from ganbaru.scout.places.youtube_feed import FOUND, PLACE
from ganbaru.scout.query import YoutubeApiSource, secret
from ganbaru.scout.seen import Batch, Lent
from ganbaru.scout.taken import at, name, rows
from ganbaru.scout.times import DAY, iso

_KEPT_DAYS = 30
_IDS = 50
_FIGURES = ("viewCount", "subscriberCount", "videoCount", "likeCount", "commentCount")
_SEARCHED_DAYS = 7


def visit_youtube_api(source: YoutubeApiSource, visit: Visit) -> Told:
    """Search for the hashtags, then read the figures of channels and videos that are known."""
    key = {"X-Goog-Api-Key": secret(source.key)}
    for hashtag in visit.hashtags[: source.searches]:
        yield _searched(source, visit, key, hashtag)
    channels = [one.id for one in visit.kept.lent_named(PLACE, FOUND, visit.now)]
    posts = list(visit.kept.posts(visit.now - _KEPT_DAYS * DAY, visit.now + 1, place=PLACE))
    channels = list(dict.fromkeys([*channels, *(post.author for post in posts)]))
    yield from _figures(source, visit, key, "channels", channels)
    yield from _figures(source, visit, key, "videos", [post.id for post in posts])
    yield visit.ended("well", f"{len(channels)} channels were asked after")


def _searched(source: YoutubeApiSource, visit: Visit, key: Mapping[str, str], hashtag: str) -> Batch:
    """The channels of the week's videos under a hashtag."""
    after = iso(max(visit.since, visit.now - _SEARCHED_DAYS * DAY)).replace("+00:00", "Z")
    asked = {
        "part": "snippet",
        "type": "video",
        "order": "date",
        "maxResults": _IDS,
        "q": f"#{hashtag}",
        "publishedAfter": after,
    }
    items = _list(source, visit, key, "search", asked)
    found = dict.fromkeys(name(item, "snippet", "channelId") for item in items)
    return Batch([_lent(visit, channel, FOUND, hashtag) for channel in found if channel])


def _figures(
    source: YoutubeApiSource, visit: Visit, key: Mapping[str, str], what: str, known: list[str]
) -> Iterator[Batch]:
    """The statistics of those whose figures are not fresh."""
    fresh = {one.id for one in visit.kept.lent_named(PLACE, "viewCount", visit.now + (_KEPT_DAYS - 1) * DAY)}
    asked = [one for one in known if one not in fresh]
    for start in range(0, len(asked), _IDS):
        group = ",".join(asked[start : start + _IDS])
        items = _list(source, visit, key, what, {"part": "statistics", "id": group, "maxResults": _IDS})
        yield Batch([one for item in items for one in _statistics(visit, item)])


def _statistics(visit: Visit, item: Mapping[str, Any]) -> Iterator[Lent]:
    for figure in _FIGURES:
        value = name(item, "statistics", figure)
        if value and at(item, "statistics", "hiddenSubscriberCount") is not True:
            yield _lent(visit, name(item, "id"), figure, value)


def _list(
    source: YoutubeApiSource, visit: Visit, key: Mapping[str, str], what: str, asked: Mapping[str, Any]
) -> list[dict[str, Any]]:
    url = f"{visit.asking.base(source.server)}/youtube/v3/{what}?{urlencode(asked)}"
    answer = visit.asking.get(url, headers=key, conditional=False)
    return rows(at(answer.json(), "items"), what)


def _lent(visit: Visit, identifier: str, figure: str, value: str) -> Lent:
    return Lent(PLACE, identifier, figure, value, visit.now, visit.now + _KEPT_DAYS * DAY)
