"""The one error that a user of ganbaru is meant to read."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something in the user's input or environment is at fault.

    The message is one line that says what and where; ``hint`` says what to try. The command line prints
    both and exits with 1; a traceback is shown with ``--debug`` only.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message} ({self.hint})" if self.hint else message


def unknown(what: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a name that is not known, with the nearest one that is.

    Args:
        what: the kind of thing, such as ``"representation"``.
        name: what was asked for.
        known: every name that would have been accepted.
    """
    choices = sorted(known)
    nearest = difflib.get_close_matches(name, choices, n=1, cutoff=0.4)
    guess = f"did you mean {nearest[0]!r}? " if nearest else ""
    return UserError(f"unknown {what} {name!r}", hint=f"{guess}known: {', '.join(choices)}")
