"""What the command says: results on stdout, everything else on stderr, progress bars only where somebody watches."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ganbaru.progress import Progress as Listener
from ganbaru.progress import silent


def console() -> Console:
    """The console on stderr; it honours NO_COLOR, wraps nothing that is not watched, and speaks for one process."""
    watched = sys.stderr.isatty()
    return Console(stderr=True, highlight=False, emoji=False, soft_wrap=not watched, quiet=not first_process())


def first_process() -> bool:
    """Whether this process is the only one of its training, or the first of several: the one that speaks."""
    return os.environ.get("LOCAL_RANK", "0") == "0" and os.environ.get("NODE_RANK", "0") == "0"


def complain(message: str, hint: str) -> None:
    """One line about what is at fault, and what to try."""
    line = " ".join(f"error: {message}{f' ({hint})' if hint else ''}".split())
    console().print(line, markup=False, style="red" if sys.stderr.isatty() else None)


def say(text: str, *, quiet: bool = False) -> None:
    """A line about what is going on."""
    if not quiet:
        console().print(text, markup=False)


def result(text: str) -> None:
    """A line of the result, on stdout."""
    sys.stdout.write(f"{text}\n")


def document(value: Any) -> None:
    """The result as one JSON document."""
    sys.stdout.write(as_json(value))


def as_json(value: Any) -> str:
    """A JSON document, with a newline at its end."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


@contextmanager
def bars(*, quiet: bool = False) -> Iterator[Listener]:
    """Progress bars for whoever reports ``(what, done, total)``; silent where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(), transient=True) as shown:
        tasks: dict[str, Any] = {}

        def listen(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done, total=total)

        yield listen
