"""Sifting a planted world: who is new, who is one person, who is heard less than liked; and the laws of each."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from planted import Planted, key_of, plant
from scipy.stats import kendalltau
from scout_world import DAY, NOW

from ganbaru.errors import UserError
from ganbaru.scout import wishes
from ganbaru.scout.seen import Account, Batch, Link, Post
from ganbaru.scout.sifting.backtest import backtest
from ganbaru.scout.sifting.counted import Heard
from ganbaru.scout.sifting.hiddenness import hiddenness
from ganbaru.scout.sifting.newness import newness
from ganbaru.scout.sifting.people import Person, people
from ganbaru.scout.sifting.profiles import profile_key
from ganbaru.scout.sifting.ranking import Candidate, coverage, gini, ranked
from ganbaru.scout.sifting.sift import Told, by_author, sift, tell
from ganbaru.scout.store import Store


@lru_cache(maxsize=2)
def world(seed: int) -> tuple[Planted, Told]:
    planted = plant(seed=seed, now=NOW, posts_each=24.0)
    return planted, tell(planted.accounts, by_author(planted.posts), now=NOW, k=20)


@pytest.mark.long
def test_the_world_is_as_large_as_it_should_be() -> None:
    planted, _ = world(0)
    assert len(planted.accounts) >= 2_000
    assert len(planted.posts) >= 50_000


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_newcomers_are_told_from_those_who_only_speak_of_a_debut(seed: int) -> None:
    planted, told = world(seed)
    new = {
        key_of(each) for person in told.persons if told.newness[person.key].verdict == "new" for each in person.accounts
    }
    wanted = planted.new - planted.unwanted
    assert len(new & wanted) >= 0.95 * len(wanted)
    assert len(new & wanted) >= 0.95 * len(new)
    assert not new & planted.unwanted


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_accounts_are_joined_by_their_own_links_and_a_former_identity_never(seed: int) -> None:
    planted, _ = world(seed)
    found = {frozenset(key_of(each) for each in person.accounts) for person in people(planted.accounts)}
    joined, truth = [group for group in found if len(group) > 1], set(planted.together)
    assert sum(group in truth for group in joined) >= 0.98 * len(joined)
    assert sum(group in found for group in truth) >= 0.98 * len(truth)
    assert not any(pair <= group for pair in planted.apart for group in found)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_how_much_somebody_is_liked_is_told_better_than_by_newness_or_by_a_ratio_and_with_honest_doubt(
    seed: int,
) -> None:
    planted, told = world(seed)
    posts = by_author(planted.posts)
    rows = [
        (
            hidden.value,
            hidden.low,
            hidden.high,
            planted.liked[key_of(person.accounts[0])],
            *_others(person, told, posts),
        )
        for person in told.persons
        if (hidden := told.hidden.get(person.key)) and key_of(person.accounts[0]) in planted.liked
    ]
    value, low, high, liked, day, ratio = np.array(rows).T
    tau = [float(kendalltau(each, liked)[0]) for each in (value, day, ratio)]
    assert tau[0] >= 0.7
    assert tau[0] > max(tau[1:]) + 0.1
    assert ((low <= liked) & (liked <= high)).mean() >= 0.93


def _others(person: Person, told: Told, posts: dict[tuple[str, str], list[Post]]) -> tuple[float, float]:
    likes = sum(post.likes or 0 for account in person.accounts for post in posts.get(key_of(account), ()))
    followers = sum(account.followers or 0 for account in person.accounts)
    return told.newness[person.key].day or 0.0, likes / (1 + followers)


# People


def account(place: str, name: str, *links: str, verified: bool = False, **more: object) -> Account:
    given = tuple(Link(url, verified) for url in links)
    return Account(place, name, name, url=f"https://{place}.example/@{name}", links=given, **more)  # type: ignore[arg-type]


A, B, C = "https://a.example/@one", "https://b.example/@one", "https://c.example/@one"


@pytest.mark.parametrize(
    ("accounts", "groups"),
    [
        ([account("a", "one", B), account("b", "one", A)], 1),
        ([account("a", "one", B), account("b", "one")], 2),
        ([account("a", "one", B, verified=True), account("b", "one")], 1),
        ([account("a", "one", B, about="転生しました"), account("b", "one", A)], 2),
        ([account("a", "one", B), account("b", "one", A, about="my real name is secret")], 2),
        ([account("a", "one", B, verified=True, about="formerly b"), account("b", "one")], 2),
        ([account("a", "one", B, C), account("b", "one", A), account("c", "one", A)], 1),
        ([account("a", "one"), account("b", "one")], 2),
        ([account("a", "one", "https://x.example/@one", verified=True), account("x", "one", A)], 2),
    ],
)
def test_only_links_from_both_ends_or_verified_ones_join(accounts: Sequence[Account], groups: int) -> None:
    for order in (accounts, accounts[::-1]):
        assert len(people(order)) == groups


def test_who_is_tied_to_two_of_one_place_is_a_group_and_joins_nobody() -> None:
    members = [account("b", name, A) for name in ("x", "y")]
    group = account("a", "one", *(member.url for member in members))
    found = people([group, *members])
    assert len(found) == 3
    assert {tie.how for person in found for tie in person.unsure} == {"of a group"}


def test_ties_that_go_round_do_not_join_two_accounts_of_one_place() -> None:
    ring = [account("a", "one", B), account("b", "one", A, C), account("c", "one", B, "https://a.example/@two")]
    ring.append(account("a", "two", C))
    for person in people(ring):
        places = [each.place for each in person.accounts]
        assert len(places) == len(set(places))


@pytest.mark.parametrize(
    "urls",
    [
        ("https://x.com/name", "http://www.twitter.com/@Name/", "https://mobile.twitter.com/NAME?s=20"),
        ("https://www.youtube.com/@name", "https://m.youtube.com/@Name/videos", "https://youtube.com/@name/featured"),
        ("https://misskey.example/@name", "https://misskey.example/@NAME/", "https://misskey.example/@ｎａｍｅ"),
    ],
)
def test_one_profile_has_one_key_however_it_is_written(urls: Sequence[str]) -> None:
    assert len({profile_key(url) for url in urls}) == 1
    assert profile_key(urls[0])


@pytest.mark.parametrize(
    "url",
    ["", "misskey.example/@a", "https://x.com", "javascript:alert(1)//x/y", "https://x.com/a/status/1", "https://[x"],
)
def test_what_is_no_profile_has_no_key(url: str) -> None:
    assert profile_key(url) == ""


@settings(max_examples=60, deadline=None)
@given(
    some.lists(some.tuples(some.integers(0, 11), some.integers(0, 11), some.booleans()), max_size=40), some.randoms()
)
def test_people_are_a_partition_whatever_links_there_are_and_in_whatever_order(
    links: list[tuple[int, int, bool]], shuffled: object
) -> None:
    names = [(place, name) for place in "abc" for name in ("p", "q", "r", "s")]
    urls = [f"https://{place}.example/@{name}" for place, name in names]
    given = {index: [Link(urls[to], sure) for start, to, sure in links if start == index] for index in range(12)}
    accounts = [replace(account(*names[index]), links=tuple(given[index])) for index in range(12)]
    found = people(accounts)
    keys = [key_of(each) for person in found for each in person.accounts]
    assert sorted(keys) == sorted(names)
    again = list(accounts)
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    assert people(again) == found


# Newness


def post(days: float, text: str = "", *tags: str, sort: str = "post", **more: object) -> Post:
    return Post("a", f"{days}{text}", "one", NOW - days * DAY, text, tags, sort=sort, seen=NOW, **more)  # type: ignore[arg-type]


def verdict(posts: Sequence[Post], *, opened: float = 800, count: int | None = 900) -> str:
    person = Person([account("a", "one", created=NOW - opened * DAY, posts=count)])
    return newness(person, posts, now=NOW).verdict


@pytest.mark.parametrize(
    ("said", "posts", "given"),
    [
        ("new", [post(9, "初配信しました", "初配信")], {}),
        ("new", [post(9, "hello"), post(3, "hello again")], {"opened": 10, "count": 2}),
        ("new", [post(9, "a"), post(3, "b")], {"count": 3}),
        ("new", [post(9, "a stream", sort="stream")], {"opened": 12, "count": 40}),
        ("not new", [post(200, "初配信です", "初配信"), post(2, "おはよう")], {}),
        ("not new", [post(300, "a stream", sort="stream"), post(5, "デビューしました", "初配信")], {}),
        ("unsure", [post(5, "初配信から1周年です", "初配信")], {}),
        ("unsure", [post(5, "@b さん初配信おめでとう", "初配信", mentions=("b",))], {}),
        ("unsure", [post(5, "初配信しました", "初配信", repost_of="x")], {}),
        ("unsure", [post(5, "こんにちは", "新人VTuber")], {}),
        ("preparing", [post(5, "よろしく", "VTuber準備中")], {}),
        ("unsure", [], {}),
    ],
)
def test_newness_is_told_by_evidence(said: str, posts: list[Post], given: dict[str, int]) -> None:
    assert verdict(posts, **given) == said  # type: ignore[arg-type]


def test_how_many_follow_says_nothing_about_newness() -> None:
    some_posts = [post(9, "初配信しました", "初配信")]
    few, many = (Person([account("a", "one", followers=count)]) for count in (3, 3_000_000))
    assert newness(few, some_posts, now=NOW) == newness(many, some_posts, now=NOW)


# Hiddenness


def of(person: str, followers: int, *answers: int) -> Heard:
    return Heard(person, ("a", "ja", ""), followers, answers)


def test_hiddenness_grows_with_answers_and_narrows_with_posts() -> None:
    rng = np.random.default_rng(0)
    crowd = [of(f"c{i}", 100, *rng.poisson(5, 20)) for i in range(60)]
    found = hiddenness([*crowd, of("more", 100, *[15] * 20), of("few", 100, 15), of("none", 100)])
    assert found["more"].low > 1 > found["none"].low
    assert 1 < found["few"].value < found["more"].value
    assert found["more"].high / found["more"].low < found["few"].high / found["few"].low
    assert found["none"].low < 1 < found["none"].high
    assert found["more"].first > 0.99
    assert sum(each.first for each in found.values()) == pytest.approx(20)


def test_hiddenness_is_the_same_for_the_same_seed_and_needs_nobody() -> None:
    crowd = [of(f"c{i}", 10 * i, i, 2 * i, 3) for i in range(30)]
    assert hiddenness(crowd, seed=1) == hiddenness(crowd, seed=1)
    assert hiddenness([]) == {}
    assert hiddenness([of("one", 0)])["one"].posts == 0
    assert all(np.isfinite([each.value, each.low, each.high]).all() for each in hiddenness([of("a", 5, 0, 0)]).values())


# Lists


def candidates(count: int) -> list[Candidate]:
    crowd = [of(f"a/{i:03d}", 100, *np.random.default_rng(i).poisson(1 + i % 7, 9)) for i in range(count)]
    found = hiddenness(crowd)
    news = newness(Person([account("a", "x")]), [post(9, "初配信です", "初配信")], now=NOW)
    return [Candidate(Person([account("a", key[2:])]), news, hidden) for key, hidden in found.items()]


def test_a_list_has_one_place_by_chance_and_one_for_whoever_was_shown_least() -> None:
    some_people = [replace(each, shown=0 if index == 5 else 3) for index, each in enumerate(candidates(60))]
    listed = ranked(some_people, size=10, now=NOW)
    assert [each.slot for each in listed] == ["hidden"] * 8 + ["random", "least seen"]
    assert listed[-1].candidate.shown == 0 or 0 in [each.candidate.shown for each in listed]
    assert len({each.candidate.person.key for each in listed}) == 10
    assert ranked(some_people, size=10, now=NOW) == listed
    assert ranked(some_people, size=10, now=NOW + DAY)[-2:] != listed[-2:]


def test_everybody_comes_to_be_seen() -> None:
    shown = {each.person.key: 0 for each in candidates(40)}
    for day in range(60):
        now = [replace(each, shown=shown[each.person.key]) for each in candidates(40)]
        for each in ranked(now, size=6, now=NOW + day * DAY):
            shown[each.candidate.person.key] += 1
    assert coverage(shown, list(shown)) == 1.0
    assert 0 < gini(shown, list(shown)) < 0.8


def test_evenness() -> None:
    assert gini({"a": 2, "b": 2}, ["a", "b"]) == pytest.approx(0)
    assert gini({"a": 8}, ["a", *"bcdefgh"]) == pytest.approx(7 / 8)
    assert gini({}, ["a"]) == 0.0


def stored(path: Path, accounts: Sequence[Account], posts: Sequence[Post]) -> Store:
    store = Store(path / "scout.sqlite")
    store.take("file", Batch([*accounts, *posts], {}))
    return store


def newcomers(count: int, **more: object) -> tuple[list[Account], list[Post]]:
    made = [
        account("a", f"n{i}", followers=50, created=NOW - 30 * DAY, posts=1, seen=NOW, **more) for i in range(count)
    ]
    posts = [replace(post(9, "初配信です", "初配信"), id=each.id, author=each.id, likes=4) for each in made]
    return made, posts


def test_who_wishes_not_to_be_listed_is_not_and_who_wants_no_training_is_with_the_wish(tmp_path: Path) -> None:
    accounts, posts = newcomers(6)
    accounts[0] = replace(accounts[0], wishes=(wishes.NOT_DISCOVERABLE,))
    accounts[1] = replace(accounts[1], wishes=(wishes.NO_INDEX,))
    accounts[2] = replace(accounts[2], wishes=(wishes.NO_TRAINING,))
    with stored(tmp_path, accounts, posts) as store:
        found = sift(store, now=NOW)
    assert {each.candidate.person.key for each in found.listed} == {"a/n2", "a/n3", "a/n4", "a/n5"}
    assert found.wished == 2


def test_a_list_is_remembered_once_a_day(tmp_path: Path) -> None:
    with stored(tmp_path, *newcomers(12)) as store:
        first = sift(store, now=NOW, size=5, keep=True)
        again = sift(store, now=NOW, size=5, keep=True)
        later = sift(store, now=NOW + DAY, size=5, keep=True)
    assert max(each.shown for each in first.candidates) == 0
    assert max(each.shown for each in again.candidates) == 1
    assert sum(each.shown for each in later.candidates) <= 10


def test_languages_and_days_narrow_the_list(tmp_path: Path) -> None:
    accounts, posts = newcomers(4)
    accounts[0] = replace(accounts[0], language="en")
    accounts[1] = replace(accounts[1], language="ja")
    with stored(tmp_path, accounts, posts) as store:
        assert len(sift(store, now=NOW, languages=["ja"]).candidates) == 3
        assert len(sift(store, now=NOW, began=NOW - 3 * DAY).candidates) == 0


# Looking back


def test_a_list_of_the_past_beats_a_draw_where_those_who_are_liked_grow(tmp_path: Path) -> None:
    planted = plant(320, seed=5, now=NOW, posts_each=20.0)
    later = NOW + 90 * DAY
    rng = np.random.default_rng(5)
    with Store(tmp_path / "scout.sqlite") as store:
        store.take("file", Batch([*planted.accounts, *planted.posts], {}))
        grown, still = [], []
        for each in planted.accounts:
            liked = planted.liked.get(key_of(each), 1.0)
            followers = int((1 + (each.followers or 0)) * np.exp(0.5 * liked + 0.2 * rng.standard_normal()))
            grown.append(replace(each, followers=followers, seen=later))
            if rng.random() < 0.7:
                text = replace(planted.posts[0], place=each.place, author=each.id, at=later - DAY, seen=later)
                still.append(replace(text, id=f"later {each.id}"))
        store.take("file", Batch([*grown, *still], {}))
        found = backtest(store, day=NOW, k=20)
    assert found.hidden.value > found.random.value
    assert found.hidden.value > found.newest.value
    assert found.better > 0.95
    assert found.stopped > 0
    assert 0 < found.coverage <= 1
    assert 0 <= found.gini < 1


def test_looking_back_needs_a_history(tmp_path: Path) -> None:
    with stored(tmp_path, *newcomers(30)) as store, pytest.raises(UserError, match="seen again later"):
        backtest(store, day=NOW)


def test_numbers_of_a_list_can_be_written_as_json(tmp_path: Path) -> None:
    with stored(tmp_path, *newcomers(8)) as store:
        found = sift(store, now=NOW)
    assert json.loads(json.dumps([each.candidate.hidden and vars(each.candidate.hidden) for each in found.listed]))
