"""The store: nothing twice, nothing lost, and what is forgotten is really gone."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scout_world import DAY, NOW, person, written

from ganbaru import UserError
from ganbaru.scout import wishes
from ganbaru.scout.seen import Account, Batch, Gone, Health, Lent, Link, Post, Seen
from ganbaru.scout.store import Counts, Store
from ganbaru.scout.taking import LISTS

ONE = person("mastodon", 1, links=(Link("https://example.org/a", True),), wishes=("noindex",), seen=NOW)
HER = written(ONE, 1, mentions=("77",), seen=NOW)


def test_what_is_put_in_comes_out(store: Store) -> None:
    store.take("m", Batch([ONE, HER], {"last": "1"}))
    assert list(store.accounts()) == [ONE]
    assert list(store.posts()) == [HER]
    assert store.mark("m", "last") == "1"
    assert store.mark("other", "last") == ""


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_COUNT = st.none() | st.integers(0, 2**53)
_POSTS = st.builds(
    Post,
    place=st.just("misskey"),
    id=st.sampled_from("abc"),
    author=st.sampled_from("xy"),
    at=st.floats(0, 1e10),
    text=_TEXT,
    tags=st.lists(_TEXT, max_size=3).map(tuple),
    likes=_COUNT,
    mentions=st.lists(_TEXT, max_size=2).map(tuple),
    seen=st.sampled_from([1.0, 2.0]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_POSTS, max_size=6))
def test_the_same_batch_twice_changes_not_one_byte(posts: list[Post]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "s.db") as store:
        store.take("m", Batch(posts))
        before = store.path.read_bytes()
        final = list(store.posts())
        store.take("m", Batch([post for post in posts if post in final]))
        assert store.path.read_bytes() == before


def test_what_is_older_never_replaces_what_is_newer(store: Store) -> None:
    store.take("m", Batch([replace(ONE, name="new", seen=NOW), replace(ONE, name="old", seen=NOW - 1)]))
    assert [account.name for account in store.accounts()] == ["new"]


def test_a_count_that_is_not_told_leaves_the_one_that_was(store: Store) -> None:
    store.take("m", Batch([replace(HER, likes=5), replace(HER, likes=None, text="again", seen=NOW + 1)]))
    (post,) = store.posts()
    assert (post.likes, post.text) == (5, "again")


def test_what_stands_beside_a_post_blanks_nothing_of_a_profile(store: Store) -> None:
    beside = Account("mastodon", ONE.id, "newhandle", seen=NOW + 5, whole=False)
    store.take("m", Batch([ONE, beside]))
    assert list(store.accounts()) == [replace(ONE, handle="newhandle")]


def test_a_profile_that_was_emptied_is_emptied(store: Store) -> None:
    store.take("m", Batch([ONE, replace(ONE, about="", links=(), wishes=(), seen=NOW + 1)]))
    (account,) = store.accounts()
    assert (account.about, account.links, account.wishes) == ("", (), ())


def test_counts_have_a_history_by_day(store: Store) -> None:
    for day, followers in [(0, 5), (0, 6), (1, 8)]:
        store.take("m", Batch([replace(ONE, followers=followers, seen=NOW + day * DAY + followers)]))
    today = int(NOW // DAY)
    expected = [Counts(today, 6, 20, 30), Counts(today + 1, 8, 20, 30)]
    assert store.counts("mastodon", ONE.id) == expected
    assert store.all_counts() == {("mastodon", ONE.id): expected}
    assert store.all_counts(today + 1) == {("mastodon", ONE.id): expected[1:]}


def test_posts_are_told_by_time_place_and_author(store: Store) -> None:
    other = person("misskey", 2)
    posts = [HER, written(ONE, 2, at=NOW - 5), written(other, 3, at=NOW - 3)]
    store.take("m", Batch(posts))
    assert [post.at for post in store.posts()] == sorted(post.at for post in posts)
    assert [post.at for post in store.posts(NOW - 5, NOW - 3)] == [NOW - 5]
    assert len(list(store.posts(place="mastodon"))) == 2
    assert len(list(store.posts(place="misskey", author=other.id))) == 1


def test_a_deleted_post_goes_and_does_not_come_back(store: Store) -> None:
    store.take("m", Batch([ONE, HER]))
    store.take("m", Batch([Gone("mastodon", HER.id, "post")]))
    store.take("m", Batch([replace(HER, seen=NOW + 9)]))
    assert list(store.posts()) == []
    assert list(store.accounts()) == [ONE]


def test_a_deleted_account_takes_all_that_is_its_own_along_and_may_be_back(store: Store) -> None:
    lent = Lent("mastodon", ONE.id, "viewCount", "5", NOW, NOW + DAY)
    store.take("m", Batch([ONE, HER, lent, Gone("mastodon", ONE.id, "account")]))
    assert not [*store.posts(), *store.accounts(), *store.counts("mastodon", ONE.id)]
    assert not store.lent("mastodon", ONE.id, NOW)
    store.take("m", Batch([ONE, HER]))
    assert [list(store.posts()), list(store.accounts())] == [[HER], [ONE]]


def test_deletions_of_what_is_not_known_leave_no_trace(store: Store) -> None:
    before = store.path.read_bytes()
    store.take("m", Batch([Gone("mastodon", "1", "post"), Gone("mastodon", "2", "account")]))
    assert store.path.read_bytes() == before


def test_of_those_who_are_for_members_only_nothing_is_kept(store: Store) -> None:
    store.take("m", Batch([ONE, HER, replace(ONE, wishes=(wishes.MEMBERS_ONLY,), seen=NOW + 1), HER]))
    assert list(store.posts()) == []
    (account,) = store.accounts()
    assert (account.name, account.about, account.followers) == ("", "", None)
    assert ONE.name.encode() not in store.path.read_bytes()


@pytest.mark.parametrize("name", [ONE.id, ONE.handle, ONE.handle.upper()])
def test_the_forgotten_are_gone_from_every_byte_and_stay_so(store: Store, name: str) -> None:
    one = replace(ONE, handle="hoshino-of-no-return", name="唯一無二の名前", about="たぐいまれな文", id="90871623")
    post = replace(HER, author=one.id, id="555666", text="だれも書かない文")
    another = person("mastodon", 3)
    naming = written(another, 9, text="見て @hoshino-of-no-return", mentions=(one.id,))
    repeating = written(another, 10, repost_of=post.id)
    innocent = written(another, 11)
    lent = Lent("mastodon", one.id, "viewCount", "31337", NOW, NOW + DAY)
    told = Lent("mastodon", post.id, "viewCount", "27182", NOW, NOW + DAY)
    marks = {
        "not shown": f'{{"{one.id}": 1}}',
        f"answer https://x.example/{one.id}/statuses?limit=40": '"etag"',
        f"finder {one.handle}": one.id,
        f"found {one.id}": "77",
        "last 新人": post.id,
        "last": "5",
    }
    store.take("mastodon", Batch([one, another, post, naming, repeating, innocent, lent, told], marks))
    store.take(LISTS, Batch((), {f"mastodon/{one.id}": "3 20000"}))
    name = {ONE.id: one.id, ONE.handle: one.handle}.get(name, one.handle.upper())
    assert store.forget([("mastodon", name)]) == 1
    left = store.path.read_bytes()
    for trace in (one.id, one.handle, one.name, one.about, post.text, post.id, "31337", "27182"):
        assert trace.encode() not in left
    store.take("m", Batch([one, post, naming, replace(one, id="4", name="x")]))
    assert list(store.accounts()) == [another]
    assert [found.id for found in store.posts()] == [innocent.id]
    assert store.mark("mastodon", "last") == "5"
    assert store.forget([("mastodon", name)]) == 0


def test_who_is_forgotten_under_a_short_name_takes_no_marks_of_others_along(store: Store) -> None:
    marks = {
        "spent": '{"2026-11": 2.0}',
        "last at": "1796040002.0",
        "last": "12",
        "finder 2x": "22",
        "found 22": "12",
        "answer https://x.example/users/22": '{"url": "https://x.example/users/22"}',
    }
    for source in ("x", "mastodon"):
        store.take(source, Batch((), marks))
    store.take(LISTS, Batch((), {"x/22": "1 20000"}))
    store.forget([("x", "2")])
    for source in ("x", "mastodon"):
        assert {name: store.mark(source, name) for name in marks} == marks
    assert store.mark(LISTS, "x/22") == "1 20000"
    store.forget([("x", "22")])
    assert store.mark("x", "spent") == marks["spent"]
    assert not any(store.mark("x", name) for name in list(marks)[3:])
    assert {name: store.mark("mastodon", name) for name in marks} == marks
    assert store.mark(LISTS, "x/22") == ""


def test_what_is_deleted_upstream_takes_what_was_lent_and_listed_along(store: Store) -> None:
    lent = Lent(HER.place, HER.id, "viewCount", "31337", NOW, NOW + DAY)
    store.take("m", Batch([person(HER.place, 1), HER, lent]))
    store.take("m", Batch([Gone(HER.place, HER.id, "post")]))
    assert store.lent(HER.place, HER.id, NOW) == []
    store.take(LISTS, Batch((), {f"{ONE.place}/{ONE.id}": "1 20000"}))
    store.take("m", Batch([ONE, Gone(ONE.place, ONE.id, "account")]))
    assert store.mark(LISTS, f"{ONE.place}/{ONE.id}") == ""


def test_somebody_can_be_left_out_before_being_seen(store: Store) -> None:
    assert store.opt_out([("mastodon", ONE.handle)]) == 0
    store.take("m", Batch([ONE]))
    assert list(store.accounts()) == []
    store.take("m", Batch([person("misskey", 1)]))
    assert len(list(store.accounts())) == 1


def test_leaving_out_a_name_of_unseen_signs_leaves_out_nobody_else(store: Store) -> None:
    store.opt_out([("mastodon", "\u200b")])
    nameless = replace(ONE, handle="")
    store.take("m", Batch([nameless]))
    assert list(store.accounts()) == [nameless]


def test_two_stores_hide_the_same_person_behind_different_hashes(tmp_path: Path) -> None:
    kept = []
    for name in ("a", "b"):
        with Store(tmp_path / name) as store:
            store.forget([("mastodon", "somebody")])
        with sqlite3.connect(tmp_path / name) as raw:
            kept.append(set(raw.execute("SELECT key FROM absent")))
        raw.close()
    assert not kept[0] & kept[1]


def test_lent_figures_are_kept_apart_and_dropped_in_time(store: Store) -> None:
    lent = Lent("youtube", "UC1", "subscriberCount", "120", NOW, NOW + 30 * DAY)
    store.take("y", Batch([lent]))
    assert store.lent("youtube", "UC1", NOW) == [lent]
    assert store.lent_named("youtube", "subscriberCount", NOW) == [lent]
    assert store.lent("youtube", "UC1", NOW + 30 * DAY) == []
    assert store.purge(NOW + 30 * DAY) == 1
    assert b"subscriberCount" not in store.path.read_bytes()


def test_health_is_a_history_of_stretches(store: Store) -> None:
    for state, when in [("well", 1.0), ("well", 2.0), ("out", 3.0), ("out", 4.0), ("well", 5.0)]:
        store.note(Health("m", state, f"it is {state}", when))  # type: ignore[arg-type]
    store.note(Health("a", "closed", "no guests", 2.0, 9.0))
    assert store.health() == [Health("a", "closed", "no guests", 2.0, 9.0), Health("m", "well", "it is well", 5.0)]
    assert [(one.state, one.at) for one in store.health_history("m")] == [("well", 2.0), ("out", 4.0), ("well", 5.0)]


def test_who_was_never_looked_at_comes_first(store: Store) -> None:
    stale = person("mastodon", 2, seen=NOW - 9 * DAY)
    stub = replace(person("mastodon", 3, seen=NOW), whole=False)
    people = [ONE, stale, stub]
    posts = [written(one, number) for number, one in enumerate([*people, person("mastodon", 0)])]
    store.take("m", Batch([*people, *posts]))
    assert store.wanting("mastodon", NOW - DAY, 9) == [person("mastodon", 0).id, stub.id, stale.id]
    assert store.wanting("mastodon", NOW - DAY, 1) == [person("mastodon", 0).id]


@pytest.mark.parametrize("text", [ONE.id, "@P1", "星野 １ 号", f"mastodon/{ONE.id}"])
def test_people_are_found_however_they_are_written(store: Store, text: str) -> None:
    store.take("m", Batch([ONE, person("mastodon", 22)]))
    assert store.find(text) == [ONE]


def test_a_batch_that_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    seen: list[Seen] = [ONE, replace(HER, likes=2**70)]
    with pytest.raises(OverflowError):
        store.take("m", Batch(seen, {"last": "9"}))
    assert not [*store.accounts(), *store.posts()]
    assert store.mark("m", "last") == ""
    store.take("m", Batch([ONE]))
    assert list(store.accounts()) == [ONE]


@pytest.mark.parametrize(
    "data", [b"not a database, but long enough to look at" * 30, b"SQLite format 3\0" + bytes(900)]
)
def test_a_file_of_another_kind_is_refused_and_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"notes\.txt"):
        Store(path)
    assert path.read_bytes() == data


def test_stores_of_others_and_of_the_future_are_refused(tmp_path: Path) -> None:
    for name, statement in [("a.db", "CREATE TABLE songs (x)"), ("b.db", "PRAGMA user_version = 99")]:
        with sqlite3.connect(tmp_path / name) as raw:
            raw.execute(statement)
        raw.close()
        with pytest.raises(UserError, match=r"other tables|newer"):
            Store(tmp_path / name)


def test_a_store_that_somebody_else_holds_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganbaru.scout.store._WAIT_SECONDS", 0.05)
    with Store(store.path) as other:
        raw = sqlite3.connect(store.path, isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError, match="locked"):
            other.take("m", Batch([ONE]))
        raw.close()
        other.take("m", Batch([ONE]))
    assert list(store.accounts()) == [ONE]
