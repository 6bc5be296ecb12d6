"""One trial done in this process: its answer or what became of it, with the time it took."""

import copy
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ganbaru.studies import outcome

Trainee = Callable[[dict[str, Any], int, Path], Any]
"""``trial(settings, seed, folder)`` returns a score; ``folder`` is its own and kept, so that it can go on there."""

DONE, RAISED, STOPPED = "done", "raised", "stopped"
_LONGEST = 300


def perform(
    trial: Trainee, settings: Mapping[str, Any], seed: int, folder: Path, *, first: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Do a trial; never raises. A traceback goes to standard error.

    Args:
        trial: what to call.
        settings: of its cell; it is given a copy.
        seed: of the trial.
        folder: its own; made if missing.
        first: called before it; what it raises counts as the trial's.

    Returns:
        ``became``, one of "done", "raised" and "stopped"; ``score`` and ``details`` if it is done, else a ``reason`` of
        one line; ``seconds`` of the clock and ``cpu_seconds`` of this process, all its threads together.
    """
    began, cpu_began = time.perf_counter(), time.process_time()
    try:
        first()
        folder.mkdir(parents=True, exist_ok=True)
        told = {"became": DONE, **outcome.stored(trial(copy.deepcopy(dict(settings)), seed, folder))}
    except KeyboardInterrupt as stop:
        told = {"became": STOPPED, "reason": _line(str(stop)) or "stopped"}
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        told = {"became": RAISED, "reason": reason(error)}
    sys.stdout.flush()
    return {**told, "seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu_began}


def reason(error: BaseException) -> str:
    """An exception in one line."""
    return _line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
