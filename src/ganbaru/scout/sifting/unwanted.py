"""Who is left out: automata, those who flood, and those who go by another's name. Each with its reason."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from ganbaru.scout.names import plain
from ganbaru.scout.seen import Account, Post
from ganbaru.scout.sifting.people import Key, Person
from ganbaru.scout.times import DAY

_FLOOD_A_DAY = 40
"""Posts on one day, each under a tag that is watched."""
_SAME_WORDS, _SAME_SHARE = 5, 0.6
"""Posts of one wording, and their share of all, from which they are an advertisement."""
_MANY_TAGS = 12
_COPIED_BY = 4
"""Accounts that post one wording of more than a greeting's length."""
_GREETING = 25
"""Characters up to which many people say the same by themselves."""
_ALIKE = 0.85
"""Likeness of two handles, 0 to 1."""
_GREATER = 5.0
"""Times the followers that the one whose name is taken has."""
_CHANGING = re.compile(r"https?://\S+|[0-9]+|\W+")


def unwanted(persons: Sequence[Person], posts: Mapping[Key, Sequence[Post]]) -> dict[str, str]:
    """Why each person is left out, by key; those who are welcome are missing.

    Args:
        persons: everybody.
        posts: of each account.
    """
    copied = _copied(posts)
    reasons = {person.key: _reason(person, posts, copied) for person in persons}
    reasons |= {key: why for key, why in _impostors(persons).items() if not reasons[key]}
    return {key: why for key, why in reasons.items() if why}


def _reason(person: Person, posts: Mapping[Key, Sequence[Post]], copied: Mapping[str, int]) -> str:
    own = [post for account in person.accounts for post in posts.get(account.key, ()) if not post.repost_of]
    if any(account.bot for account in person.accounts):
        return "says to be automated"
    if not own:
        return ""
    days = Counter(int(post.at // DAY) for post in own)
    if max(days.values()) >= _FLOOD_A_DAY:
        return f"{max(days.values())} posts on one day"
    words, times = Counter(_words(post) for post in own).most_common(1)[0]
    if words and times >= _SAME_WORDS and times >= _SAME_SHARE * len(own):
        return f"the same words {times} times"
    if sum(len(post.tags) >= _MANY_TAGS for post in own) * 2 > len(own):
        return f"{_MANY_TAGS} tags and more at most posts"
    if sum(copied.get(_words(post), 0) >= _COPIED_BY for post in own) * 2 > len(own):
        return "posts what many accounts post word for word"
    return ""


def _words(post: Post) -> str:
    """What a post says, without what an advertisement varies."""
    return _CHANGING.sub(" ", plain(post.text)).strip()


def _copied(posts: Mapping[Key, Sequence[Post]]) -> dict[str, int]:
    """How many accounts post each wording that is longer than a greeting."""
    by: dict[str, set[Key]] = defaultdict(set)
    for key, own in posts.items():
        for post in own:
            words = _words(post) if not post.repost_of else ""
            if len(words) > _GREETING:
                by[words].add(key)
    return {words: len(keys) for words, keys in by.items() if len(keys) >= _COPIED_BY}


def _impostors(persons: Iterable[Person]) -> dict[str, str]:
    """Who has the name and nearly the handle of somebody who was there before and is followed far more."""
    named: dict[str, list[tuple[Person, Account]]] = defaultdict(list)
    for person in persons:
        for account in person.accounts:
            named[plain(account.name)].append((person, account))
    found = {}
    for name, owners in named.items():
        for person, account in owners if name and len(owners) > 1 else ():
            for other, original in owners:
                if other is not person and _takes(account, original):
                    found[person.key] = f"has the name of {original.handle or original.id} and nearly the handle"
    return found


def _takes(account: Account, original: Account) -> bool:
    later = (account.created or 0.0) > (original.created or 0.0) > 0.0
    greater = (original.followers or 0) > _GREATER * max(1, account.followers or 0)
    one, other = (plain(each.handle).lstrip("@").partition("@")[0] for each in (account, original))
    return later and greater and one != other and SequenceMatcher(None, one, other).ratio() >= _ALIKE
