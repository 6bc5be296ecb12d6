"""What a training writes into its run: lines of metrics, listening sets, checkpoints, notes of what happened.

A failed write never stops a training: what was not written is kept and tried again, and the last good checkpoint stays.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from ganbaru.runs import Run
from ganbaru.runs.mark import about_sounds, marked

_log = logging.getLogger("ganbaru.training")
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 120.0


class Journal:
    """Writes for one run, and remembers what is owed.

    Attributes:
        run: the run's folder.
        owed: whether a checkpoint failed and must be tried again.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.owed = False
        self._owed_sets: dict[str, dict[str, bytes]] = {}
        self._wait = _FIRST_WAIT
        self._next_try = 0.0

    def line(self, kind: str, **numbers: Any) -> None:
        """Appends a line of metrics; the run keeps it in memory where the disk is full."""
        self.run.metrics.append({"kind": kind, **numbers})

    def event(self, text: str, *, step: int, seconds: float) -> None:
        """Notes in words something that happened."""
        _log.info("%s", text)
        self.line("event", step=step, seconds=seconds, text=text)

    def samples(self, name: str, files: Mapping[str, bytes], *, step: int, seconds: float) -> None:
        """Writes a listening set; one that cannot be written now is, beside the next save that finds room."""
        files = self._marked(name, files, step)
        try:
            self.run.save_samples(name, files)
        except OSError as error:
            self._owed_sets[name] = files
            _log.warning("listening set %s was not written yet: %s", name, error)
            self.line("event", step=step, seconds=seconds, text=f"listening set {name} was not written yet: {error}")
        else:
            self._owed_sets.pop(name, None)
            self._pay_sets()

    def _marked(self, name: str, files: Mapping[str, bytes], step: int) -> dict[str, bytes]:
        """Sounds of the generator with the mark that a machine made them; real ones as they are."""
        if name == "real":
            return dict(files)
        about = about_sounds(self.run.document, step=step)
        return {file: marked(data, about) if file.endswith(".wav") else data for file, data in files.items()}

    def _pay_sets(self) -> None:
        """Tries the listening sets that are owed, as far as there is room."""
        for name in list(self._owed_sets):
            try:
                self.run.save_samples(name, self._owed_sets[name])
            except OSError:
                return
            del self._owed_sets[name]

    def checkpoint(self, files: Mapping[str, bytes], *, step: int, seconds: float, score: float | None) -> Path | None:
        """Saves a checkpoint; None if it failed and is owed."""
        self._pay_sets()
        try:
            path = self.run.save_checkpoint(step, dict(files), score=score)
        except OSError as error:
            self.owed = True
            self._next_try = monotonic() + self._wait
            _log.warning("checkpoint at step %d was not saved: %s; trying again in %.0f s", step, error, self._wait)
            self.line("event", step=step, seconds=seconds, text=f"checkpoint at step {step} was not saved: {error}")
            self._wait = min(2 * self._wait, _LONGEST_WAIT)
            return None
        self.owed, self._wait = False, _FIRST_WAIT
        self._pay_sets()  # a checkpoint that replaced an older one may have made room, and it may be the last
        return path

    def due_again(self) -> bool:
        """Whether it is time to try an owed checkpoint again."""
        return self.owed and monotonic() >= self._next_try
