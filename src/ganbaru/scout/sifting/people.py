"""Which accounts are one person: only by links that the person has published, from both ends.

A tie is two profiles that link to each other, or a link that its place has verified to be answered (rel=me). A link
from one end only is shown as unsure and joins nothing; a name, a picture or a voice in common is no evidence and is not
even looked at. Former identities are never followed; see `former`. An account that would tie together two accounts of
one place is of a group, or somebody's second one: its ties join nothing either. Accounts of places whose terms forbid
to match them with others (`ALONE`) are tied to nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ganbaru.scout.seen import Account
from ganbaru.scout.sifting.former import speaks_of_former
from ganbaru.scout.sifting.profiles import keys_of, profile_key

Key = tuple[str, str]
"""Place and identifier of an account."""
ALONE = frozenset({"x"})
"""X's developer agreement makes matching its accounts with those of other places a restricted use (April 2026)."""


@dataclass(frozen=True)
class Tie:
    """A link between two accounts.

    Attributes:
        accounts: the two, in order.
        how: "mutual": each profile links to the other; "verified": one does, and its place has seen the answer;
            "one way": one does; "of a group": it would tie together two accounts of one place.
    """

    accounts: tuple[Key, Key]
    how: Literal["mutual", "verified", "one way", "of a group"]

    @property
    def joins(self) -> bool:
        """Whether it makes one person of two accounts."""
        return self.how in ("mutual", "verified")


@dataclass(frozen=True)
class Person:
    """Somebody, as far as their own links tell.

    Attributes:
        accounts: theirs, the one with the most posts first.
        ties: what joins them.
        unsure: links to or from other accounts that join nothing.
    """

    accounts: Sequence[Account]
    ties: Sequence[Tie] = ()
    unsure: Sequence[Tie] = ()

    @property
    def key(self) -> str:
        """Names the person for as long as this account is theirs: the first in the order of places."""
        return "/".join(min(account.key for account in self.accounts))

    @property
    def name(self) -> str:
        """As displayed; the handle where there is none."""
        return self.accounts[0].name or self.accounts[0].handle or self.accounts[0].id


def people(accounts: Iterable[Account]) -> list[Person]:
    """Everybody, in the order of their keys."""
    known = {account.key: account for account in accounts}
    ties = _ties(known)
    groups = _joined(known, [tie for tie in ties if tie.joins])
    loose: dict[Key, list[Tie]] = defaultdict(list)
    for tie in ties:
        for key in tie.accounts if not tie.joins else ():
            loose[key].append(tie)
    found = [_person([known[key] for key in group], ties, loose) for group in groups]
    return sorted(found, key=lambda person: person.key)


def _person(accounts: list[Account], ties: Sequence[Tie], loose: Mapping[Key, list[Tie]]) -> Person:
    keys = {account.key for account in accounts}
    ordered = sorted(accounts, key=lambda account: (-(account.posts or 0), account.key))
    own = tuple(tie for tie in ties if tie.joins and keys >= set(tie.accounts)) if len(keys) > 1 else ()
    return Person(tuple(ordered), own, tuple(dict.fromkeys(tie for key in sorted(keys) for tie in loose[key])))


def _ties(known: Mapping[Key, Account]) -> list[Tie]:
    """All links between known accounts that may be followed."""
    silent = {key for key, account in known.items() if account.place in ALONE or speaks_of_former(account)}
    owners: dict[str, Key] = {}
    for key in sorted(known):
        for address in keys_of(known[key]):
            owners.setdefault(address, key)
    arrows: dict[tuple[Key, Key], bool] = {}
    for key, account in known.items():
        for link in account.links if key not in silent else ():
            other = owners.get(profile_key(link.url))
            if other is not None and other != key and other not in silent:
                arrows[key, other] = arrows.get((key, other), False) or link.verified
    return _apart([_tie(pair, arrows) for pair in sorted({(min(ends), max(ends)) for ends in arrows})])


def _tie(pair: tuple[Key, Key], arrows: Mapping[tuple[Key, Key], bool]) -> Tie:
    there, back = arrows.get(pair), arrows.get((pair[1], pair[0]))
    if there is not None and back is not None:
        return Tie(pair, "mutual")
    return Tie(pair, "verified" if there or back else "one way")


def _apart(ties: Sequence[Tie]) -> list[Tie]:
    """Ties of accounts that are tied to two of one place, and ties within a place, join nothing."""
    beside: dict[Key, list[Key]] = defaultdict(list)
    for tie in ties:
        for one, other in (tie.accounts, tie.accounts[::-1]) if tie.joins else ():
            beside[one].append(other)
    crowded = {key for key, others in beside.items() if _share_a_place([key, *others])}
    return [Tie(tie.accounts, "of a group") if tie.joins and crowded & set(tie.accounts) else tie for tie in ties]


def _share_a_place(keys: Sequence[Key]) -> bool:
    return any(one[0] == other[0] for one, other in combinations(keys, 2))


def _joined(known: Mapping[Key, Account], ties: Sequence[Tie]) -> list[list[Key]]:
    """The accounts, together where ties join them; never two of one place, whichever way the ties go round."""
    group = {key: [key] for key in known}
    for tie in sorted(ties, key=lambda tie: (tie.how, tie.accounts)):
        one, other = (group[key] for key in tie.accounts)
        if one is not other and not _share_a_place([*one, *other]):
            one += other
            group |= dict.fromkeys(other, one)
    return [keys for key, keys in group.items() if keys[0] == key]
