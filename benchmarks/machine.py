"""What the benchmarks share: the machine's matmul rate, and turns that alternate so that a busy machine is fair to all.

Import this before torch: it sets ``GOMP_SPINCOUNT``, without which threads that wait burn the core that another needs.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch


@dataclass(frozen=True)
class Turn:
    """What one turn took.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of this process on all its cores; what other jobs take is not in it.
    """

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Turn:
    """Does the work once."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Turn(time.perf_counter() - wall, time.process_time() - cpu)


def alternate(sides: Mapping[str, Callable[[], object]], *, rounds: int, warmup: int = 2) -> dict[str, list[Turn]]:
    """Every side takes one turn a round, the first of a round going last in the next.

    Args:
        sides: what is timed, by name.
        rounds: rounds that count.
        warmup: rounds before them, not counted.

    Returns:
        The turns of each side, in order of rounds.
    """
    turns: dict[str, list[Turn]] = {name: [] for name in sides}
    order = list(sides)
    for number in range(warmup + rounds):
        for name in order:
            turn = timed(sides[name])
            if number >= warmup:
                turns[name].append(turn)
        order = [*order[1:], order[0]]
    return turns


def median(turns: list[Turn], clock: str = "cpu") -> float:
    """Seconds of the middle turn, by ``"cpu"`` or ``"wall"``."""
    return statistics.median(getattr(turn, clock) for turn in turns)


def ratio(slow: list[Turn], fast: list[Turn], clock: str = "cpu") -> tuple[float, float, float]:
    """How many times longer ``slow`` took: the median over the rounds, with the quartiles beside it (low, high)."""
    each = [getattr(a, clock) / getattr(b, clock) for a, b in zip(slow, fast, strict=True)]
    low, middle, high = statistics.quantiles(each, n=4) if len(each) > 1 else [each[0]] * 3
    return middle, low, high


def spoken(name: str, figures: tuple[float, float, float], unit: str = "x") -> str:
    """``name: 2.04x [1.98, 2.10]``."""
    middle, low, high = figures
    return f"{name}: {middle:.2f}{unit} [{low:.2f}, {high:.2f}]"


class Matmul:
    """The machine's own ceiling: a square product of float32 matrices, taken in turns with what is measured."""

    def __init__(self, size: int = 1024, repeats: int = 6) -> None:
        self.operations = 2 * size**3 * repeats
        self._repeats = repeats
        self._a, self._b = torch.randn(size, size), torch.randn(size, size)
        self._out = torch.empty(size, size)

    def __call__(self) -> None:
        for _ in range(self._repeats):
            torch.mm(self._a, self._b, out=self._out)

    def rate(self, turns: list[Turn], clock: str = "cpu") -> float:
        """Operations a second (a multiply-add counts as two) of the middle turn."""
        return self.operations / median(turns, clock)


@contextmanager
def denormals(kept: bool) -> Iterator[None]:
    """Within, numbers under 1.2e-38 are kept (as torch does unless told) or flushed to zero; flushed again afterwards.

    The switch belongs to the thread, and threads that torch makes take their maker's: use one thread.
    """
    torch.set_flush_denormal(not kept)
    try:
        yield
    finally:
        torch.set_flush_denormal(True)


def about() -> str:
    """The machine, the versions and the threads in one line."""
    return f"{_processor()}, {os.cpu_count()} cores, torch {torch.__version__}, {torch.get_num_threads()} thread(s)"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
