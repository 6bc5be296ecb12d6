"""How a long operation tells how far it is, without knowing who listens."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""``progress(what, done, total)``: called as the work goes on, ``done`` rising to ``total``."""


def silent(what: str, done: int, total: int) -> None:
    """The listener that listens to nothing."""
