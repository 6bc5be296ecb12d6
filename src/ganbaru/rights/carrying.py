"""Which licence a result may carry: a model or its sounds, made of clips under several licences.

Each licence accepts some results. A share-alike accepts the licences that it names; one that passes restrictions on
accepts what is under a licence of the maker's own (which can state them) and those share-alikes that state them
themselves; any other accepts everything. A set of clips can be published together if one result suits all.
"""

from collections.abc import Iterable, Sequence
from functools import cache, reduce

from ganbaru.rights.asking import Asked
from ganbaru.rights.matrix import OWN, licence, matrix
from ganbaru.rights.rulings import Option, usable

RESULTS = ("publish-weights", "publish-sounds", "sell-sounds")
"""Acts that hand out something made of all clips together."""


@cache
def results() -> frozenset[str]:
    """Every licence that some result may have to carry, and a licence of the maker's own."""
    return frozenset({OWN}.union(*(known.share_alike for known in matrix().values())))


@cache
def accepts(name: str) -> frozenset[str]:
    """The results that one licence accepts."""
    known = licence(name)
    if known.share_alike:
        return known.share_alike
    return frozenset(
        {OWN} | {other for other in results() - {OWN} if known.restrictions <= licence(other).restrictions}
    )


def option_accepts(option: Option, exempt: frozenset[str] = frozenset()) -> frozenset[str]:
    """The results that licences accept which all bind; those in ``exempt`` do not follow into the result."""
    return reduce(frozenset.__and__, (accepts(name) for name in option if name not in exempt), results())


def clip_accepts(expressions: Iterable[str], question: Asked, exempt: frozenset[str] = frozenset()) -> frozenset[str]:
    """The results that all statements about a clip accept, by whichever alternatives the user may take."""
    if question.act not in RESULTS:
        return results()
    found = results()
    for expression in expressions:
        found &= frozenset().union(*(option_accepts(option, exempt) for option in usable(expression, question)))
    return found


def preferred(accepted: frozenset[str], carried: Sequence[str]) -> str:
    """Of the results that suit all the one to suggest: the maker's own, else what most clips carry, else the latest."""
    if not accepted or OWN in accepted:
        return OWN if accepted else ""
    return max(sorted(accepted), key=lambda name: (carried.count(name), name))
