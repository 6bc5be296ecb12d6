"""Whom to name, and which licence a result may carry: for the shipped page, the module, the model card."""

from collections.abc import Sequence

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Ledger
from ganbaru.rights.matrix import OWN
from ganbaru.rights.owing import Credit, duties


def credits_of(ledger: Ledger, act: str = "publish-sounds") -> list[str]:
    """The lines of credit that an act owes, each person, source and licence once; empty where none is owed.

    Args:
        act: one of `matrix.ACTS`.
    """
    return [_line(credit) for credit in duties(ledger, act).credits] if ledger.clips else []


def thanks(ledger: Ledger) -> list[str]:
    """Everybody whose sounds are in it, owed or not: with CC0 nothing is owed, and it is good manners."""
    named: dict[str, int] = {}
    for clip in ledger.clips:
        for holder in dict.fromkeys(grant.holder for grant in clip.grants if grant.holder):
            named[holder] = named.get(holder, 0) + 1
    return sorted(named, key=lambda holder: (-named[holder], holder))


def licence_for(ledger: Ledger, act: str = "publish-sounds") -> str | None:
    """The licence that a result of all clips may carry; None where the maker may choose, or none suits all.

    Args:
        act: "publish-sounds" or "publish-weights".
    """
    carries = duties(ledger, act).carries if ledger.clips else ""
    return None if carries in ("", OWN, NO_ASSERTION) else carries


def _line(credit: Credit) -> str:
    return f"{credit.line()} ({_clips(credit.clips)})"


def _clips(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths):,} sounds"
