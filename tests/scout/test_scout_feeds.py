"""The four open protocols against servers that speak them: what was planted is what is stored."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scout_servers import Ask, Reply
from scout_world import DAY, NOW, World, account_event, committed, iso, misskey_error, person, small_world, written

from ganbaru import UserError
from ganbaru.scout import wishes
from ganbaru.scout.collecting import Collected, collect, sources
from ganbaru.scout.seen import Account, Health, Link, Post
from ganbaru.scout.store import Store
from ganbaru.scout.trainability import may_train

PLACES = ("misskey", "mastodon", "bluesky", "youtube_feed")


def gather(world: World, store: Store, *places: str, since: float | None = None, **given: Any) -> Collected:
    return collect(world.query(*places, **given), store, since=since, local=world.local, clock=world.clock)


def health(told: Collected) -> dict[str, Health]:
    return {one.source.partition(":")[0]: one for one in told.health}


def content(store: Store) -> list[object]:
    """Everything but marks and health."""
    return [*store.accounts(), *store.posts(), *store.all_counts().items()]


def key(post: Post) -> tuple[object, ...]:
    return (
        post.author,
        post.at,
        post.text,
        tuple(post.tags),
        post.likes,
        post.reposts,
        post.replies,
        post.views,
        post.sort,
    )


def test_what_was_planted_is_what_is_stored(store: Store) -> None:
    with small_world() as world:
        told = gather(world, store)
        assert [one.state for one in told.health] == ["well"] * 4
        for place in ("misskey", "mastodon", "bluesky", "youtube"):
            kept = list(store.posts(place=world.stored_place(place)))
            planted = world.posts_of(place)
            if place == "misskey":  # its servers keep hashtags in small letters
                planted = [replace(post, tags=("新人vtuber",)) for post in planted]
            assert sorted(map(key, kept), key=str) == sorted(map(key, planted), key=str)
            for account in world.of(place):
                stored = store.account(world.stored_place(place), account.id)
                assert stored is not None
                told_of = (stored.handle, stored.name, stored.about, stored.created, stored.followers, stored.posts)
                assert told_of == (
                    account.handle,
                    account.name,
                    account.about,
                    account.created,
                    account.followers,
                    account.posts,
                )


def test_a_rerun_asks_for_changes_only_and_changes_nothing(store: Store) -> None:
    with small_world() as world:
        gather(world, store)
        before = content(store)
        world.forget_requests()
        gather(world, store)
        assert content(store) == before
        assert world.requests()
        assert [ask for ask in world.requests() if not ask.is_conditional] == []
        assert [dict(asked).keys() for asked in world.stream.asked] == [{"wantedCollections", "cursor"}]


def test_a_second_store_of_the_same_world_is_the_same(tmp_path: Path) -> None:
    with small_world() as world:
        kept = []
        for name in ("a", "b"):
            with Store(tmp_path / name) as store:
                gather(world, store)
                kept.append(content(store))
        assert kept[0] == kept[1]


def test_what_is_new_comes_in_and_what_was_liked_is_told(store: Store) -> None:
    with small_world() as world:
        gather(world, store)
        newcomers = [written(person(place, 0), 90_000) for place in ("misskey", "mastodon", "bluesky", "youtube")]
        newcomers = [replace(post, at=NOW + 60.0) for post in newcomers]
        world.posts += newcomers
        world.now = NOW + 3_600.0
        world.tell_stream()
        gather(world, store)
        assert {post.at for post in store.posts(NOW)} == {NOW + 60.0}
        assert len(list(store.posts(NOW))) == 4


def test_many_pages_are_walked_to_the_end_and_later_ones_forward(store: Store) -> None:
    her = person("misskey", 1)
    him = person("mastodon", 2)
    with World([her, him], [written(one, n, at=NOW - 9_000 + n) for one in (her, him) for n in range(450)]) as world:
        gather(world, store, "misskey", "mastodon", mastodon={"servers": [world.mastodon.host], "pages": 20})
        assert len(list(store.posts())) == 900
        world.posts += [written(one, n, at=NOW - 9_000 + n) for one in (her, him) for n in range(450, 800)]
        world.forget_requests()
        gather(world, store, "misskey", "mastodon", mastodon={"servers": [world.mastodon.host], "pages": 20})
        assert len(list(store.posts())) == 1_600
        assert len(world.misskey.only("/api/notes/search-by-tag")) == 4


def test_pages_that_are_left_for_the_next_run_are_not_lost(store: Store) -> None:
    her = person("misskey", 1)
    pages = {"servers": [], "pages": 2}
    with World([her], [written(her, 0)]) as world:
        pages["servers"] = [world.misskey.host]
        gather(world, store, "misskey", misskey=pages)
        world.posts += [written(her, n) for n in range(1, 700)]
        for _ in range(4):
            gather(world, store, "misskey", misskey=pages)
        assert len(list(store.posts())) == 700


@pytest.mark.parametrize("place", ["misskey", "mastodon"])
def test_what_the_cap_of_pages_leaves_is_said(store: Store, place: str) -> None:
    her = person(place, 1)
    with World([her], [written(her, n) for n in range(250)]) as world:
        few = {place: {"servers": [getattr(world, place).host], "pages": 1}}
        assert "what is older was left out" in health(gather(world, store, place, **few))[place].said
        world.posts += [written(her, n) for n in range(250, 400)]
        assert "the rest is left for the next run" in health(gather(world, store, place, **few))[place].said
        for _ in range(4):
            last = health(gather(world, store, place, **few))[place].said
        assert "left" not in last


@pytest.mark.parametrize("place", ["misskey", "mastodon"])
def test_a_hashtag_that_is_new_in_the_query_is_looked_back_for(store: Store, place: str) -> None:
    her = person(place, 1)
    with World([her], [written(her, 1), written(her, 2, tags=("歌",))]) as world:
        gather(world, store, place)
        gather(world, store, place, hashtags=["新人VTuber", "歌"])
        assert len(list(store.posts())) == 2


def test_marks_do_not_grow_with_every_run(store: Store) -> None:
    with small_world() as world:
        grown = []
        for number in range(4):
            world.posts += [written(person(place, 0), 5_000 + number) for place in ("misskey", "mastodon", "youtube")]
            gather(world, store)
            with sqlite3.connect(store.path) as raw:
                grown.append(raw.execute("SELECT count(*) FROM marks").fetchone()[0])
            raw.close()
        assert grown[1:] == [grown[1]] * 3


def test_nothing_older_than_asked_for_is_kept(store: Store) -> None:
    people = [person(place, 1) for place in ("misskey", "mastodon", "bluesky", "youtube")]
    posts = [written(one, n, at=NOW - n * DAY) for one in people for n in range(3)]
    with World(people, posts) as world:
        gather(world, store, since=NOW - 1.5 * DAY)
        assert {round((NOW - post.at) / DAY) for post in store.posts()} == {0, 1}
        assert len(list(store.posts())) == 8


def test_other_languages_and_other_hashtags_stay_out(store: Store) -> None:
    one = person("bluesky", 1)
    posts = [
        written(one, 1),
        written(one, 2, language="en"),
        written(one, 3, language=""),
        written(one, 4, tags=("猫",)),
        written(one, 5, tags=("＃新人ｖｔｕｂｅｒ\u200b",)),
    ]
    with World([one], posts) as world:
        gather(world, store, "bluesky")
        assert {post.id[-1] for post in store.posts()} == {"1", "3", "5"}


# Wishes and deletions


def test_wishes_are_read_wherever_they_stand(store: Store) -> None:
    asked = (wishes.NOT_DISCOVERABLE, wishes.NO_INDEX, wishes.NO_TRAINING)
    people = [
        person("misskey", 1, wishes=asked),
        person("misskey", 2, about="無断転載禁止"),
        person("mastodon", 1, wishes=(wishes.NOT_DISCOVERABLE, wishes.NO_INDEX, wishes.NOT_SEARCHABLE)),
        person("mastodon", 2, about="ＡＩ学習禁止"),
        person("bluesky", 1, about="#AI学習禁止 #転載禁止"),
        person("youtube", 1, name="星野【転載禁止】"),
    ]
    with World(people, [written(one, n) for n, one in enumerate(people)]) as world:
        gather(world, store)
        kept = {(one.place.partition(":")[0], one.id[-1]): one.wishes for one in store.accounts()}
    assert kept["misskey", "1"] == tuple(sorted(asked))
    assert kept["misskey", "2"] == (wishes.NO_REPOSTING,)
    assert set(kept["mastodon", "1"]) == {wishes.NOT_DISCOVERABLE, wishes.NO_INDEX, wishes.NOT_SEARCHABLE}
    assert kept["mastodon", "2"] == (wishes.NO_TRAINING,)
    assert kept["bluesky", "1"] == (wishes.NO_TRAINING, wishes.NO_REPOSTING)
    assert kept["youtube", "1"] == (wishes.NO_REPOSTING,)


@pytest.mark.parametrize("place", ["misskey", "bluesky"])
def test_of_members_only_nothing_but_the_wish_is_kept(store: Store, place: str) -> None:
    shy, open_one = person(place, 1, wishes=(wishes.MEMBERS_ONLY,), name="恥ずかしがり"), person(place, 2)
    with World([shy, open_one], [written(shy, 1), written(open_one, 2)]) as world:
        gather(world, store, place)
        assert [post.author for post in store.posts()] == [open_one.id]
        assert "恥ずかしがり".encode() not in store.path.read_bytes()
        gather(world, store, place)
        assert [post.author for post in store.posts()] == [open_one.id]


def test_those_who_opted_out_are_not_stored_and_the_stored_ones_are_deleted(store: Store) -> None:
    with small_world() as world:
        gather(world, store)
        gone = [f"{world.stored_place('misskey')}/p1", f"bluesky/{person('bluesky', 2).id}"]
        gather(world, store, opt_out=gone)
        assert store.account(world.stored_place("misskey"), person("misskey", 1).id) is None
        assert store.account("bluesky", person("bluesky", 2).id) is None
        assert len(list(store.accounts())) == 10


def test_deletions_on_the_stream_travel(store: Store) -> None:
    people = [person("bluesky", n) for n in range(3)]
    posts = [written(one, n) for n, one in enumerate(people)]
    with World(people, posts) as world:
        gather(world, store, "bluesky")
        world.now = NOW + 100.0
        world.stream.events += [
            committed(posts[0].id, NOW + 10, {"operation": "delete", "rev": "x"}),
            account_event(people[1].id, NOW + 20, "deleted"),
        ]
        world.accounts.remove(people[1])
        gather(world, store, "bluesky")
        assert [post.author for post in store.posts()] == [people[2].id]
        assert {one.id for one in store.accounts()} == {people[0].id, people[2].id}


def test_who_left_and_came_back_is_read_again(store: Store) -> None:
    one = person("bluesky", 1)
    with World([one], [written(one, 1)]) as world:
        gather(world, store, "bluesky")
        left, back = account_event(one.id, NOW + 10, "deactivated"), account_event(one.id, NOW + 20, "active")
        world.stream.events += [left, back]
        world.posts.append(written(one, 2, at=NOW + 30))
        world.tell_stream()
        world.now = NOW + 100
        gather(world, store, "bluesky")
        assert [post.at for post in store.posts()] == [NOW + 30]
        assert [account.name for account in store.accounts()] == [one.name]


def test_deletions_on_servers_without_a_stream_are_found_by_asking_once_a_day(store: Store) -> None:
    people = [person(place, n) for place in ("misskey", "mastodon") for n in range(3)]
    with World(people, [written(one, n) for n, one in enumerate(people)]) as world:
        gather(world, store, "misskey", "mastodon")
        gone = [post for post in world.posts if post.author == people[0].id]
        left = [one for one in world.accounts if one.id != people[1].id]
        world.posts = [post for post in world.posts if post not in gone and post.author != people[1].id]
        world.accounts = left
        world.now = NOW + DAY
        gather(world, store, "misskey", "mastodon")
        authors = {(post.place.partition(":")[0], post.author) for post in store.posts()}
        assert authors == {("misskey", people[2].id), ("mastodon", people[2].id)}


def test_an_answer_that_leaves_everything_out_deletes_nothing(store: Store) -> None:
    """A server that suddenly shows guests an empty list is not one on which everybody deleted everything."""
    with small_world() as world:
        gather(world, store)
        before = list(store.posts())
        world.now = NOW + DAY
        world.mastodon.fault = lambda ask: Reply([]) if ask.path == "/api/v1/statuses" else None
        world.misskey.fault = lambda ask: (
            Reply([]) if ask.path == "/api/users/show" and "userIds" in ask.json() else None
        )
        world.youtube.fault = lambda ask: Reply(b"<html/>", 404, "text/html")
        gather(world, store)
        assert list(store.posts()) == before
        assert len(list(store.accounts())) == 12


def test_a_video_is_gone_when_two_feeds_in_a_row_lack_it(store: Store) -> None:
    channel = person("youtube", 1)
    with World([channel], [written(channel, n) for n in range(4)]) as world:
        gather(world, store, "youtube_feed")
        lacking = world.posts.pop(1)
        gather(world, store, "youtube_feed")
        assert len(list(store.posts())) == 4
        world.posts.append(written(channel, 9))
        gather(world, store, "youtube_feed")
        assert lacking.id not in {post.id for post in store.posts()}
        assert len(list(store.posts())) == 4


def test_old_videos_that_the_feed_no_longer_holds_are_not_gone(store: Store) -> None:
    channel = person("youtube", 1)
    with World([channel], [written(channel, n) for n in range(15)]) as world:
        gather(world, store, "youtube_feed")
        for number in (20, 21, 22):
            world.posts.append(written(channel, number))
            gather(world, store, "youtube_feed")
        assert len(list(store.posts())) == 18


# Health


def closed_misskey(ask: Ask) -> Reply | None:
    return Reply({"ugcVisibilityForVisitor": "none"}) if ask.path == "/api/meta" else None


def closed_mastodon(ask: Ask) -> Reply | None:
    feeds = {"hashtag_feeds": {"local": "authenticated"}}
    told = {"configuration": {"timelines_access": feeds}}
    return Reply(told) if ask.path == "/api/v2/instance" else None


def at(path: str, reply: Reply) -> Callable[[Ask], Reply | None]:
    return lambda ask: reply if ask.path.startswith(path) else None


@pytest.mark.parametrize(
    ("place", "fault", "state"),
    [
        ("misskey", closed_misskey, "closed"),
        ("misskey", at("/api/notes", misskey_error("CREDENTIAL_REQUIRED", 401)), "closed"),
        ("misskey", at("/api/notes", misskey_error("CONTENT_RESTRICTED_BY_SERVER", 400)), "closed"),
        ("misskey", at("/api/notes", Reply({}, 429, headers={"Retry-After": "900"})), "over quota"),
        ("misskey", at("/api/notes", misskey_error("INVALID_PARAM", 400)), "out"),
        ("misskey", at("/api/", Reply(b"<html>", 200, "text/html")), "out"),
        ("mastodon", closed_mastodon, "closed"),
        ("mastodon", at("/api/v1/timelines", Reply({"error": "authenticated user"}, 401)), "closed"),
        ("mastodon", at("/api/v1/timelines", Reply({"error": "authenticated user"}, 422)), "closed"),
        ("mastodon", at("/api/v1/timelines", Reply({"error": "Too many"}, 429)), "over quota"),
        ("mastodon", at("/api/v1/timelines", Reply({"error": "oops"}, 500)), "out"),
        ("mastodon", at("/", Reply(b"", 404)), "out"),
        ("youtube", at("/feeds", Reply(b"<html>", 404, "text/html")), "out"),
        ("youtube", at("/feeds", Reply(b"<html>", 500, "text/html")), "out"),
        (
            "youtube",
            at("/robots.txt", Reply(b"User-agent: *\nDisallow: /feeds/videos.xml", kind="text/plain")),
            "closed",
        ),
    ],
)
def test_a_source_that_tells_nothing_says_why_and_loses_nothing(
    store: Store, place: str, fault: Callable[[Ask], Reply | None], state: str
) -> None:
    with small_world() as world:
        gather(world, store)
        before = content(store)
        getattr(world, place).fault = fault
        world.now = NOW + 2 * DAY
        world.forget_requests()
        told = health(gather(world, store))
        name = "youtube_feed" if place == "youtube" else place
        assert told.pop(name).state == state
        assert {one.state for one in told.values()} == {"well"}
        assert [one for one in content(store) if isinstance(one, Post)] == [
            one for one in before if isinstance(one, Post)
        ]


def test_who_asked_to_wait_is_not_asked_before_the_time_is_over(store: Store) -> None:
    with small_world() as world:
        world.mastodon.fault = at("/api/v1/timelines", Reply({}, 429, headers={"Retry-After": "900"}))
        told = health(gather(world, store))["mastodon"]
        assert (told.state, told.until) == ("over quota", NOW + 900)
        world.mastodon.fault = lambda ask: None
        world.now = NOW + 600
        world.forget_requests()
        told = health(gather(world, store))["mastodon"]
        assert (told.state, told.until) == ("not asked", NOW + 900)
        assert world.mastodon.asked == []
        world.now = NOW + 901
        assert health(gather(world, store))["mastodon"].state == "well"
        assert len(list(store.posts(place=world.stored_place("mastodon")))) == 12


def test_one_feed_that_is_out_does_not_hide_the_others(store: Store) -> None:
    with small_world() as world:
        out = world.of("youtube")[1].id
        world.youtube.fault = lambda ask: Reply(b"", 404, "text/html") if out in str(ask.query) else None
        told = health(gather(world, store, "youtube_feed"))["youtube_feed"]
        assert (told.state, "1 of 3" in told.said) == ("out", True)
        assert len(list(store.posts())) == 8


def test_a_stream_that_breaks_off_keeps_what_it_told_and_goes_on_there(store: Store) -> None:
    one = person("bluesky", 1)
    posts = [written(one, n, at=NOW - 3_000 + n) for n in range(2_500)]
    with World([one], posts) as world:
        world.stream.cut_after = 2_200
        assert health(gather(world, store, "bluesky"))["bluesky"].state == "out"
        kept = len(list(store.posts()))
        assert 1_000 <= kept < 2_200
        world.stream.cut_after = None
        assert health(gather(world, store, "bluesky"))["bluesky"].state == "well"
        assert len(list(store.posts())) == 2_500
        assert int(dict(world.stream.asked[1])["cursor"]) > int(dict(world.stream.asked[0])["cursor"])


def test_a_stream_that_is_silent_or_refuses_is_not_a_quiet_day(store: Store) -> None:
    with small_world() as world:
        world.stream.silent = True
        told = health(gather(world, store, "bluesky", caps={"gap": 0.0, "seconds_per_answer": 0.5}))["bluesky"]
        assert (told.state, "silent" in told.said) == ("out", True)
        world.stream.silent = False
        for status, state in [(503, "over quota"), (401, "closed"), (500, "out")]:
            world.stream.status = status
            assert health(gather(world, store, "bluesky"))["bluesky"].state == state
            world.now = (world.now or NOW) + 100


def test_what_the_stream_no_longer_keeps_is_said(store: Store) -> None:
    with small_world() as world:
        world.stream.kept_from = round((NOW - 600) * 1e6)
        told = health(gather(world, store, "bluesky"))["bluesky"]
        assert "4310 minutes before it are no longer kept" in told.said


def test_events_from_the_future_do_not_move_the_cursor(store: Store) -> None:
    with small_world() as world:
        ahead = committed("at://did:plc:x/app.bsky.feed.post/1", NOW + 9 * DAY, {"operation": "delete"})
        world.stream.extra = [json.dumps(ahead), "nonsense", b"\xff\x00", "[]", '{"time_us": "1"}', '{"time_us": -5}']
        assert health(gather(world, store, "bluesky"))["bluesky"].state == "well"
        assert int(store.mark("bluesky", "cursor")) == round(NOW * 1e6)
        assert len(list(store.posts())) == 12


# Discovery accounts


def test_discovery_accounts_bring_in_those_whom_they_name(store: Store) -> None:
    finders = [person(place, 50, name="新人発掘") for place in ("misskey", "mastodon", "bluesky")]
    shy = [person(place, 51) for place in ("misskey", "mastodon", "bluesky")]
    posts = [written(one, 5, tags=("歌",)) for one in shy]
    tellings = [
        replace(written(finder, 6, tags=()), text="", repost_of=post.id, mentions=(one.id,))
        for finder, one, post in zip(finders, shy, posts, strict=True)
        if finder.place != "bluesky"
    ]
    with World([*finders, *shy], [*posts, *tellings]) as world:
        subject = {"subject": {"uri": posts[2].id, "cid": "x"}, "createdAt": iso(NOW - 50)}
        repost = f"at://{finders[2].id}/app.bsky.feed.repost/rp1"
        world.stream.events.append(committed(repost, NOW - 50, {"operation": "create", "record": subject}))
        query = {
            "misskey": {"servers": [world.misskey.host], "discovery": [f"p50@{world.misskey.host}"]},
            "mastodon": {"servers": [world.mastodon.host], "discovery": [f"p50@{world.mastodon.host}"]},
            "bluesky": {"stream": world.stream.host, "profiles": world.profiles.host, "discovery": ["p50.example.org"]},
        }
        query["bluesky"]["lookback_minutes"] = 4_000
        told = gather(world, store, "misskey", "mastodon", "bluesky", **query)
        assert [one.state for one in told.health] == ["well"] * 3
        before = content(store)
        gather(world, store, "misskey", "mastodon", "bluesky", **query)
        assert content(store) == before
    for finder, one in zip(finders, shy, strict=True):
        place = next(account.place for account in store.accounts() if account.place.startswith(finder.place))
        account = store.account(place, one.id)
        assert account is not None
        assert account.name == one.name
        (telling,) = store.posts(place=place, author=finder.id)
        assert one.id in telling.mentions
        assert telling.repost_of


def test_a_discovery_account_that_is_not_there_is_named_and_stops_nothing(store: Store) -> None:
    with small_world() as world:
        query = {
            "misskey": {"servers": [world.misskey.host], "discovery": [f"nobody@{world.misskey.host}"]},
            "mastodon": {"servers": [world.mastodon.host], "discovery": [f"nobody@{world.mastodon.host}"]},
            "bluesky": {
                "stream": world.stream.host,
                "profiles": world.profiles.host,
                "lookback_minutes": 4_000,
                "discovery": ["@Nobody"],
            },
        }
        told = gather(world, store, "misskey", "mastodon", "bluesky", **query)
    for one in told.health:
        assert one.state == "well"
        assert one.said.endswith("; nobody there is called nobody, named in discovery")
    assert all(account.whole for account in store.accounts()), "profiles are read all the same"


# One's own people only, links, trainability


def test_people_of_other_servers_are_left_to_their_own(store: Store) -> None:
    with small_world() as world:

        def elsewhere(ask: Ask) -> Reply | None:
            reply = world.misskey.answer(ask) if ask.path == "/api/notes/search-by-tag" else None
            if reply is None:
                return None
            return Reply([{**note, "user": {**note["user"], "host": "far.example"}} for note in reply.body])

        def far_status(ask: Ask) -> Reply | None:
            reply = world.mastodon.answer(ask) if "timelines" in ask.path else None
            if reply is None:
                return None
            return Reply([{**one, "account": {**one["account"], "acct": "p@far.example"}} for one in reply.body])

        world.misskey.fault = elsewhere
        world.mastodon.fault = far_status
        gather(world, store, "misskey", "mastodon")
        assert content(store) == []
        assert [ask.one("local") for ask in world.mastodon.asked if "timelines" in ask.path] == ["true"]


def test_links_are_kept_with_whether_they_are_verified(store: Store) -> None:
    links = (Link("https://youtube.com/channel/UC1", True), Link("https://x.example/me", False))
    people = [person(place, 1, links=links) for place in ("misskey", "mastodon", "bluesky")]
    with World(people, [written(one, n) for n, one in enumerate(people)]) as world:
        gather(world, store, "misskey", "mastodon", "bluesky")
        kept = {one.place.partition(":")[0]: set(one.links) for one in store.accounts()}
    assert kept["misskey"] == kept["mastodon"] == set(links)
    assert kept["bluesky"] == {replace(link, verified=False) for link in links}


def test_may_i_train_starts_at_no(store: Store) -> None:
    with small_world(people=1) as world:
        first, second, third, fourth = (post.id for post in world.posts_of("youtube"))
        world.permitted = {second: ["all"], third: ["Some Firm"]}
        assert may_train(store.lent("youtube", first, NOW)) == "no (its owner was not asked)"
        gather(world, store, "youtube_feed")
        gather(world, store, "youtube_feed")
        told = [may_train(store.lent("youtube", video, NOW)) for video in (first, second, third, fourth)]
        assert told == ["no", "yes, its owner allows everybody", "no, but for Some Firm", "no"]
        assert len(world.youtube.only("/youtube/v3/videoTrainability")) == 4
        assert may_train(store.lent("youtube", second, NOW + 31 * DAY)) == "no (its owner was not asked)"


# The run as a whole


def test_progress_is_told_after_each_source(store: Store) -> None:
    told: list[tuple[str, int, int]] = []
    with small_world(people=1, posts=1) as world:
        query = world.query("misskey", "mastodon")
        collect(query, store, local=world.local, clock=world.clock, progress=lambda *one: told.append(one))
        names = [source.name for source in sources(query)]
        assert told == [(names[0], 1, 2), (names[1], 2, 2)]


def test_sources_that_are_off_are_not_asked(store: Store) -> None:
    with small_world() as world:
        told = gather(world, store, "mastodon", misskey={"servers": [world.misskey.host], "on": False})
        assert list(health(told)) == ["mastodon"]
        assert world.misskey.asked == []


def test_two_runs_into_one_store_do_not_go_on_at_once(store: Store) -> None:
    with small_world() as world:
        again: list[str] = []

        def second(ask: Ask) -> Reply | None:
            if not again:
                again.append("")
                with Store(store.path) as same, pytest.raises(UserError, match="another run"):
                    gather(world, same, "mastodon")
                again.append("refused")
            return None

        world.misskey.fault = second
        gather(world, store, "misskey")
        assert again == ["", "refused"]


def test_without_the_packages_it_is_said_what_to_install(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "httpcore", None)
    monkeypatch.delitem(sys.modules, "ganbaru.scout.guarded", raising=False)
    monkeypatch.delattr("ganbaru.scout.guarded", raising=False)
    with small_world(people=1, posts=1) as world, pytest.raises(UserError, match=r"ganbaru\[scout\]"):
        gather(world, store, "misskey")


def test_an_account_that_nobody_shows_is_asked_for_once_a_day(store: Store) -> None:
    ghost = Account("bluesky", "did:plc:ghost", "ghost.example")
    with World([], [written(ghost, 1)]) as world:
        gather(world, store, "bluesky")
        gather(world, store, "bluesky")
        assert len(world.profiles.asked) == 1
        world.now = NOW + DAY
        gather(world, store, "bluesky")
        assert len(world.profiles.asked) == 2
        assert len(list(store.posts())) == 1
