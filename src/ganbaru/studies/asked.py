"""Workers that were asked to stop their trial, and for how long they are waited for."""

import time

from ganbaru.studies.crew import Hand


class Asked:
    """Asks each worker once, and remembers why and until when."""

    def __init__(self) -> None:
        self._asked: dict[Hand, tuple[str, float]] = {}

    def ask(self, hand: Hand, why: str, *, grace: float) -> None:
        """Ask a worker to stop, unless it was asked before; it has ``grace`` seconds for that."""
        if hand not in self._asked:
            self._asked[hand] = why, time.monotonic() + grace
            hand.ask_to_stop()

    def late(self) -> list[Hand]:
        """Those that did not stop in time."""
        return [hand for hand, (_, deadline) in self._asked.items() if time.monotonic() > deadline]

    def why(self, hand: Hand) -> str:
        """Why a worker was asked; empty if it was not. It is forgotten by that."""
        return self._asked.pop(hand, ("", 0.0))[0]
