"""A small world of people and posts, told by servers on loopback in the words of four protocols.

``with World(accounts, posts) as world: collect(world.query(), store, local=world.local, clock=world.clock)`` reads it.
Accounts and posts are those of `ganbaru.scout.seen`; their place says which server tells them: "misskey", "mastodon",
"bluesky" or "youtube" (the store then holds "misskey:127.0.0.1:PORT" and so on for the first two). What is taken out of
``world.accounts`` or ``world.posts`` is gone upstream.
"""

import contextlib
import functools
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from scout_servers import NOT_FOUND, Address, Ask, Jetstream, Loopback, Reply

from ganbaru.scout import query, wishes
from ganbaru.scout.names import plain_tag
from ganbaru.scout.seen import Account, Post

NOW = 1_796_040_000.0
"""2026-11-30 12:00 UTC."""
TAGS = ("新人VTuber", "VTuber準備中", "初配信")
DAY = 86_400.0


def iso(seconds: float | None) -> str | None:
    """As the servers write times."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def did(name: str) -> str:
    return f"did:plc:{name}"


compared = functools.lru_cache(10_000)(plain_tag)


class Sorted:
    """A world's people and posts by what they are asked for: each list in the order of identifiers."""

    def __init__(self, accounts: Iterable[Account], posts: Iterable[Post]) -> None:
        self.accounts = {(one.place, one.id): one for one in accounts}
        self.by_id = {(post.place, post.id): post for post in posts}
        self.by_place: dict[str, list[Post]] = {}
        self.by_author: dict[tuple[str, str], list[Post]] = {}
        for post in sorted(posts, key=lambda post: (len(post.id), post.id)):
            self.by_place.setdefault(post.place, []).append(post)
            self.by_author.setdefault((post.place, post.author), []).append(post)


class World:
    """The servers, running while it is a context.

    Attributes:
        accounts, posts: what there is; add to them, take from them or give new lists as the world changes.
        now: the time that its clock tells; None for the real one.
        misskey, mastodon, youtube, profiles, stream: the servers.
    """

    def __init__(self, accounts: Sequence[Account] = (), posts: Sequence[Post] = (), now: float | None = NOW) -> None:
        self.accounts = list(accounts)
        self.posts = list(posts)
        self.now = now
        self.permitted: dict[str, list[str]] = {}
        self.misskey = Loopback(lambda ask: misskey_reply(self, ask))
        self.mastodon = Loopback(lambda ask: mastodon_reply(self, ask))
        self.youtube = Loopback(lambda ask: youtube_reply(self, ask))
        self.profiles = Loopback(lambda ask: profiles_reply(self, ask))
        self.stream = Jetstream([], self.clock)
        self._open = contextlib.ExitStack()
        self._index, self._as_of = Sorted((), ()), (0, 0, 0, 0)

    def __enter__(self) -> "World":
        self.tell_stream()
        for server in (self.misskey, self.mastodon, self.youtube, self.profiles, self.stream):
            self._open.enter_context(server)
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def clock(self) -> float:
        return time.time() if self.now is None else self.now

    @property
    def local(self) -> frozenset[Address]:
        servers = (self.misskey, self.mastodon, self.youtube, self.profiles, self.stream)
        return frozenset(server.address for server in servers)

    def query(self, *places: str, **given: Any) -> query.Query:
        """A query for the places (all four where none is named); ``given`` replaces or adds entries."""
        parts: dict[str, Any] = {
            "misskey": {"servers": [self.misskey.host]},
            "mastodon": {"servers": [self.mastodon.host]},
            "bluesky": {"stream": self.stream.host, "profiles": self.profiles.host, "lookback_minutes": 4320},
            "youtube_feed": {
                "server": self.youtube.host,
                "trainability": self.youtube.host,
                "channels": [one.id for one in self.of("youtube")],
            },
        }
        caps = {"gap": 0.0, "patience": 0.4, "seconds_per_answer": 2.0, "requests_per_host": 10_000}
        asked = {"hashtags": list(TAGS), "languages": ["ja"], "caps": caps, "contact": "mailto:somebody@example.org"}
        for place in places or tuple(parts):
            asked[place] = parts[place]
        return query.read({**asked, **given})

    def of(self, place: str) -> list[Account]:
        return [account for account in self.accounts if account.place == place]

    def posts_of(self, place: str) -> list[Post]:
        return self._sorted().by_place.get(place, [])

    def tagged(self, place: str, tags: set[str]) -> list[Post]:
        """The posts with one of the hashtags."""
        return [post for post in self.posts_of(place) if not tags.isdisjoint(map(compared, post.tags))]

    def by(self, place: str, author: str) -> list[Post]:
        return self._sorted().by_author.get((place, author), [])

    def post(self, place: str, identifier: str) -> Post | None:
        return self._sorted().by_id.get((place, identifier))

    def account(self, place: str, identifier: str) -> Account | None:
        return self._sorted().accounts.get((place, identifier))

    def _sorted(self) -> "Sorted":
        now = (id(self.posts), len(self.posts), id(self.accounts), len(self.accounts))
        if now != self._as_of:
            self._index, self._as_of = Sorted(self.accounts, self.posts), now
        return self._index

    def stored_place(self, place: str) -> str:
        """The name under which the store holds a place."""
        hosts = {"misskey": self.misskey.host, "mastodon": self.mastodon.host}
        return f"{place}:{hosts[place]}" if place in hosts else place

    def requests(self) -> list[Ask]:
        """Everything that was asked of all servers of HTTP, but for robots.txt."""
        return [ask for one in (self.misskey, self.mastodon, self.youtube, self.profiles) for ask in one.asked]

    def forget_requests(self) -> None:
        for server in (self.misskey, self.mastodon, self.youtube, self.profiles):
            server.asked.clear()
        self.stream.asked.clear()

    def tell_stream(self) -> None:
        """Put the posts of Bluesky on the stream, where they are not yet; deletions are events of their own."""
        told = {event["commit"]["rkey"] for event in self.stream.events if "commit" in event}
        fresh = [created(post) for post in self.posts_of("bluesky") if post.id.rpartition("/")[2] not in told]
        self.stream.events = sorted([*self.stream.events, *fresh], key=lambda event: event["time_us"])


