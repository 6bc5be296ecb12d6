"""Why somebody stands on the list, in words with their numbers."""

from collections.abc import Iterator

from ganbaru.scout import wishes
from ganbaru.scout.names import shown
from ganbaru.scout.sifting.ranking import Candidate, Listed

_SLOTS = {
    "hidden": "by evidence",
    "random": "drawn today from all newcomers",
    "least seen": "shown least often so far",
}
_WISHES = {
    wishes.NO_TRAINING: "asks that nothing of theirs be used to train AI",
    wishes.NO_REPOSTING: "asks that nothing of theirs be reposted",
    wishes.NOT_SEARCHABLE: "asks that their posts not be searchable",
}


def reason(listed: Listed) -> str:
    """One sentence."""
    said = "; ".join(_parts(listed.candidate))
    return f"{_SLOTS[listed.slot]}: {said}" if said else _SLOTS[listed.slot]


def asked(candidate: Candidate) -> list[str]:
    """What they ask for, in words."""
    said = {wish for account in candidate.person.accounts for wish in account.wishes}
    return [_WISHES.get(wish, shown(wish)) for wish in sorted(said)]


def may_train(candidate: Candidate) -> str:
    """Whether their sounds may be learned from, as far as anybody can know from here."""
    wish = any(wishes.NO_TRAINING in account.wishes for account in candidate.person.accounts)
    return "no: they ask not to" if wish else "no, unless they say so: ask them"


def _parts(candidate: Candidate) -> Iterator[str]:
    yield from candidate.newness.evidence
    hidden = candidate.hidden
    if hidden is not None and hidden.posts:
        yield (
            f"answered {hidden.value:.1f}× [{hidden.low:.1f}, {hidden.high:.1f}] as much as others with as many "
            f"followers ({hidden.followers:,}), by {hidden.posts:,} {'post' if hidden.posts == 1 else 'posts'}"
        )
        yield f"among the most hidden with a chance of {hidden.first:.0%}"
    else:
        yield "nothing was seen yet that counts as an answer"
    places = len(candidate.person.accounts)
    yield f"seen at {places} {'place' if places == 1 else 'places, tied by their own links'}"
