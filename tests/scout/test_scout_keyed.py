"""The places that need a key or cost money, and files of one's own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scout_servers import NOT_FOUND, Ask, Loopback, Reply
from scout_world import DAY, NOW, World, iso, person, written

from ganbaru.scout import query
from ganbaru.scout.collecting import Collected, collect
from ganbaru.scout.seen import Account, Post
from ganbaru.scout.store import Store

KEYS = {"YOUTUBE_KEY": "yk", "TWITCH_ID": "ti", "TWITCH_SECRET": "ts", "HOLODEX_KEY": "hk", "X_TOKEN": "xt"}
CAPS = {"gap": 0.0, "patience": 0.2, "seconds_per_answer": 2.0}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


Running = Callable[[Callable[[Ask], Reply]], Loopback]


@pytest.fixture
def running() -> Iterator[Running]:
    servers = []

    def start(answer: Callable[[Ask], Reply]) -> Loopback:
        servers.append(Loopback(answer).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


def gather(
    store: Store, servers: list[Loopback], now: float = NOW, folder: Path = Path("."), **given: Any
) -> Collected:
    read = query.read({"hashtags": ["新人VTuber"], "languages": ["ja"], "caps": CAPS, **given}, folder=folder)
    local = frozenset(server.address for server in servers)
    return collect(read, store, local=local, clock=lambda: now)


# YouTube's Data API


def youtube_api(ask: Ask) -> Reply:
    if ask.headers.get("x-goog-api-key") != "yk":
        return Reply({"error": {"code": 403}}, 403)
    if ask.path == "/youtube/v3/search":
        items = [{"id": {"videoId": "v1"}, "snippet": {"channelId": f"UC{n:022d}", "title": "t"}} for n in (1, 2, 1)]
        return Reply({"items": items})
    if ask.path in ("/youtube/v3/channels", "/youtube/v3/videos"):
        figures = {"viewCount": "1234", "subscriberCount": "56", "hiddenSubscriberCount": False, "videoCount": "7"}
        return Reply({"items": [{"id": one, "statistics": figures} for one in ask.one("id").split(",")]})
    return NOT_FOUND


def test_youtube_figures_are_raw_apart_and_lent(store: Store, running: Running) -> None:
    server = running(youtube_api)
    asked = {"youtube_api": {"key": "YOUTUBE_KEY", "server": server.host}}
    assert [one.state for one in gather(store, [server], **asked).health] == ["well"]
    channel = f"UC{1:022d}"
    assert {one.name: one.value for one in store.lent("youtube", channel, NOW)} == {
        "found": "新人VTuber",
        "viewCount": "1234",
        "subscriberCount": "56",
        "videoCount": "7",
    }
    assert not [*store.accounts(), *store.posts(), *store.all_counts()]
    assert all("yk" not in str(ask.query) for ask in server.asked)
    later = NOW + 31 * DAY
    gather(store, [server], now=later, youtube_api={"key": "YOUTUBE_KEY", "server": server.host, "searches": 0})
    assert store.lent("youtube", channel, later) == []
    assert b"subscriberCount" not in store.path.read_bytes()


def test_channels_that_the_api_found_are_read_as_feeds(store: Store, running: Running) -> None:
    api = running(youtube_api)
    channels = [person("youtube", n) for n in (1, 2)]
    with World(channels, [written(one, n) for n, one in enumerate(channels)]) as world:
        feeds = {"channels": [], "server": world.youtube.host, "trainability": world.youtube.host}
        key = {"key": "YOUTUBE_KEY", "server": api.host}
        told = gather(store, [api, world.youtube], youtube_api=key, youtube_feed=feeds)
        assert [one.state for one in told.health] == ["well", "well"]
        assert {post.author for post in store.posts()} == {one.id for one in channels}


def test_without_a_key_the_source_is_not_asked_and_the_others_are(
    store: Store, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YOUTUBE_KEY")
    api = running(youtube_api)
    with World([person("misskey", 1)], []) as world:
        key = {"key": "YOUTUBE_KEY", "server": api.host}
        told = gather(store, [api, world.misskey], youtube_api=key, misskey={"servers": [world.misskey.host]})
        assert [(one.source.partition(":")[0], one.state) for one in told.health] == [
            ("misskey", "well"),
            ("youtube_api", "not asked"),
        ]
        assert api.asked == []
        assert "YOUTUBE_KEY" in told.health[1].said


# Twitch


def twitch(ask: Ask) -> Reply:
    if ask.path == "/oauth2/token":
        fine = b"client_id=ti" in ask.body and b"client_secret=ts" in ask.body
        return Reply({"access_token": "abc123", "expires_in": 5, "token_type": "bearer"}) if fine else Reply({}, 400)
    if ask.headers.get("authorization") != "Bearer abc123" or ask.headers.get("client-id") != "ti":
        return Reply({}, 401)
    if ask.path == "/helix/streams":
        page = int(ask.one("after") or 0)
        streams = [stream(100 * page + n, ["新人VTuber", "日本語"] if n % 50 == 0 else ["雑談"]) for n in range(100)]
        return Reply({"data": streams, "pagination": {"cursor": str(page + 1)} if page < 2 else {}})
    if ask.path == "/helix/users":
        users = [
            {"id": one, "login": f"p{one}", "display_name": "星", "description": "無断転載禁止"}
            for one in ask.every("id")
        ]
        return Reply({"data": users})
    return NOT_FOUND


def stream(number: int, tags: list[str]) -> dict[str, Any]:
    return {
        "id": str(40_000 + number),
        "user_id": str(number),
        "user_login": f"p{number}",
        "title": "初配信",
        "viewer_count": 3,
        "started_at": iso(NOW - 600),
        "language": "ja",
        "tags": tags,
    }


def test_twitch_streams_are_sifted_here(store: Store, running: Running) -> None:
    server = running(twitch)
    keys = {"client_id": "TWITCH_ID", "client_secret": "TWITCH_SECRET", "server": server.host, "login": server.host}
    assert [one.state for one in gather(store, [server], twitch=keys).health] == ["well"]
    told = [(post.author, post.sort, post.views) for post in store.posts()]
    assert told == [(str(number), "stream", 3) for number in (0, 50, 100, 150, 200, 250)]
    assert {one.wishes for one in store.accounts()} == {("no reposting",)}


# Holodex


def holodex(ask: Ask) -> Reply:
    if ask.headers.get("x-apikey") != "hk" or ask.path != "/api/v2/channels":
        return Reply({}, 403)
    start = int(ask.one("offset"))
    numbers = range(start, min(start + 50, 70))
    return Reply([{"id": f"UC{n:022d}", "name": f"c{n}", "subscriber_count": "9", "inactive": n == 3} for n in numbers])


def test_holodex_channels_are_paged_and_their_figures_lent(store: Store, running: Running) -> None:
    server = running(holodex)
    told = gather(store, [server], holodex={"key": "HOLODEX_KEY", "server": server.host})
    assert [(one.state, one.said) for one in told.health] == [("well", "70 channels were read")]
    assert len(list(store.accounts(place="holodex"))) == 69
    assert {one.followers for one in store.accounts()} == {None}
    assert len(store.lent_named("holodex", "subscriber_count", NOW)) == 69


# X


def tweets(total: int) -> Callable[[Ask], Reply]:
    """So many posts of the hashtag, ten of them by each author."""

    def answer(ask: Ask) -> Reply:
        if ask.headers.get("authorization") != "Bearer xt":
            return Reply({}, 401)
        size, skip = int(ask.one("max_results")), int(ask.one("next_token") or 0)
        newest = [n for n in range(total, 0, -1) if n > int(ask.one("since_id") or 0)]
        page = newest[skip : skip + size]
        rows = [
            {"id": str(n), "author_id": str(n // 10 + 1), "text": "x", "lang": "ja", "created_at": iso(NOW - 9)}
            for n in page
        ]
        users = [{"id": one, "username": f"u{one}"} for one in sorted({row["author_id"] for row in rows})]
        more = {"next_token": str(skip + size)} if skip + size < len(newest) else {}
        return Reply({"data": rows, "includes": {"users": users}, "meta": more})

    return answer


def x_source(server: Loopback, budget: float) -> dict[str, Any]:
    return {"token": "X_TOKEN", "budget_usd": budget, "post_usd": 0.005, "user_usd": 0.01, "server": server.host}


def spent(store: Store) -> float:
    return float(json.loads(store.mark("x", "spent"))["2026-11"])


def test_x_reads_all_and_writes_down_what_it_cost(store: Store, running: Running) -> None:
    server = running(tweets(250))
    told = gather(store, [server], x=x_source(server, 50.0))
    assert [one.state for one in told.health] == ["well"]
    assert len(list(store.posts())) == 250
    posts, users = (
        250,
        sum(len({n // 10 + 1 for n in page}) for page in (range(151, 251), range(51, 151), range(1, 51))),
    )
    assert spent(store) == pytest.approx(posts * 0.005 + users * 0.01)
    server.answer = tweets(255)
    gather(store, [server], x=x_source(server, 50.0))
    assert server.asked[-1].one("since_id") == "250"
    assert len(list(store.posts())) == 255


def test_x_never_asks_for_more_than_is_left(store: Store, running: Running) -> None:
    server = running(tweets(5_000))
    for _ in range(5):
        told = gather(store, [server], x=x_source(server, 2.0))
    assert [one.state for one in told.health] == ["over quota"]
    worst = [int(ask.one("max_results")) * 0.015 for ask in server.asked]
    assert spent(store) <= 2.0
    assert worst[0] == pytest.approx(1.5)
    assert all(10 <= int(ask.one("max_results")) <= 100 for ask in server.asked)
    asked = len(server.asked)
    gather(store, [server], x=x_source(server, 2.0))
    assert len(server.asked) == asked


def test_x_counts_as_spent_what_was_asked_for_and_never_answered(store: Store, running: Running) -> None:
    server = running(tweets(10))
    server.fault = lambda ask: Reply(b"", 400) if ask.path.startswith("/2") else None
    gather(store, [server], x=x_source(server, 2.0))
    assert spent(store) == pytest.approx(1.5)


def test_x_asks_for_no_more_than_the_week_that_its_search_covers(store: Store, running: Running) -> None:
    server = running(tweets(20))
    for day, since in ((0, ""), (3, "20"), (20, "")):
        gather(store, [server], now=NOW + day * DAY, x=x_source(server, 50.0))
        assert server.asked[-1].one("since_id") == since


def test_x_begins_each_month_anew(store: Store, running: Running) -> None:
    server = running(tweets(10))
    server.fault = lambda ask: Reply(b"", 400) if ask.path.startswith("/2") else None
    gather(store, [server], x=x_source(server, 2.0))
    server.fault = lambda ask: None
    told = gather(store, [server], now=NOW + 2 * DAY, x=x_source(server, 2.0))
    assert "in 2026-12" in told.health[0].said


# Files


def test_files_are_read_once_and_again_when_they_change(store: Store, tmp_path: Path) -> None:
    one = {
        "id": "1",
        "handle": "h",
        "name": "星",
        "followers": 5,
        "links": ["https://a.example"],
        "wishes": ["noindex"],
    }
    post = {
        "id": "9",
        "author": "1",
        "at": "2026-11-29T12:00:00+09:00",
        "tags": ["#初配信"],
        "text": "t",
        "sort": "stream",
    }
    (tmp_path / "list.json").write_text(json.dumps({"accounts": [one, {"name": "nobody"}], "posts": [post, 7]}))
    told = gather(store, [], folder=tmp_path, files=[{"path": "list.json"}])
    assert told.health[0].said == "2 entries were read; 2 entries name nobody and were left out"
    (account,) = store.accounts()
    assert (account.place, account.followers, account.wishes) == ("file:list.json", 5, ("noindex",))
    (kept,) = store.posts()
    assert (kept.at, kept.tags, kept.sort) == (NOW - DAY - 9 * 3_600, ("初配信",), "stream")
    assert gather(store, [], folder=tmp_path, files=[{"path": "list.json"}]).health[0].said == "it has not changed"
    (tmp_path / "list.json").write_text(json.dumps({"accounts": [{**one, "followers": 6}]}))
    gather(store, [], now=NOW + 60, folder=tmp_path, files=[{"path": "list.json"}])
    assert [account.followers for account in store.accounts()] == [6]


def test_csv_files_of_posts_and_of_accounts(store: Store, tmp_path: Path) -> None:
    posts = '\ufeffid,author,at,tags,likes,text,extra\n1,a,1796000000,#新人VTuber 初配信,3,"x, y",\n2,,5,,,,\n'
    (tmp_path / "posts.csv").write_text(posts, encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,handle,bot,wishes\na,h,yes,noindex;no reposting\n", encoding="utf-8")
    files = [{"path": "posts.csv"}, {"path": "people.csv", "holds": "accounts"}]
    told = gather(store, [], folder=tmp_path, files=files)
    assert [one.state for one in told.health] == ["well", "well"]
    (post,) = store.posts()
    assert (post.at, post.tags, post.likes, post.text) == (1_796_000_000.0, ("新人VTuber", "初配信"), 3, "x, y")
    (account,) = store.accounts()
    assert (account.bot, account.wishes) == (True, ("no reposting", "noindex"))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b"{", "is no JSON"),
        ("a.json", b"[" * 100_000, "nests too deeply"),
        ("a.json", b"[]", "neither"),
        ("a.json", b"\xff", "not UTF-8"),
        ("a.csv", b"name\nx\n", "no column 'id'"),
        ("a.csv", b"", "no column 'id'"),
        ("a.csv", b'id,author\n1,"x\n', "line 1: unexpected end"),
        ("a.csv", b"id\n" + b"x" * 200_000, "field larger"),
        ("a.xlsx", b"PK", "neither .json nor .csv"),
        ("none.json", None, "is no file"),
    ],
)
def test_files_that_cannot_be_read_are_named(
    store: Store, tmp_path: Path, name: str, data: bytes | None, words: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with World([person("misskey", 1)], []) as world:
        misskey = {"servers": [world.misskey.host]}
        told = gather(store, [world.misskey], folder=tmp_path, files=[{"path": name}], misskey=misskey)
    assert [one.state for one in told.health] == ["not asked", "well"]
    assert words in told.health[0].said
    assert name in told.health[0].said


def test_what_a_file_says_of_the_future_and_of_itself_is_bounded(store: Store, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "author": "a", "at": 9e18, "likes": -3, "sort": "script", "url": "javascript:alert(1)"},
        {"id": "2", "author": "a", "at": "2090-01-01T00:00:00Z", "text": "x" * 10_000_000, "tags": "a b"},
    ]
    (tmp_path / "a.json").write_text(json.dumps({"posts": rows}))
    gather(store, [], folder=tmp_path, files=[{"path": "a.json"}])
    first, second = sorted(store.posts(), key=lambda post: post.id)
    assert (first.at, first.likes, first.sort, first.url) == (NOW, None, "post", "")
    assert (second.at, len(second.text), second.tags) == (NOW, 20_000, ("a", "b"))


def test_one_of_every_kind_survives_being_stored(store: Store) -> None:
    from ganbaru.scout.seen import Batch

    accounts = [person(place, 1, seen=NOW) for place in ("x", "twitch", "holodex")]
    posts = [
        replace(written(one, 1), sort=sort) for one, sort in zip(accounts, ("post", "video", "stream"), strict=True)
    ]
    store.take("t", Batch([*accounts, *posts]))
    assert set(store.accounts()) == set(accounts)
    assert {post.sort for post in store.posts()} == {"post", "video", "stream"}
    assert isinstance(accounts[0], Account)
    assert isinstance(posts[0], Post)