# Bluesky


def created(post: Post) -> dict[str, Any]:
    """The event by which the stream tells a post."""
    facets = [{"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": tag}]} for tag in post.tags]
    facets += [{"features": [{"$type": "app.bsky.richtext.facet#mention", "did": one}]} for one in post.mentions]
    record = {
        "$type": "app.bsky.feed.post",
        "createdAt": iso(post.at),
        "langs": [post.language] if post.language else [],
        "text": post.text,
        "facets": facets,
    }
    commit = {"rev": "3l3qo2vutsw2b", "operation": "create", "record": record, "cid": "bafyrei"}
    return committed(post.id, post.at, commit)


def committed(identifier: str, when: float, commit: Mapping[str, Any]) -> dict[str, Any]:
    """An event of a record, such as ``{"operation": "delete"}``."""
    author, collection, key = identifier.removeprefix("at://").split("/")
    return {
        "did": author,
        "time_us": round(when * 1e6),
        "kind": "commit",
        "commit": {**commit, "collection": collection, "rkey": key},
    }


def account_event(identifier: str, when: float, status: str) -> dict[str, Any]:
    told = {"active": status == "active", "did": identifier, "seq": 7, "status": status, "time": iso(when)}
    return {"did": identifier, "time_us": round(when * 1e6), "kind": "account", "account": told}


def profiles_reply(world: World, ask: Ask) -> Reply:
    if ask.path != "/xrpc/app.bsky.actor.getProfiles":
        return NOT_FOUND
    wanted = ask.every("actors")
    if len(wanted) > 25:
        return Reply({"error": "InvalidRequest"}, 400)
    shown = [one for one in world.of("bluesky") if one.id in wanted or one.handle in wanted]
    return Reply({"profiles": [profile(one) for one in shown]}, etag=False)


