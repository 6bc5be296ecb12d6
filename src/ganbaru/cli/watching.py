"""Watching a study from the terminal: a live table of what is at work, or a line now and then."""

import math
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Group
from rich.live import Live as Screen
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ganbaru.cli.follow import clock
from ganbaru.cli.speech import console, say
from ganbaru.studies import Live, Trial, outcome
from ganbaru.studies.ledger import DONE, FAILED

Watcher = Callable[[Live], None]
_EVERY = 60.0
"""Seconds between two lines where nobody watches."""
_LAST, _SHOWN = 5, 16
"""Trials that ended last, and trials at work, that the table shows."""


@contextmanager
def watching(*, quiet: bool = False) -> Iterator[Watcher]:
    """Whom to tell how far a study is, for a ``with`` block."""
    if quiet:
        yield lambda live: None
    elif sys.stderr.isatty():
        with Screen(console=console(), auto_refresh=False, transient=True) as screen:
            yield _Shown(screen)
    else:
        yield _now_and_then()


class _Shown:
    """Keeps the table on the screen, and says what failed in lines that stay."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._last: deque[Trial] = deque(maxlen=_LAST)

    def __call__(self, live: Live) -> None:
        if live.last is not None and live.last.state == DONE:
            self._last.appendleft(live.last)
        if live.last is not None and live.last.state == FAILED:
            self._screen.console.print(f"failed: {named(live.last)}: {live.last.reason}", markup=False)
        self._screen.update(table(live, list(self._last)), refresh=True)


def table(live: Live, last: list[Trial]) -> Group:
    """How far a study is: a line of counts, a bar, what is at work and what was found last."""
    bar = ProgressBar(total=max(1, live.total), completed=live.done + live.failed, width=40)
    rows = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("trial", "seed", "attempt", "worker", "time", ""):
        rows.add_column(heading, justify="left" if heading in ("trial", "") else "right", overflow="ellipsis")
    for one in live.running[:_SHOWN]:
        rows.add_row(Text(one.cell), str(one.seed), str(one.attempt), str(one.worker), clock(one.seconds), "")
    if len(live.running) > _SHOWN:
        rows.add_row(f"and {len(live.running) - _SHOWN} more", "", "", "", "", "")
    for trial in last:
        found = Text(f"score {score(trial)}", style="green" if math.isfinite(outcome.value(trial.score)) else "yellow")
        rows.add_row(
            Text(trial.cell, style="dim"), str(trial.seed), str(trial.attempt), "", clock(trial.seconds), found
        )
    return Group(Text(counts(live)), bar, rows)


def counts(live: Live) -> str:
    """How many trials are where, and how long it takes, in a line."""
    parts = [f"{live.done} of {live.total} trials done"]
    parts += [f"{live.failed} failed"] if live.failed else []
    parts += [f"{len(live.running)} running", f"{live.waiting} waiting", clock(live.seconds)]
    parts += [] if live.left_seconds is None else [f"about {clock(live.left_seconds)} left"]
    return ", ".join(parts)


def named(trial: Trial) -> str:
    """A trial in words."""
    return f"{trial.cell}, seed {trial.seed}"


def score(trial: Trial) -> str:
    """What a trial found, with its interval where it has one."""
    low, high = outcome.interval(trial.score)
    interval = f" [{low:.4g}, {high:.4g}]" if math.isfinite(low + high) else ""
    return f"{outcome.value(trial.score):.4g}{interval}"


def _now_and_then() -> Watcher:
    last = [monotonic()]

    def tell(live: Live) -> None:
        if monotonic() - last[0] >= _EVERY:
            last[0] = monotonic()
            say(counts(live))

    return tell
