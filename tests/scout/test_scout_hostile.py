"""Answers that are wrong by accident or on purpose: one clear state of the source, never a crash, never a wrong row."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from scout_servers import Ask, Reply
from scout_world import (
    NOW,
    World,
    created,
    feed,
    misskey_reply,
    person,
    profiles_reply,
    small_world,
    statuses_reply,
    written,
)

from ganbaru.scout.collecting import Collected, collect
from ganbaru.scout.names import plain, shown
from ganbaru.scout.places.visit import language
from ganbaru.scout.seen import Account, Post
from ganbaru.scout.store import Store

STATES = ("well", "closed", "over quota", "out")


def gather(world: World, store: Store, *places: str) -> Collected:
    return collect(world.query(*places), store, local=world.local, clock=world.clock)


def check(store: Store) -> None:
    """Every row is of the types and within the bounds that the rest of the program relies on."""
    for one in [*store.accounts(), *store.posts()]:
        for field in fields(one):
            value = getattr(one, field.name)
            if field.name in ("followers", "following", "posts", "likes", "reposts", "replies", "views"):
                assert value is None or (type(value) is int and 0 <= value <= 2**53)
            if isinstance(value, str):
                assert len(value) <= 20_000
                value.encode()
        assert one.id
        assert 0.0 <= (one.at if isinstance(one, Post) else one.created or 0.0) <= NOW
        if isinstance(one, Post):
            assert one.author
            assert language(one.language) == one.language
        else:
            assert all(link.url.startswith(("https://", "http://")) for link in one.links)


# Feeds of XML


ENTITY = "&#x40;"
BOMBS = {
    "entities that grow": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><feed>&i;</feed>",
    "one long entity": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><feed>{"&a;" * 50_000}</feed>',
    "a file of the machine": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed>&a;</feed>',
    "a place of the net": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]><feed>&a;</feed>',
    "a parameter": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd"> %a;]><feed/>',
    "an outside type": '<!DOCTYPE feed SYSTEM "http://127.0.0.1:1/x.dtd"><feed/>',
    "a quiet type": '<!DOCTYPE feed><feed xmlns="http://www.w3.org/2005/Atom"/>',
    "nothing": "",
    "no XML": "hello",
    "cut": '<feed xmlns="http://www.w3.org/2005/Atom"><entry>',
    "another document": "<rss/>",
    "a strange alphabet": '<?xml version="1.0" encoding="utf-7"?><feed/>',
    "no alphabet": '<?xml version="1.0" encoding="x-none"?><feed/>',
    "deep": "<a>" * 20_000 + "</a>" * 20_000,
    "another channel": '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015">'
    "<yt:channelId>xxx</yt:channelId></feed>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_feeds_that_are_bombs_or_broken_are_out(store: Store, name: str) -> None:
    with small_world(people=1) as world:
        gather(world, store, "youtube_feed")
        before = list(store.posts())
        world.youtube.fault = lambda ask: Reply(BOMBS[name].encode(), kind="text/xml") if "feeds" in ask.path else None
        (health,) = gather(world, store, "youtube_feed").health
        assert health.state == "out"
        assert list(store.posts()) == before
        assert world.youtube.only("/x.dtd") == []


def test_a_feed_with_a_title_of_ten_megabytes_is_refused(store: Store) -> None:
    channel = person("youtube", 1)
    with World([channel], [written(channel, 1, text="あ" * 3_400_000)]) as world:
        (health,) = gather(world, store, "youtube_feed").health
        assert (health.state, "longer than" in health.said) == ("out", True)
        assert list(store.posts()) == []


def test_long_words_are_cut_where_the_answer_is_short_enough(store: Store) -> None:
    people = [
        person(place, 1, name="長" * 100_000, about="文" * 100_000) for place in ("misskey", "mastodon", "bluesky")
    ]
    with World(people, [written(one, n, text="x" * 100_000) for n, one in enumerate(people)]) as world:
        gather(world, store, "misskey", "mastodon", "bluesky")
        assert {len(one.name) for one in store.accounts()} == {500}
        assert all(19_900 < len(one.text) <= 20_000 for one in store.posts())
        check(store)


# Words that deceive

MARKUP = '<img src=x onerror=alert(1)></script><script>alert("x")</script>&lt;b&gt;'


def test_markup_in_names_is_kept_as_text(store: Store) -> None:
    people = [person(place, 1, name=MARKUP, about=MARKUP) for place in ("misskey", "mastodon", "bluesky", "youtube")]
    with World(people, [written(one, n, text=MARKUP) for n, one in enumerate(people)]) as world:
        gather(world, store)
        assert {one.name for one in store.accounts()} == {MARKUP}
        assert {one.text for one in store.posts()} == {MARKUP}


def test_signs_that_are_not_seen_do_not_hide_a_name_nor_turn_a_line(store: Store) -> None:
    name = "星\u200b野\u202eろひ\u2066<b>\n\x1b[31m"
    people = [person(place, 1, name=name) for place in ("misskey", "bluesky")]
    with World(people, [written(one, n) for n, one in enumerate(people)]) as world:
        gather(world, store, "misskey", "bluesky")
        for one in store.accounts():
            assert one.name == name
            assert plain(one.name).startswith("星野ろひ<b>")
            assert not set(shown(one.name)) & set("\u202e\u2066\n\x1b")


def test_clocks_that_are_ahead_do_not_make_anybody_newer(store: Store) -> None:
    people = [person(place, 1) for place in ("misskey", "mastodon", "youtube")]
    with World(people, [written(one, n, at=NOW + 400 * 86_400.0) for n, one in enumerate(people)]) as world:
        gather(world, store)
        assert {post.at for post in store.posts()} == {NOW}


def test_a_post_on_the_stream_is_no_newer_than_the_stream_says(store: Store) -> None:
    one = person("bluesky", 1)
    with World([one], [written(one, 1)]) as world:
        (event,) = world.stream.events
        event["commit"]["record"]["createdAt"] = "2031-01-01T00:00:00+09:00"
        gather(world, store, "bluesky")
        (post,) = store.posts()
        assert post.at == event["time_us"] / 1e6


@pytest.mark.parametrize("zone", ["+09:00", "-11:00", "Z", "+0530", ""])
def test_time_zones_are_read(store: Store, zone: str) -> None:
    one = person("mastodon", 1)
    with World([one], [written(one, 1)]) as world:
        usual = world.mastodon.answer
        hours = {"+09:00": 9.0, "-11:00": -11.0, "+0530": 5.5}.get(zone, 0.0)

        def answer(ask: Ask) -> Reply:
            reply = usual(ask)
            for status in reply.body if "timelines" in ask.path else []:
                status["created_at"] = f"2026-11-29T12:00:00{zone}"
            return reply

        world.mastodon.answer = answer
        gather(world, store, "mastodon")
        assert [post.at for post in store.posts()] == [NOW - 86_400.0 - hours * 3_600.0]


# Wrong types everywhere

WRONG: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        1.5,
        2**70,
        10**400,
        float("inf"),
        "",
        "\ud800",
        "\0",
        "x" * 3_000,
        [],
        {},
        [[]],
        [None],
        {"a": 1},
    ),
    *("javascript:alert(1)", "../../etc/passwd", "' OR 1=1 --", ["a", 1, None, "b"], {"id": {"id": "x"}}, "NaN", "-5"),
)


def mutants(document: Any, chance: random.Random, many: int) -> Iterator[Any]:
    """The document with one to three of its values replaced, or keys taken out."""
    for _ in range(many):
        spoilt = json.loads(json.dumps(document))
        for _ in range(chance.randint(1, 3)):
            holder, key = chance.choice([*walked(spoilt), (None, None)])
            if holder is None:
                spoilt = copy.deepcopy(chance.choice(WRONG))
            elif chance.random() < 0.2 and isinstance(holder, dict):
                holder.pop(key, None)
            else:
                holder[key] = copy.deepcopy(chance.choice(WRONG))
        yield spoilt


def walked(document: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else []
    for key in keys:
        yield document, key
        yield from walked(document[key])


def packed(document: Any) -> Reply:
    return Reply(json.dumps(document).encode())


@pytest.mark.parametrize("seed", range(25))
def test_wrong_types_anywhere_break_nothing(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    with small_world(people=2, posts=2) as world:

        def spoiled(usual: Callable[[Ask], Reply]) -> Callable[[Ask], Reply | None]:
            def fault(ask: Ask) -> Reply | None:
                if ask.path == "/robots.txt":
                    return None
                reply = usual(ask)
                return packed(next(mutants(reply.body, chance, 1))) if not isinstance(reply.body, bytes) else None

            return fault

        for server in (world.misskey, world.mastodon, world.profiles, world.youtube):
            server.fault = spoiled(server.answer)
        spoilt = [event for one in world.stream.events for event in mutants(one, chance, 4)]
        world.stream.extra = [json.dumps(event) for event in spoilt]
        for _ in range(2):
            assert {one.state for one in gather(world, store).health} <= set(STATES)
            check(store)


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"{}", b'"x"', b"7", b"[null, 5, []]", b'[{"id": null}]', b'{"profiles": {}}']
)
def test_documents_of_another_shape_break_nothing(store: Store, body: bytes) -> None:
    with small_world(people=1, posts=1) as world:
        for server in (world.misskey, world.mastodon, world.profiles, world.youtube):
            server.fault = lambda ask: None if ask.path == "/robots.txt" else Reply(body)
        assert {one.state for one in gather(world, store).health} <= set(STATES)
        assert [post for post in store.posts() if not post.place.startswith("bluesky")] == []
        check(store)


@pytest.mark.parametrize("cut", [1, 50, 400])
def test_documents_that_are_cut_break_nothing(store: Store, cut: int) -> None:
    with small_world(people=2, posts=2) as world:
        for server in (world.misskey, world.mastodon, world.profiles):
            server.fault = (
                lambda ask, server=server: (  # type: ignore[misc]
                    None if ask.path == "/robots.txt" else Reply(server.answer(ask).data[:-cut])
                )
            )
        assert {one.state for one in gather(world, store, "misskey", "mastodon", "bluesky").health} == {"out"}
        assert [post for post in store.posts() if post.place != "bluesky"] == []


def test_a_page_that_never_ends_is_left_at_the_cap(store: Store) -> None:
    """A server that gives the same full page again and again."""
    one = person("mastodon", 1)
    with World([one], [written(one, n) for n in range(40)]) as world:
        world.mastodon.fault = lambda ask: (
            statuses_reply(world, world.posts, replace(ask, query=(("limit", "40"),)))
            if "timelines" in ask.path
            else None
        )
        assert [health.state for health in gather(world, store, "mastodon").health] == ["well"]
        assert len(world.mastodon.asked) <= 13
        assert len(list(store.posts())) == 40


def test_profiles_that_were_not_asked_for_are_not_taken(store: Store) -> None:
    """A server that answers with somebody else's identifier could overwrite whom it likes."""
    one, other = person("misskey", 1), person("misskey", 2, name="ほんもの")
    with World([one, other], [written(one, 1), written(other, 2)]) as world:
        gather(world, store, "misskey")
        world.now = NOW + 86_400.0
        usual = world.misskey.answer

        def forged(ask: Ask) -> Reply | None:
            if ask.path != "/api/users/show" or "userIds" not in ask.json():
                return None
            return Reply([{**user, "id": "9999999999", "name": "にせもの"} for user in usual(ask).body])

        world.misskey.fault = forged
        gather(world, store, "misskey")
        assert "にせもの" not in {account.name for account in store.accounts()}