def profile(account: Account) -> dict[str, Any]:
    labels = ["!no-unauthenticated"] if wishes.MEMBERS_ONLY in account.wishes else []
    labels += ["bot"] if account.bot else []
    return {
        "did": account.id,
        "handle": account.handle,
        "displayName": account.name,
        "description": " ".join([account.about, *(link.url for link in account.links)]).strip(),
        "followersCount": account.followers,
        "followsCount": account.following,
        "postsCount": account.posts,
        "createdAt": iso(account.created),
        "labels": [{"src": account.id, "uri": account.id, "val": label} for label in labels],
    }


# Misskey


def misskey_reply(world: World, ask: Ask) -> Reply:
    asked = ask.json()
    if ask.path == "/api/meta":
        return Reply({"name": "a server", "version": "2026.10.0", "features": {}})
    if ask.path == "/api/notes/search-by-tag":
        notes = world.tagged("misskey", {compared(tag) for group in asked["query"] for tag in group})
        return Reply([note(world, post) for post in paged(notes, asked, asked["limit"])])
    if ask.path == "/api/users/notes":
        notes = world.by("misskey", asked["userId"])
        return Reply([note(world, post) for post in paged(notes, asked, asked["limit"])])
    if ask.path == "/api/users/show" and "userIds" in asked:
        users = [world.account("misskey", one) for one in asked["userIds"]]
        return Reply([misskey_user(user) for user in users if user])
    if ask.path == "/api/users/show":
        users = [
            one for one in world.of("misskey") if one.id == asked.get("userId") or one.handle == asked.get("username")
        ]
        return Reply(misskey_user(users[0])) if users else misskey_error("NO_SUCH_USER", 404)
    if ask.path == "/api/notes/show":
        found = world.post("misskey", asked["noteId"])
        return Reply(note(world, found)) if found else misskey_error("NO_SUCH_NOTE", 400)
    return NOT_FOUND


def misskey_error(code: str, status: int) -> Reply:
    told = {"message": "No.", "code": code, "id": "ef7b9be4-9cba-4e6f-ab41-90ed171c7d3c", "kind": "client"}
    return Reply({"error": told}, status)


def paged(posts: Sequence[Post], asked: Mapping[str, Any], limit: int) -> list[Post]:
    """As Misskey does: forward from ``sinceId``, else backward from ``untilId`` or the newest."""
    order = list(posts)
    if since := asked.get("sinceId"):
        return [post for post in order if (len(post.id), post.id) > (len(since), since)][:limit]
    until = asked.get("untilId")
    back = [post for post in order if not until or (len(post.id), post.id) < (len(until), until)]
    return back[::-1][:limit]


def note(world: World, post: Post) -> dict[str, Any]:
    author = world.account("misskey", post.author) or Account("misskey", post.author, post.author)
    repeated = world.post("misskey", post.repost_of)
    return {
        "id": post.id,
        "createdAt": iso(post.at),
        "userId": post.author,
        "user": {"id": author.id, "username": author.handle, "name": author.name, "host": None, "isBot": author.bot},
        "text": post.text or None,
        "cw": None,
        "visibility": "public",
        "tags": [plain_tag(tag) for tag in post.tags],
        "mentions": list(post.mentions),
        "reactionCount": post.likes,
        "renoteCount": post.reposts,
        "repliesCount": post.replies,
        "reactions": {"👍": post.likes or 0},
        "renoteId": post.repost_of or None,
        **({"renote": note(world, repeated)} if repeated else {}),
    }


def misskey_user(account: Account) -> dict[str, Any]:
    pages = [link.url for link in account.links]
    return {
        "id": account.id,
        "username": account.handle,
        "name": account.name or None,
        "host": None,
        "description": account.about or None,
        "createdAt": iso(account.created),
        "followersCount": account.followers,
        "followingCount": account.following,
        "notesCount": account.posts,
        "fields": [{"name": "link", "value": page} for page in pages],
        "verifiedLinks": [link.url for link in account.links if link.verified],
        "isBot": account.bot,
        "lang": account.language or None,
        "isExplorable": wishes.NOT_DISCOVERABLE not in account.wishes,
        "noCrawle": wishes.NO_INDEX in account.wishes,
        "preventAiLearning": wishes.NO_TRAINING in account.wishes,
        "requireSigninToViewContents": wishes.MEMBERS_ONLY in account.wishes,
    }


# Mastodon


