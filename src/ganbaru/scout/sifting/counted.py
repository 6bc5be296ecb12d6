"""What counts as being heard: the answers to somebody's own posts, once these have had time, given how many follow."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ganbaru.scout.names import plain_tag
from ganbaru.scout.seen import Account, Post
from ganbaru.scout.sifting.people import Key, Person
from ganbaru.scout.times import DAY

_RIPE_DAYS = 1.0
"""Age of a post, when it was looked at, from which it has gathered most of its answers."""
_RECIPROCAL = ("繋がりたい", "つながりたい", "相互", "フォロバ", "いいねした人", "rtした人", "拡散希望")
"""In tags of those who promise a like for a like: what is counted there is courtesy."""


@dataclass(frozen=True)
class Heard:
    """The answers to one account's posts.

    Attributes:
        person: the key of whose account it is.
        group: whom it is compared with: place, language and month of the debut.
        followers: as told.
        answers: ``likes + reposts + replies`` of each post that counts: none under tags of mutual following does.
    """

    person: str
    group: tuple[str, str, str]
    followers: int
    answers: Sequence[int]


def heard(
    persons: Iterable[Person], posts: Mapping[Key, Sequence[Post]], began: Mapping[str, float | None]
) -> list[Heard]:
    """What is known of each account whose followers are told.

    Args:
        persons: whose.
        posts: of each account.
        began: day of each person's debut (UTC seconds), by their key.
    """
    return [
        _of_account(person.key, account, posts.get(account.key, ()), began.get(person.key))
        for person in persons
        for account in person.accounts
        if account.followers is not None
    ]


def _of_account(person: str, account: Account, posts: Sequence[Post], began: float | None) -> Heard:
    own = [post for post in posts if not post.repost_of and _is_told(post) and post.seen - post.at >= _RIPE_DAYS * DAY]
    counted = [post for post in own if not _is_courtesy(post)]
    language = account.language or next((post.language for post in own if post.language), "")
    group = (account.place.partition(":")[0], language, _month(began))
    answers = tuple((post.likes or 0) + (post.reposts or 0) + (post.replies or 0) for post in counted)
    return Heard(person, group, account.followers or 0, answers)


def _is_told(post: Post) -> bool:
    return any(count is not None for count in (post.likes, post.reposts, post.replies))


def _is_courtesy(post: Post) -> bool:
    return any(word in plain_tag(tag) for tag in post.tags for word in _RECIPROCAL)


def _month(at: float | None) -> str:
    return "" if at is None else datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m")