@pytest.mark.parametrize(
    "identifier",
    [
        "did:plc:x/../../y",
        "did:plc:é",
        "did:web:" + "a" * 900,
        "",
        "did:plc:x\n",
        "DID:PLC:X",
        "did:plc:x?y=1&actors=z",
    ],
)
def test_identifiers_that_are_none_are_left_out(store: Store, identifier: str) -> None:
    one = person("bluesky", 1)
    with World([one], [written(one, 1)]) as world:
        world.stream.events = [{**created(world.posts[0]), "did": identifier}]
        gather(world, store, "bluesky")
        assert list(store.posts()) == []
        assert world.profiles.asked == []


def test_what_servers_say_in_errors_is_never_repeated(store: Store) -> None:
    secret = "<script>alert(1)</script>"
    with small_world(people=1, posts=1) as world:
        for server in (world.misskey, world.mastodon, world.youtube, world.profiles):
            server.fault = lambda ask: None if ask.path == "/robots.txt" else Reply({"error": {"code": secret}}, 400)
        told = gather(world, store).health
        assert "out" in {one.state for one in told}
        assert secret not in "".join(one.said for one in told)


def test_the_recorded_shapes_are_those_of_the_world() -> None:
    """The helpers that other tests build on answer with what they were given."""
    with small_world(people=1, posts=1) as world:
        asked = Ask("GET", "/xrpc/app.bsky.actor.getProfiles", (("actors", world.of("bluesky")[0].id),), {}, b"")
        assert len(profiles_reply(world, asked).body["profiles"]) == 1
        tagged = Ask(
            "POST", "/api/notes/search-by-tag", (), {}, json.dumps({"query": [["新人VTuber"]], "limit": 9}).encode()
        )
        assert len(misskey_reply(world, tagged).body) == 1
        assert "yt:videoId" in feed(world, world.of("youtube")[0])
        assert isinstance(world.accounts[0], Account)