def mastodon_reply(world: World, ask: Ask) -> Reply:
    path = ask.path
    if path == "/api/v2/instance":
        feeds = {"hashtag_feeds": {"local": "public", "remote": "authenticated"}}
        return Reply({"domain": "a server", "version": "4.5.2", "configuration": {"timelines_access": feeds}})
    if path.startswith("/api/v1/timelines/tag/"):
        tags = {compared(tag) for tag in (path.rpartition("/")[2], *ask.every("any[]"))}
        return statuses_reply(world, world.tagged("mastodon", tags), ask)
    if path == "/api/v1/statuses":
        found = [world.post("mastodon", one) for one in ask.every("id[]")]
        return Reply([status(world, post) for post in found if post])
    if path.startswith("/api/v1/statuses/"):
        post = world.post("mastodon", path.rpartition("/")[2])
        return one_reply([status(world, post)] if post else [])
    if path == "/api/v1/accounts/lookup":
        return one_reply([mastodon_user(one) for one in world.of("mastodon") if one.handle == ask.one("acct")])
    if path.startswith("/api/v1/accounts/") and path.endswith("/statuses"):
        return statuses_reply(world, world.by("mastodon", path.split("/")[4]), ask)
    if path.startswith("/api/v1/accounts/"):
        return one_reply([mastodon_user(one) for one in world.of("mastodon") if one.id == path.rpartition("/")[2]])
    return NOT_FOUND


def one_reply(found: list[dict[str, Any]]) -> Reply:
    return Reply(found[0]) if found else Reply({"error": "Record not found"}, 404)


def statuses_reply(world: World, posts: Sequence[Post], ask: Ask) -> Reply:
    """Newest first, as Mastodon does; with ``min_id`` those that come next after it."""
    limit = min(int(ask.one("limit") or 20), 40)
    order = list(posts)
    if least := ask.one("min_id"):
        page = [post for post in order if (len(post.id), post.id) > (len(least), least)][:limit][::-1]
    else:
        most = ask.one("max_id")
        page = [post for post in order if not most or (len(post.id), post.id) < (len(most), most)][::-1][:limit]
    newer = f'<https://{world.mastodon.host}{quote(ask.path)}?min_id={page[0].id}>; rel="prev"' if page else ""
    return Reply([status(world, post) for post in page], headers={"Link": newer, "X-RateLimit-Remaining": "299"})


def status(world: World, post: Post) -> dict[str, Any]:
    author = world.account("mastodon", post.author) or Account("mastodon", post.author, post.author)
    repeated = world.post("mastodon", post.repost_of)
    return {
        "id": post.id,
        "created_at": iso(post.at),
        "visibility": "public",
        "language": post.language or None,
        "url": post.url,
        "content": f"<p>{escape(post.text)}</p>",
        "spoiler_text": "",
        "favourites_count": post.likes,
        "reblogs_count": post.reposts,
        "replies_count": post.replies,
        "account": mastodon_user(author),
        "mentions": [{"id": one, "acct": one, "username": one} for one in post.mentions],
        "tags": [{"name": tag, "url": "https://example.org/tags"} for tag in post.tags],
        "reblog": status(world, repeated) if repeated else None,
    }


def mastodon_user(account: Account) -> dict[str, Any]:
    fields = [
        {
            "name": "link",
            "value": f"<a href={quoteattr(link.url)} rel='me'>{escape(link.url)}</a>",
            "verified_at": "2026-01-01T00:00:00.000+00:00" if link.verified else None,
        }
        for link in account.links
    ]
    return {
        "id": account.id,
        "username": account.handle,
        "acct": account.handle,
        "display_name": account.name,
        "note": f"<p>{escape(account.about)}</p>",
        "url": account.url,
        "created_at": iso(account.created),
        "followers_count": account.followers,
        "following_count": account.following,
        "statuses_count": account.posts,
        "fields": fields,
        "bot": account.bot,
        "discoverable": wishes.NOT_DISCOVERABLE not in account.wishes,
        "indexable": wishes.NOT_SEARCHABLE not in account.wishes,
        "noindex": wishes.NO_INDEX in account.wishes,
    }


# YouTube


