"""One utterance of the speech synthesiser. Runs in a worker process only."""

from typing import Any, BinaryIO

from ganbaru.sources.claims import Refused


def speak(job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    """Render ``job["text"]``."""
    raise Refused("the speech world is not here yet")
