"""The whole way of scout: a planted world told by servers in four protocols, collected, sifted, and asked again."""

from collections.abc import Sequence
from dataclasses import replace

from planted import Planted, key_of, plant
from scout_world import DAY, NOW, World

from ganbaru.scout.collecting import collect
from ganbaru.scout.seen import Account, Post
from ganbaru.scout.sifting.people import Key
from ganbaru.scout.sifting.sift import told_of
from ganbaru.scout.store import Store

STREAM_DAYS = 3


def told(planted: Planted, world: World) -> tuple[list[Account], list[Post]]:
    """The planted accounts as the servers name them: their links lead to the servers' own addresses."""
    names = {"misskey.example": world.misskey.host, "mastodon.example": world.mastodon.host}
    accounts = []
    for account in planted.accounts:
        links = tuple(replace(link, url=renamed(link.url, names)) for link in account.links)
        accounts.append(replace(account, url=renamed(account.url, names), links=links))
    posts = [post for post in planted.posts if post.place != "bluesky" or post.at > NOW - STREAM_DAYS * DAY]
    return accounts, [at_its_place(post) for post in posts]


def renamed(url: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        url = url.replace(old, new)
    return url


def at_its_place(post: Post) -> Post:
    """Bluesky names a post by its author's repository."""
    identifier = f"at://{post.author}/app.bsky.feed.post/{post.id}" if post.place == "bluesky" else post.id
    return replace(post, id=identifier)


def stored_key(world: World, key: Key) -> Key:
    return world.stored_place(key[0]), key[1]


def right(found: Sequence[frozenset[Key]], truth: Sequence[frozenset[Key]]) -> float:
    """Share of the people of several accounts who are one: a feed shows no links, so one of theirs may stand apart."""
    joined = [group for group in found if len(group) > 1]
    return sum(any(group <= whole for whole in truth) for group in joined) / len(joined)


def test_a_planted_world_is_read_through_four_protocols_and_sifted(store: Store) -> None:
    planted = plant(150, seed=4, now=NOW, posts_each=12.0)
    with World(now=NOW) as world:
        world.accounts, world.posts = told(planted, world)
        world.tell_stream()
        caps = {"gap": 0.0, "requests_per_host": 10_000, "seconds_per_source": 600.0, "seconds_per_answer": 60.0}
        pages = {"misskey": {"servers": [world.misskey.host], "pages": 100}}
        pages["mastodon"] = {"servers": [world.mastodon.host], "pages": 100}
        query = world.query(caps=caps, **pages)
        collected = collect(query, store, since=NOW - 200 * DAY, local=world.local, clock=world.clock)
        assert {health.state for health in collected.health} <= {"well", "closed"}
        before = list(store.posts())
        collect(query, store, since=NOW - 200 * DAY, local=world.local, clock=world.clock)
        assert list(store.posts()) == before
    seen = {(account.place, account.id) for account in store.accounts() if account.whole}
    assert len(seen) > 100
    found = told_of(store, now=NOW)
    groups = [frozenset(key_of(each) for each in person.accounts) for person in found.persons]
    truth = [frozenset(stored_key(world, key) for key in group) for group in planted.together]
    assert right(groups, truth) >= 0.98
    former = [frozenset(stored_key(world, key) for key in pair) for pair in planted.apart]
    assert not any(pair <= group for pair in former for group in groups)
    new = {
        key_of(each)
        for person in found.persons
        if found.newness[person.key].verdict == "new"
        for each in person.accounts
    }
    wanted = {stored_key(world, key) for key in planted.new - planted.unwanted} & seen
    assert len(new & wanted) >= 0.95 * len(new)
