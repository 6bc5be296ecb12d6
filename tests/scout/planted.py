"""A planted world: accounts and posts of which it is known who is new, who is one person, and who is liked how much.

Its traps are those of the real one: old accounts with new performers, debuts that are remembered or are somebody
else's, former identities with links from both ends, groups that link to all their members, second accounts, flooders,
advertisements, impostors, likes for likes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ganbaru.scout.seen import Account, Link, Post
from ganbaru.scout.sifting.people import Key
from ganbaru.scout.times import DAY

PLACES = ("misskey", "mastodon", "bluesky", "youtube")
SLOPE, LEVEL = 0.6, -0.7
"""Answers to a post: e^LEVEL (1 + followers)^SLOPE, times how much somebody is liked, times the post's own luck."""
_LEVELS = {"misskey": 0.4, "mastodon": 0.0, "bluesky": -0.3, "youtube": 0.2}
_SILENT = ("転生して参りました", "前世は秘密です", "formerly somebody else", "中の人は同じです")
_CHAT = ("今日は歌枠です", "おはよう", "ゲームします", "絵を描きました", "雑談の予定", "眠い", "告知です", "練習した")


@dataclass
class Planted:
    """What there is, and the truth about it.

    Attributes:
        accounts, posts: to be seen.
        together: accounts that are one person by their own links.
        apart: pairs that must never be joined: former identities.
        new: accounts whose performer began within the window; known: those whose began before.
        unwanted: accounts that no list should show.
        liked: of each account's performer, 1 is usual.
        began: when each performer began (UTC seconds).
    """

    accounts: list[Account] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    together: list[frozenset[Key]] = field(default_factory=list)
    apart: list[frozenset[Key]] = field(default_factory=list)
    new: set[Key] = field(default_factory=set)
    known: set[Key] = field(default_factory=set)
    unwanted: set[Key] = field(default_factory=set)
    liked: dict[Key, float] = field(default_factory=dict)
    began: dict[Key, float] = field(default_factory=dict)


class _Maker:
    def __init__(self, seed: int, now: float) -> None:
        self.rng, self.now = np.random.default_rng(seed), now
        self.world, self._number = Planted(), 0

    def account(self, place: str, opened_days: float, **more: object) -> Account:
        self._number += 1
        name = f"u{self._number:05d}"
        identifier = f"UC{name:0>22}" if place == "youtube" else f"did:plc:{name}" if place == "bluesky" else name
        urls = {
            "misskey": f"https://misskey.example/@{name}",
            "mastodon": f"https://mastodon.example/@{name}",
            "bluesky": f"https://bsky.app/profile/{name}.bsky.social",
            "youtube": f"https://www.youtube.com/channel/{identifier}",
        }
        handle = {"bluesky": f"{name}.bsky.social", "youtube": name}.get(place, name)
        followers = int(np.exp(self.rng.normal(4.2, 1.4)))
        given = {"name": f"名前{self._number}", "language": "ja", "followers": followers, "following": 50, "posts": 0}
        created = self.now - opened_days * DAY
        return Account(place, identifier, handle, url=urls[place], created=created, seen=self.now, **(given | more))  # type: ignore[arg-type]

    def post(self, account: Account, at: float, answers: float, text: str, tags: Sequence[str], **more: object) -> Post:
        self._number += 1
        count = int(self.rng.poisson(max(0.0, answers)))
        likes = int(self.rng.binomial(count, 0.8))
        told = {"likes": likes, "reposts": count - likes, "replies": 0, "language": "ja", "seen": self.now}
        number = f"p{self._number:07d}"
        return Post(
            account.place, number, account.id, at, text, tuple(tags), url=f"{account.url}/{number}", **(told | more)
        )  # type: ignore[arg-type]

    def usual(self, account: Account) -> float:
        return float(np.exp(LEVEL + _LEVELS[account.place] + SLOPE * np.log1p(account.followers or 0)))

    def keep(self, accounts: Sequence[Account]) -> None:
        counts = {key_of(each): 0 for each in accounts}
        for post in reversed(self.world.posts):
            if (post.place, post.author) in counts:
                counts[post.place, post.author] += 1
        self.world.accounts += [replace(each, posts=max(each.posts or 0, counts[key_of(each)])) for each in accounts]


