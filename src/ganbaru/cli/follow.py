"""Following a training from the terminal: a bar with rate and time left, or a line now and then."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from ganbaru.cli.speech import console, say
from ganbaru.training import Event, Measured, Started, StepDone

_EVERY = 10.0


class Follower:
    """Turns a training's events into what a person wants to know: how far, how fast, how long still, how good.

    Args:
        show: is given a line of text and the share that is done.
        announce: is given a line that shall stay.
    """

    def __init__(self, show: Callable[[str, float], None], announce: Callable[[str], None]) -> None:
        self._show = show
        self._announce = announce
        self._first: tuple[float, float, int] | None = None

    def __call__(self, event: Event) -> None:
        """The callback."""
        if isinstance(event, Started):
            self._first = None
        elif isinstance(event, StepDone):
            self._step(event)
        elif isinstance(event, Measured):
            figures = ", ".join(f"{name} {value['value']:.3f}" for name, value in _headline(event.figures).items())
            self._announce(f"step {event.step}: {figures}")

    def _step(self, event: StepDone) -> None:
        if self._first is None:
            self._first = (event.seconds, event.progress, event.step)
            return
        seconds, progress, step = (
            event.seconds - self._first[0],
            event.progress - self._first[1],
            event.step - self._first[2],
        )
        if seconds > 0 and progress > 0:
            left = (1 - event.progress) * seconds / progress
            self._show(f"step {event.step}  {step / seconds:.1f} steps/s  {clock(left)} left", event.progress)


@contextmanager
def following(*, quiet: bool = False) -> Iterator[Follower]:
    """A follower for a ``with`` block."""
    if quiet:
        yield Follower(lambda text, share: None, lambda text: None)
    elif sys.stderr.isatty():
        with Progress(SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), console=console()) as shown:
            task = shown.add_task("starting", total=1.0)
            yield Follower(
                lambda text, share: shown.update(task, description=text, completed=share),
                lambda text: shown.console.print(text, markup=False),
            )
    else:
        yield Follower(_now_and_then(), say)


def clock(seconds: float) -> str:
    """``3:07`` or ``1:02:09``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _now_and_then() -> Callable[[str, float], None]:
    last = [monotonic()]

    def show(text: str, share: float) -> None:
        if monotonic() - last[0] >= _EVERY:
            last[0] = monotonic()
            say(f"{share:4.0%}  {text}")

    return show


def _headline(figures: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("right_label", "recognised", "labels_covered", "modes", "high_quality", "distance", "diversity", "gain")
    return {name: figures[name] for name in wanted if name in figures}
