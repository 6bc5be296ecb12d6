"""What stands on a node: one worker process, and the folder where it does its trials."""

import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ganbaru.runs import lock
from ganbaru.studies.claiming import LOCK, at_work
from ganbaru.studies.cluster.luggage import Luggage, TooLarge, packed, unpack
from ganbaru.studies.plan import Key
from ganbaru.studies.workers import LOG as WORKERS_LOG
from ganbaru.studies.workers import Worker

_OWN = "ganbaru-seat-"
_PERIOD = 0.5
_LONGEST = 1 << 20
"""Of what was printed, so many bytes come back: the last ones."""

_YOUNG = 60.0
"""Seconds in which a folder may just be being made."""


class Seat:
    """One worker on this node; Ray calls it, `hear` beside the others.

    Args:
        number: of the worker.
        trial: as `ganbaru.studies.workers.packed`.
        path: where the driver finds modules; the trial's are looked for there too, if this node has such folders.
    """

    def __init__(self, number: int, trial: bytes, path: list[str]) -> None:
        sys.path += [part for part in path if part not in sys.path]  # this process is there for nothing else
        _sweep()
        self._study = Path(tempfile.mkdtemp(prefix=_OWN))
        self._lock = ExitStack()
        self._lock.enter_context(lock.claimed(self._study / LOCK))
        self._worker = Worker(number, self._study, trial, threads=1)
        self._folder: Path | None = None
        self._refused = ""

    def give(self, key: Key, settings: Mapping[str, Any], place: str, luggage: Luggage) -> None:
        """Do a trial; its folder holds what an earlier attempt left, wherever that was."""
        folder = self._study / place
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            unpack(luggage, folder)
        except OSError as error:
            self._refused = f"its node refuses: {error}"
            return
        self._folder = folder
        self._worker.give(key, settings, folder)

    def hear(self) -> dict[str, Any]:
        """What the worker says, once it says something; the end of a trial comes with ``luggage`` and ``printed``."""
        while True:
            if self._refused:
                return {"became": "dead", "reason": self._refused}
            if self._worker.connection.closed:
                return {"became": "dead", "reason": "its worker was ended"}
            self._worker.connection.poll(_PERIOD)
            answer = self._worker.hear()
            if answer is not None:
                return {**answer, **self._brought()}

    def ask_to_stop(self) -> None:
        """Stop the trial."""
        self._worker.ask_to_stop()

    def close(self) -> None:
        """End the worker, and remove its folder."""
        self._worker.close()
        self._lock.close()
        shutil.rmtree(self._study, ignore_errors=True)

    def _brought(self) -> dict[str, Any]:
        """What is to come back beside the answer; a folder that does not travel is kept here, which is said."""
        folder, self._folder = self._folder, None
        if folder is None:
            return {"complaint": _end(self._study / WORKERS_LOG)}
        printed = _end(folder.with_name(f"{folder.name}.log"))
        try:
            luggage = packed(folder)
        except (TooLarge, OSError) as error:
            kept = folder.rename(Path(tempfile.mkdtemp(prefix="ganbaru-kept-")) / folder.name)
            return {"printed": printed, "left": f"{kept} on {socket.gethostname()}: {error}"}
        shutil.rmtree(folder.parent, ignore_errors=True)
        return {"printed": printed, "luggage": luggage}


def _sweep() -> None:
    """Remove what was left on this node by others like this that were killed."""
    for study in Path(tempfile.gettempdir()).glob(f"{_OWN}*"):
        with suppress(OSError):
            age = time.time() - (study / LOCK).stat().st_mtime
            if age > _YOUNG and not at_work(study):
                shutil.rmtree(study)


def _end(file: Path) -> bytes:
    return file.read_bytes()[-_LONGEST:] if file.exists() else b""
