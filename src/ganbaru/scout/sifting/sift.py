"""From a store to a list of people, and why each stands there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ganbaru.scout import wishes
from ganbaru.scout.seen import Account, Batch, Health, Post
from ganbaru.scout.sifting.counted import Heard, heard
from ganbaru.scout.sifting.hiddenness import Hidden, hiddenness
from ganbaru.scout.sifting.newness import Newness, newness
from ganbaru.scout.sifting.people import Key, Person, people
from ganbaru.scout.sifting.ranking import Candidate, Listed, coverage, gini, ranked
from ganbaru.scout.sifting.unwanted import unwanted
from ganbaru.scout.store import Store
from ganbaru.scout.taking import LISTS
from ganbaru.scout.times import DAY

LEAVES_OUT = (wishes.NOT_DISCOVERABLE, wishes.NO_INDEX, wishes.MEMBERS_ONLY)
"""Wishes by which an account stands on no list."""


@dataclass(frozen=True)
class Sifted:
    """What a store says of newcomers on a day.

    Attributes:
        listed: the list, best first.
        candidates: all who might have been listed.
        preparing: people who say that they are about to begin.
        left_out: why others are left out, by key.
        unsure: people of whom nobody can say whether they are new.
        wished: accounts whose owners ask not to be listed; they are not looked at.
        health: of the sources; what they could not tell is missing here.
        now: the day (UTC seconds).
        coverage: share of the candidates who were ever shown, this list included.
        gini: how unevenly they were.
    """

    listed: Sequence[Listed]
    candidates: Sequence[Candidate]
    preparing: Sequence[Person]
    left_out: Mapping[str, str]
    unsure: int
    wished: int
    health: Sequence[Health]
    now: float
    coverage: float
    gini: float


@dataclass(frozen=True)
class Told:
    """What is known of everybody, before anybody is chosen.

    Attributes:
        persons: everybody who may be looked at.
        newness: of each, by key.
        hidden: of each whose audience is known, by key.
        left_out: why others are left out, by key.
        wished: accounts whose owners ask not to be listed; they are not looked at.
    """

    persons: Sequence[Person]
    newness: Mapping[str, Newness]
    hidden: Mapping[str, Hidden]
    left_out: Mapping[str, str]
    wished: int


def sift(
    store: Store,
    *,
    now: float,
    began: float | None = None,
    languages: Collection[str] = (),
    size: int = 20,
    seed: int = 0,
    keep: bool = False,
) -> Sifted:
    """The list of a day.

    Args:
        store: what was seen.
        now: the day (UTC seconds).
        began: only people who began since then (UTC seconds); None for all newcomers.
        languages: two letters each; people who use none of them are not listed; all where empty.
        size: of the list.
        seed: of what is drawn.
        keep: remember who was shown: once a day (UTC), however often and in whatever form the list is asked for.
    """
    told = told_of(store, now=now, k=size, seed=seed)
    shown = _shown(store, told.persons)
    candidates = [
        Candidate(person, told.newness[person.key], told.hidden.get(person.key), shown[person.key][0])
        for person in told.persons
        if _is_wanted(told.newness[person.key], began) and _speaks(person, languages)
    ]
    listed = ranked(candidates, size=size, now=now, seed=seed)
    if keep:
        _keep(store, listed, shown, int(now // DAY))
    counts = {each.candidate.person.key: each.candidate.shown + 1 for each in listed}
    counts = {each.person.key: each.shown for each in candidates} | counts
    verdicts = [told.newness[person.key].verdict for person in told.persons]
    return Sifted(
        listed=listed,
        candidates=candidates,
        preparing=[person for person in told.persons if told.newness[person.key].verdict == "preparing"],
        left_out=told.left_out,
        unsure=verdicts.count("unsure"),
        wished=told.wished,
        health=store.health(),
        now=now,
        coverage=coverage(counts, list(counts)),
        gini=gini(counts, list(counts)),
    )


def told_of(store: Store, *, now: float, k: int = 20, seed: int = 0) -> Told:
    """What is known of everybody in a store; ``k`` as of `hiddenness`."""
    return tell(store.accounts(), by_author(store.posts(until=now)), now=now, k=k, seed=seed)


def tell(
    accounts: Iterable[Account], posts: Mapping[Key, Sequence[Post]], *, now: float, k: int, seed: int = 0
) -> Told:
    """What is known of everybody by these accounts and posts."""
    told = list(accounts)
    welcome = [account for account in told if is_welcome(account)]
    everybody = people(welcome)
    left_out = unwanted(everybody, posts)
    persons = [person for person in everybody if person.key not in left_out]
    news = {person.key: newness(person, _theirs(person, posts), now=now) for person in persons}
    found = heard(persons, posts, {key: each.day for key, each in news.items()})
    hidden = hiddenness(_comparable(found, news), k=k, seed=seed)
    return Told(persons, news, hidden, left_out, len(told) - len(welcome))


def by_author(posts: Iterable[Post]) -> dict[Key, list[Post]]:
    """Posts by place and author."""
    found: dict[Key, list[Post]] = defaultdict(list)
    for post in posts:
        found[post.place, post.author].append(post)
    return found


def is_welcome(account: Account) -> bool:
    """Whether its owner does not ask to be left out of lists."""
    return not any(wish in LEAVES_OUT for wish in account.wishes)


def _theirs(person: Person, posts: Mapping[Key, Sequence[Post]]) -> list[Post]:
    return [post for account in person.accounts for post in posts.get(account.key, ())]


def _comparable(found: Sequence[Heard], news: Mapping[str, Newness]) -> list[Heard]:
    """Newcomers, who alone are compared: what is usual among those who are known would hide them."""
    return [each for each in found if news[each.person].verdict == "new"]


def _is_wanted(news: Newness, began: float | None) -> bool:
    return news.verdict == "new" and (began is None or (news.day or 0.0) >= began)


def _speaks(person: Person, languages: Collection[str]) -> bool:
    spoken = {account.language for account in person.accounts if account.language}
    return not languages or not spoken or bool(spoken & set(languages))


def _shown(store: Store, persons: Sequence[Person]) -> dict[str, tuple[int, int]]:
    """On how many lists each person stood, and on which day last."""
    marks = store.marks(LISTS)
    return {person.key: _read(marks.get(person.key, "")) for person in persons}


def _read(mark: str) -> tuple[int, int]:
    times, _, day = mark.partition(" ")
    return (int(times), int(day)) if times.isdecimal() and day.isdecimal() else (0, -1)


def _keep(store: Store, listed: Sequence[Listed], shown: Mapping[str, tuple[int, int]], day: int) -> None:
    new = {}
    for each in listed:
        key = each.candidate.person.key
        times, last = shown[key]
        if last < day:
            new[key] = f"{times + 1} {day}"
    store.take(LISTS, Batch((), new))