def youtube_reply(world: World, ask: Ask) -> Reply:
    if ask.path == "/youtube/v3/videoTrainability":
        video = ask.one("id")
        permitted = world.permitted.get(video, ["none"])
        return Reply({"kind": "youtube#videoTrainability", "etag": "x", "videoId": video, "permitted": permitted})
    channel = world.account("youtube", ask.one("channel_id"))
    if ask.path != "/feeds/videos.xml" or channel is None:
        return Reply(b"<html>Error 404</html>", 404, "text/html")
    return Reply(feed(world, channel).encode(), kind="text/xml; charset=UTF-8")


def feed(world: World, channel: Account) -> str:
    """The fifteen newest videos of a channel, as its Atom feed tells them."""
    videos = sorted(world.by("youtube", channel.id), key=lambda one: -one.at)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>yt:channel:{channel.id[2:]}</id><yt:channelId>{channel.id[2:]}</yt:channelId>"
        f"<title>{escape(channel.name)}</title><author><name>{escape(channel.name)}</name>"
        f"<uri>https://www.youtube.com/channel/{channel.id}</uri></author>"
        f"<published>{iso(channel.created)}</published>{''.join(map(entry, videos[:15]))}</feed>"
    )


def entry(post: Post) -> str:
    title, _, words = post.text.partition("\n")
    views = f'<media:statistics views="{post.views}"/>' if post.views is not None else ""
    return (
        f"<entry><id>yt:video:{post.id}</id><yt:videoId>{post.id}</yt:videoId><title>{escape(title)}</title>"
        f"<published>{iso(post.at)}</published><updated>{iso(post.at)}</updated><media:group>"
        f"<media:title>{escape(title)}</media:title><media:description>{escape(words)}</media:description>"
        f"<media:community>{views}</media:community></media:group></entry>"
    )


# A few people


def person(place: str, number: int, **given: Any) -> Account:
    """An account of a place with everything told."""
    identifiers = {"bluesky": did(f"p{number:05d}"), "youtube": f"UC{number:022d}"}
    handles = {"bluesky": f"p{number}.example.org", "youtube": identifiers["youtube"]}
    identifier = identifiers.get(place, f"9{number:09d}")
    plain = Account(
        place=place,
        id=identifier,
        handle=handles.get(place, f"p{number}"),
        name=f"星野 {number} 号",
        about="はじめまして",
        created=NOW - 20 * DAY,
        followers=10 + number,
        following=20,
        posts=30,
    )
    if place == "youtube":
        plain = replace(plain, about="", followers=None, following=None, posts=None)
    return replace(plain, **given)


def written(author: Account, number: int, **given: Any) -> Post:
    """A post of somebody, with a hashtag of the query; later numbers are later posts."""
    at = given.pop("at", NOW - 2 * DAY + 60.0 * number)
    identifiers = {"bluesky": f"at://{author.id}/app.bsky.feed.post/r{number:06d}", "youtube": f"v{number:010d}"}
    words = f"こんにちは {number} #新人VTuber"
    plain = Post(
        place=author.place,
        id=identifiers.get(author.place, f"{number + 1:010d}"),
        author=author.id,
        at=at,
        text=words if author.place != "youtube" else f"{words}\n自己紹介です",
        tags=("新人VTuber",),
        language="ja",
        sort="video" if author.place == "youtube" else "post",
        views=40 + number if author.place == "youtube" else None,
    )
    if author.place in ("misskey", "mastodon"):
        plain = replace(plain, likes=number % 7, reposts=1, replies=0)
    return replace(plain, **given)


def small_world(people: int = 3, posts: int = 4) -> World:
    """A few people at each place with a few posts each."""
    accounts = [person(place, n) for place in ("misskey", "mastodon", "bluesky", "youtube") for n in range(people)]
    told = [written(one, number * people + at) for at, one in enumerate(accounts) for number in range(posts)]
    numbered = [replace(post, id=written(account_of(accounts, post), index).id) for index, post in enumerate(told)]
    return World(accounts, numbered)


def account_of(accounts: Sequence[Account], post: Post) -> Account:
    return next(one for one in accounts if (one.place, one.id) == (post.place, post.author))
