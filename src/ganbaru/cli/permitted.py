"""Before sounds or a model leave the house: what their licences forbid stops it, what must be asked is named."""

from collections.abc import Sequence
from dataclasses import dataclass

from ganbaru.cli import speech
from ganbaru.rights.facts import Ledger
from ganbaru.runs import Run

SHIPPING = ("publish-weights", "publish-sounds")
"""What a site on the web does."""


@dataclass(frozen=True)
class Owed:
    """What goes along with what is made of a run.

    Attributes:
        licence: that it must carry; None where nobody demands one.
        credits: who is to be named.
    """

    licence: str | None = None
    credits: Sequence[str] = ()


def owed(run: Run) -> Owed:
    """What is owed for the sounds of a run by the ledger that is kept in it; nothing where there is none."""
    from ganbaru.rights.recalling import kept

    return _owed(kept(run))


def permitted(run: Run, acts: Sequence[str], *, quiet: bool) -> Owed:
    """What is owed for these acts with a run.

    Raises:
        UserError: a licence or a speaker forbids one of them, or what is written of the rights is wrong in itself.
    """
    ledger = _known(run, quiet=quiet)
    if ledger is not None and ledger.clips:
        _check(ledger, acts, quiet=quiet)
    return _owed(ledger)


def _check(ledger: Ledger, acts: Sequence[str], *, quiet: bool) -> None:
    from ganbaru.rights.verdicts import refuse_forbidden

    for act in acts:
        found = refuse_forbidden(ledger, act)
        if found.answer == "ask":
            speech.say(f"{act}: ask first: {found.ruling.text.en}", quiet=quiet)
    if ledger.unknown:
        named = ", ".join(ledger.unknown[:3]) + (" …" if len(ledger.unknown) > 3 else "")
        speech.say(f"nothing is known of the rights in {len(ledger.unknown):,} sounds: {named}", quiet=quiet)


def _known(run: Run, *, quiet: bool) -> Ledger | None:
    """The ledger of a run as it is read now, and kept there; None where nothing can be known."""
    from ganbaru.rights.recalling import Untold, keep, of_run

    try:
        return keep(run, of_run(run))
    except Untold as error:
        speech.say(f"nothing is known of the rights: {error}", quiet=quiet)
        return None


def _owed(ledger: Ledger | None) -> Owed:
    from ganbaru.rights.travel import credits_of, licence_for

    return Owed() if ledger is None else Owed(licence_for(ledger), credits_of(ledger))
