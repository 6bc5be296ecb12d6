"""Why a source tells nothing: three kinds, none of which means that nothing was posted."""

from ganbaru.scout.seen import State


class Trouble(Exception):
    """A source cannot be read now.

    Attributes:
        state: as in `Health`.
        said: one sentence.
        until: when it may be asked again (UTC seconds); 0 where not told.
    """

    state: State = "out"

    def __init__(self, said: str, until: float = 0.0) -> None:
        super().__init__(said)
        self.said = said
        self.until = until


class Closed(Trouble):
    """It shows guests nothing, or asks robots to stay away."""

    state: State = "closed"


class OverQuota(Trouble):
    """It asked to wait, or one of the run's own caps was met."""

    state: State = "over quota"


class Out(Trouble):
    """It fails: no answer, an error of its own, or an answer that makes no sense."""


class NotThere(Exception):
    """One thing that was asked for is not there (404 or 410): gone, or never was."""


class Stopped(Exception):
    """Somebody asked to stop."""
