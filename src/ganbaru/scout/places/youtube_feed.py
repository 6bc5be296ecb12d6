"""YouTube: the Atom feeds of channels, the fifteen newest videos each.

Sources: the feeds themselves (``yt:`` and ``media:`` elements); ETag and Last-Modified are not sent, ``max-age=900``
is; answers of 404 and 500 came in long spells in February to April and September 2026 (github.com/ocaml/ocaml.org issue
3512, UniversalMediaServer issue 6124), so they never mean that a channel is gone. youtube.com/robots.txt has
``Disallow: /feeds/videos.xml`` since 2025: without a reason in the query file this place is closed. Read in November
2026.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from ganbaru.errors import UserError
from ganbaru.scout import wishes
from ganbaru.scout.answer import XML
from ganbaru.scout.places.visit import Told, Visit
from ganbaru.scout.query import YoutubeFeedSource
from ganbaru.scout.seen import Account, Batch, Gone, Post
from ganbaru.scout.taken import MOST_NAME, MOST_TEXT, clean, count
from ganbaru.scout.times import instant, published
from ganbaru.scout.trainability import ask_trainability
from ganbaru.scout.trouble import NotThere, Out

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PLACE = "youtube"
FOUND = "found"
"""The name of the figure by which the Data API tells which channels it found."""
_ATOM, _YT, _MEDIA = (
    "{http://www.w3.org/2005/Atom}",
    "{http://www.youtube.com/xml/schemas/2015}",
    "{http://search.yahoo.com/mrss/}",
)
_FULL = 15


def visit_youtube_feed(source: YoutubeFeedSource, visit: Visit) -> Told:
    """Read each channel's feed; those that fail are counted and say nothing about the channel."""
    found = [one.id for one in visit.kept.lent_named(PLACE, FOUND, visit.now)]
    channels = list(dict.fromkeys([*source.channels, *found]))
    failed = []
    for channel in channels:
        try:
            yield _channel(source, channel, visit)
        except (Out, NotThere) as trouble:
            failed.append(str(trouble))
    yield from ask_trainability(visit, source.trainability, _videos(visit))
    if failed:
        yield visit.ended("out", f"{len(failed)} of {len(channels)} feeds could not be read ({failed[0]})")
    else:
        yield visit.ended("well", f"{len(channels)} feeds were read")


def _videos(visit: Visit) -> Iterator[str]:
    return (post.id for post in visit.kept.posts(visit.since, visit.now + 1, place=PLACE))


def _channel(source: YoutubeFeedSource, channel: str, visit: Visit) -> Batch:
    url = f"{visit.asking.base(source.server)}/feeds/videos.xml?channel_id={channel}"
    answer = visit.asking.get(url, kinds=XML)
    if answer.unchanged:
        return Batch((), answer.marks)
    feed = _parsed(answer.body)
    if _text(feed, f"{_YT}channelId") not in (channel, channel.removeprefix("UC")):
        raise Out("the feed is of another channel")
    posts = [post for entry in feed.findall(f"{_ATOM}entry") if (post := _post(entry, channel, visit))]
    gone, missing = _gone(posts, channel, visit)
    wanted = [post for post in posts if post.at >= visit.since]
    return Batch([_account(feed, channel, visit), *wanted, *gone], {**answer.marks, f"missing {channel}": missing})


def _gone(posts: list[Post], channel: str, visit: Visit) -> tuple[list[Gone], str]:
    """Videos that a feed should hold and does not: gone when two feeds in a row lack them; and those lacking now."""
    if not posts:
        return [], visit.mark(f"missing {channel}")
    oldest = min(post.at for post in posts) if len(posts) >= _FULL else 0.0
    there = {post.id for post in posts}
    known = visit.kept.posts(oldest, visit.now + 1, place=PLACE, author=channel)
    lacking = {post.id for post in known if post.at > oldest} - there
    before = set(json.loads(visit.mark(f"missing {channel}") or "[]"))
    return [Gone(PLACE, one, "post") for one in sorted(lacking & before)], json.dumps(sorted(lacking - before))


def _parsed(body: bytes) -> "Element":
    """The tree of a feed; entities, outside documents and document types are refused unread.

    Raises:
        Out: it is none.
    """
    try:
        from defusedxml.ElementTree import fromstring
    except ImportError as error:
        raise UserError("reading feeds needs more packages", hint="pip install 'ganbaru[scout]'") from error
    try:
        tree: Element = fromstring(body, forbid_dtd=True)
    except (ValueError, SyntaxError, LookupError, RecursionError) as error:
        raise Out("the feed is no XML that is safe to read") from error
    if tree.tag != f"{_ATOM}feed":
        raise Out("the answer is no feed")
    return tree


def _account(feed: "Element", channel: str, visit: Visit) -> Account:
    name = _text(feed, f"{_ATOM}author/{_ATOM}name") or _text(feed, f"{_ATOM}title")
    return Account(
        place=PLACE,
        id=channel,
        handle=channel,
        name=name,
        url=f"https://www.youtube.com/channel/{channel}",
        created=instant(_text(feed, f"{_ATOM}published")),
        wishes=wishes.ordered(wishes.said(name)),
        seen=visit.now,
    )


def _post(entry: "Element", channel: str, visit: Visit) -> Post | None:
    video = _text(entry, f"{_YT}videoId")
    if not video:
        return None
    title = _text(entry, f"{_ATOM}title")
    words = _text(entry, f"{_MEDIA}group/{_MEDIA}description", MOST_TEXT)
    views = entry.find(f"{_MEDIA}group/{_MEDIA}community/{_MEDIA}statistics")
    return Post(
        place=PLACE,
        id=video,
        author=channel,
        at=published(_text(entry, f"{_ATOM}published"), visit.now),
        text=f"{title}\n{words}".strip(),
        tags=hashtags(f"{title} {words}"),
        url=f"https://www.youtube.com/watch?v={quote(video, safe='')}",
        views=count(dict(views.attrib), "views") if views is not None else None,
        sort="video",
        seen=visit.now,
    )


def hashtags(words: str) -> tuple[str, ...]:
    """The hashtags that stand in a text, without their signs, each once."""
    marked = "".join(sign if sign.isalnum() or sign in "_ー#＃" else " " for sign in words).replace("＃", "#")
    pieces = (piece for word in marked.split() if "#" in word for piece in word.split("#")[1:])
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def _text(element: "Element", path: str, most: int = MOST_NAME) -> str:
    return clean((element.findtext(path) or "").strip(), most)