def key_of(account: Account) -> Key:
    return account.key


def plant(people: int = 1_250, seed: int = 0, *, now: float, posts_each: float = 32.0) -> Planted:
    """A world of about 1.6 accounts and 40 posts for each of ``people``."""
    maker = _Maker(seed, now)
    for _ in range(people):
        _person(maker, posts_each)
    for _ in range(people // 50):
        _former(maker)
        _impostor(maker)
    for _ in range(people // 80):
        _group(maker)
        _second(maker)
        _flood(maker)
    for _ in range(people // 150):
        _advertisement(maker)
    return maker.world


def _person(maker: _Maker, posts_each: float) -> list[Account]:
    """Somebody, new or known, at one to three places."""
    rng, world = maker.rng, maker.world
    new = rng.random() < 0.45
    days = float(rng.uniform(3, 110) if new else rng.uniform(135, 1500))
    old_account = new and rng.random() < 0.25
    opened = days + float(rng.uniform(400, 2000) if old_account else rng.uniform(0, 6 if new else 40))
    places = list(rng.permutation(PLACES)[: rng.choice([1, 2, 3], p=[0.55, 0.33, 0.12])])
    accounts = [maker.account(place, opened) for place in places]
    liked = float(rng.gamma(3.0, 1 / 3.0))
    for account in accounts:
        _play(maker, account, days, liked, new=new, old=old_account, posts_each=posts_each)
    if not new or old_account:
        accounts = [replace(account, posts=int(rng.integers(300, 3000))) for account in accounts]
    accounts = _linked(maker, accounts)
    maker.keep(accounts)
    for account in accounts:
        (world.new if new else world.known).add(key_of(account))
        world.liked[key_of(account)] = liked
        world.began[key_of(account)] = maker.now - days * DAY
    return accounts


def _play(
    maker: _Maker, account: Account, days: float, liked: float, *, new: bool, old: bool, posts_each: float
) -> None:
    """The posts of an account: those of the last months, with answers by how much its performer is liked."""
    rng, since = maker.rng, min(days, 150.0)
    usual, courteous = maker.usual(account), rng.random() < 0.25
    if new and (old or rng.random() < 0.8):
        text = rng.choice(["初配信しました!", "はじめまして、デビューしました", "本日初配信です"])
        maker.world.posts.append(_told(maker, account, days, usual * liked, str(text), ["初配信"]))
    for age in np.sort(rng.uniform(0, since, int(rng.poisson(posts_each) + 2)))[::-1]:
        text, tags, answers = str(rng.choice(_CHAT)) + str(rng.integers(1000)), ["新人VTuber"], usual * liked
        if not new and rng.random() < 0.04:
            text, tags = (
                str(rng.choice(["初配信から1周年!", "初配信から3ヶ月経ちました", "デビュー2年目です"])),
                ["初配信", "新人VTuber"],
            )
        elif rng.random() < 0.03:
            text, tags = "@somebody さんの初配信おめでとうございます", ["初配信", "新人VTuber"]
        elif courteous and rng.random() < 0.4:
            tags, answers = ["新人VTuber", "VTuberさんと繋がりたい"], answers * float(rng.uniform(1.5, 4))
        maker.world.posts.append(_told(maker, account, float(age), answers, text, tags))


def _told(maker: _Maker, account: Account, age: float, answers: float, text: str, tags: Sequence[str]) -> Post:
    ripe = 1.0 if age > 1 else 0.3
    sort = "video" if account.place == "youtube" else "post"
    luck = float(maker.rng.gamma(1.5, 1 / 1.5))
    mentions = ("somebody",) if "@somebody" in text else ()
    return maker.post(account, maker.now - age * DAY, answers * ripe * luck, text, tags, sort=sort, mentions=mentions)


def _linked(maker: _Maker, accounts: list[Account]) -> list[Account]:
    """The accounts of one person with the links that they publish."""
    if len(accounts) == 1:
        maker.world.together.append(frozenset({key_of(accounts[0])}))
        return accounts
    how = str(maker.rng.choice(["mutual", "verified", "one way", "none"], p=[0.75, 0.1, 0.1, 0.05]))
    first = [Link(other.url, verified=how == "verified") for other in accounts[1:]]
    backs = [
        [Link(accounts[0].url + ("?x=1" if maker.rng.random() < 0.3 else "/"))] if how == "mutual" else []
        for _ in accounts[1:]
    ]
    ends = [first if how != "none" else [], *backs]
    linked = [replace(each, links=tuple(links)) for each, links in zip(accounts, ends, strict=True)]
    keys = [frozenset({key_of(each)}) for each in linked]
    maker.world.together += [frozenset().union(*keys)] if how in ("mutual", "verified") else keys
    return linked


def _former(maker: _Maker) -> None:
    """A new performer and who they were before, with links from both ends or one."""
    new = _person(maker, 20.0)[0]
    place = str(maker.rng.choice([each for each in PLACES if each != new.place]))
    old = maker.account(place, 2000.0, about=str(maker.rng.choice(_SILENT)), links=(Link(new.url),), posts=900)
    at = next(index for index, each in enumerate(maker.world.accounts) if key_of(each) == key_of(new))
    kept = maker.world.accounts[at]
    if maker.rng.random() < 0.7:
        maker.world.accounts[at] = replace(kept, links=(*kept.links, Link(old.url, verified=maker.rng.random() < 0.3)))
    maker.keep([old])
    maker.world.apart.append(frozenset({key_of(new), key_of(old)}))


def _group(maker: _Maker) -> None:
    """A group's account, with links from and to all of its members."""
    group = maker.account("mastodon", 900.0, posts=500)
    members = [
        maker.account(place, 700.0, posts=400, links=(Link(group.url),)) for place in ("bluesky", "bluesky", "misskey")
    ]
    group = replace(group, links=tuple(Link(each.url) for each in members))
    maker.keep([group, *members])
    maker.world.together += [frozenset({key_of(each)}) for each in (group, *members)]


def _second(maker: _Maker) -> None:
    """Two accounts at one place that link to each other: nobody can say whether they are one person's."""
    pair = [maker.account("misskey", 600.0, posts=300) for _ in range(2)]
    pair = [replace(one, links=(Link(other.url),)) for one, other in (pair, pair[::-1])]
    maker.keep(pair)
    maker.world.together += [frozenset({key_of(each)}) for each in pair]


def _flood(maker: _Maker) -> None:
    """One who posts all day long."""
    account = maker.account("bluesky", 20.0)
    for number in range(60):
        maker.world.posts.append(_told(maker, account, 5 + number / 100, 1.0, f"見てね{number}", ["新人VTuber"]))
    maker.keep([account])
    maker.world.unwanted.add(key_of(account))


def _advertisement(maker: _Maker) -> None:
    """Six accounts that post one text."""
    text = "フォロワーを増やしたい方はこちらのサイトからどうぞ今なら無料でお試しできます"
    accounts = [maker.account("bluesky", 15.0) for _ in range(6)]
    for account in accounts:
        for age in (9.0, 6.0, 4.0):
            maker.world.posts.append(
                _told(maker, account, age, 0.2, f"{text} https://ad.example/{age}", ["新人VTuber"])
            )
        maker.world.unwanted.add(key_of(account))
    maker.keep(accounts)


def _impostor(maker: _Maker) -> None:
    """One with the name of somebody greater, and nearly the handle."""
    known = maker.account("mastodon", 800.0, posts=800, followers=20_000)
    fake = replace(maker.account("mastodon", 10.0, followers=30), name=known.name, handle=f"{known.handle}_")
    maker.world.posts.append(_told(maker, fake, 4.0, 1.0, "本日初配信です", ["初配信"]))
    maker.keep([known, fake])
    maker.world.unwanted.add(key_of(fake))
