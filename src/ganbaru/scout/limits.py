"""How much a run may ask of others, at most."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Caps that no source can widen.

    Attributes:
        requests_per_host: in one run.
        bytes_per_answer: unpacked; what is longer is refused.
        seconds_per_answer: from the connection to the last byte, however slowly they drip.
        seconds_per_source: then the rest waits for the next run.
        seconds_per_run: then every source that is left waits.
        gap: seconds between two requests to the same host.
        patience: the longest wait, in seconds, that is sat out when a server asks for one or fails; the back-off
            between tries begins at an eighth of it.
        tries: how often one thing is asked for.
    """

    requests_per_host: int = 60
    bytes_per_answer: int = 5_000_000
    seconds_per_answer: float = 20.0
    seconds_per_source: float = 180.0
    seconds_per_run: float = 1200.0
    gap: float = 0.5
    patience: float = 16.0
    tries: int = 3
