"""Would the list have been worth it? A day in the past is listed by what was known then, and looked at later.

Who stopped stays in the count, as the worst outcome there is: a list of survivors would always look well chosen. Growth
is held against peers with as many followers, as from ten to twenty is another thing than from a thousand on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ganbaru.errors import UserError
from ganbaru.scout.seen import Account, Post
from ganbaru.scout.sifting.people import Key
from ganbaru.scout.sifting.ranking import Candidate, coverage, gini, ranked
from ganbaru.scout.sifting.sift import by_author, tell
from ganbaru.scout.store import Counts, Store
from ganbaru.scout.times import DAY

HORIZON_DAYS = 90
_ACTIVE_DAYS = 30
"""Somebody who posted within so many days before the second look is still there."""
_LISTS = 30
"""Lists of days in a row by which coverage and evenness are told."""
_DRAWS = 4_000
_FEWEST = 10


@dataclass(frozen=True)
class Worth:
    """How a way of choosing fared: mean rank of the growth of those it chose among their peers, 0 to 1.

    Attributes:
        value: the mean; 0.5 is what chance gives where nobody stops.
        low, high: ends of its 95 % interval over the people chosen.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Backtest:
    """A list of the past, looked at later.

    Attributes:
        hidden, random, newest: what the list, a draw, and the newest-first list chose.
        better: chance that the list chose better than a draw.
        candidates: newcomers of that day; stopped: of these, who posts no more.
        k: people on a list.
        coverage, gini: of the lists of thirty days in a row.
    """

    hidden: Worth
    random: Worth
    newest: Worth
    better: float
    candidates: int
    stopped: int
    k: int
    coverage: float
    gini: float


def backtest(store: Store, *, day: float, horizon_days: float = HORIZON_DAYS, k: int = 20, seed: int = 0) -> Backtest:
    """Lists a day of the past and looks again after the horizon.

    Args:
        store: with histories of counts over both days.
        day: the day (UTC seconds); only what had been seen by then is used for the list.
        horizon_days: until the second look.
        k: people on the list.
        seed: of what is drawn.

    Raises:
        UserError: too few newcomers of that day have a history until then.
    """
    end = day + horizon_days * DAY
    posts, counts = list(store.posts(until=end)), store.all_counts()
    accounts = [then for account in store.accounts() if (then := _as_of(account, counts, day)) is not None]
    told = tell(accounts, by_author(post for post in posts if max(post.at, post.seen) <= day), now=day, k=k, seed=seed)
    grown = _growth(accounts, counts, day, end)
    candidates = [
        Candidate(person, told.newness[person.key], told.hidden.get(person.key))
        for person in told.persons
        if told.newness[person.key].verdict == "new" and any(each.key in grown for each in person.accounts)
    ]
    if len(candidates) < max(_FEWEST, k):
        raise UserError(
            f"only {len(candidates)} newcomers of that day were seen again later",
            hint="choose a day from which on the store was fed, and fewer on the list",
        )
    return _judged(candidates, _outcomes(candidates, grown, posts, end), day, k, seed)


def _judged(candidates: Sequence[Candidate], outcomes: Mapping[str, float], day: float, k: int, seed: int) -> Backtest:
    rng = np.random.default_rng([seed, 0xBAC])
    chosen = [each.candidate.person.key for each in ranked(candidates, size=k + 2, now=day, seed=seed)[:k]]
    newest = sorted(candidates, key=lambda each: each.newness.day or 0.0, reverse=True)[:k]
    everybody = np.array(list(outcomes.values()))
    mine = np.array([outcomes[key] for key in chosen])
    drawn = rng.choice(everybody, (_DRAWS, len(mine))).mean(axis=1)
    resampled = rng.choice(mine, (_DRAWS, len(mine))).mean(axis=1)
    shown = _lists(candidates, day, k, seed)
    return Backtest(
        hidden=_worth(mine, rng),
        random=_worth(everybody, rng),
        newest=_worth(np.array([outcomes[each.person.key] for each in newest]), rng),
        better=float((resampled > drawn).mean()),
        candidates=len(candidates),
        stopped=int((everybody == 0).sum()),
        k=k,
        coverage=coverage(shown, list(outcomes)),
        gini=gini(shown, list(outcomes)),
    )


def _as_of(account: Account, counts: Mapping[Key, Sequence[Counts]], day: float) -> Account | None:
    """An account as it was known on a day; None where it was not."""
    then = [each for each in counts.get(account.key, ()) if each.day <= day // DAY]
    if not then:
        return None
    last = then[-1]
    return replace(account, followers=last.followers, following=last.following, posts=last.posts, seen=day)


def _growth(
    accounts: Sequence[Account], counts: Mapping[Key, Sequence[Counts]], day: float, end: float
) -> dict[Key, tuple[float, float]]:
    """``log(1 + followers)`` on the day and by how much it grew, of accounts of which both are known."""
    found = {}
    for account in accounts:
        later = [
            each for each in counts[account.key] if day // DAY < each.day <= end // DAY and each.followers is not None
        ]
        if later and account.followers is not None:
            start, stop = np.log1p(account.followers), np.log1p(later[-1].followers or 0)
            found[account.key] = float(start), float(stop - start)
    return found


def _outcomes(
    candidates: Sequence[Candidate], grown: Mapping[Key, tuple[float, float]], posts: Sequence[Post], end: float
) -> dict[str, float]:
    """Each person's rank among peers, 0 for those who stopped."""
    active = {(post.place, post.author) for post in posts if post.at > end - _ACTIVE_DAYS * DAY}
    growth = {each.person.key: _best(each, grown) for each in candidates}
    sizes = np.array([size for size, _ in growth.values()])
    gains = np.array([gain for _, gain in growth.values()])
    peers = np.abs(sizes[:, None] - sizes) <= max(np.log(2), float(np.ptp(sizes)) / 20)
    ranks = ((gains[:, None] > gains) * peers + 0.5 * (gains[:, None] == gains) * peers).sum(axis=1) / peers.sum(axis=1)
    there = [any(account.key in active for account in each.person.accounts) for each in candidates]
    return {key: float(rank) if stays else 0.0 for key, rank, stays in zip(growth, ranks, there, strict=True)}


def _best(candidate: Candidate, grown: Mapping[Key, tuple[float, float]]) -> tuple[float, float]:
    """Size and growth where most follow."""
    return max(grown[account.key] for account in candidate.person.accounts if account.key in grown)


def _lists(candidates: Sequence[Candidate], day: float, k: int, seed: int) -> dict[str, int]:
    """How often each would have been shown on the lists of the next days, had nothing changed."""
    shown = {each.person.key: 0 for each in candidates}
    for number in range(_LISTS):
        now = [replace(each, shown=shown[each.person.key]) for each in candidates]
        for listed in ranked(now, size=k, now=day + number * DAY, seed=seed):
            shown[listed.candidate.person.key] += 1
    return shown


def _worth(outcomes: np.ndarray, rng: np.random.Generator) -> Worth:
    means = rng.choice(outcomes, (_DRAWS, len(outcomes))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Worth(float(outcomes.mean()), float(low), float(high))
