"""Evidence of a loop of `zoo.programs`, by `ganbaru.checkup.watch`."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from importlib import import_module
from typing import Any

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import Watch
from zoo import truth, worlds

SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Of the steps, after which it is noted what the watch has probed so far."""


def loop(program: str, bug: str | None, world: str, seed: int, **options: Any) -> Evidence:
    """Runs one of the programs.

    Args:
        program: name of its file.
        bug: one of its ``BUGS``; None for none.
        world: name in `zoo.worlds.WORLDS`.
        seed: of everything random in it.
        options: ``steps`` and what else it takes.
    """
    run = import_module(f"zoo.programs.{program}").run
    learned = worlds.WORLDS[world]()
    with _noted_on_the_way(learned):
        evidence: Evidence = run(bug, world=learned, seed=seed, device="cpu", **options)
    return evidence


@contextmanager
def _noted_on_the_way(world: worlds.World | None) -> Iterator[None]:
    """A block in which it is noted what was made first, and what a watch has probed after some shares of the steps."""
    whole, marks, done = Watch.step, set[int](), 0

    def step(self: Watch, **told: Any) -> None:
        nonlocal done, marks
        whole(self, **told)
        done += 1
        if done == 1:
            if world is not None and told.get("fake") is not None:
                world.start(told["fake"])
            marks = {max(1, int(share * self.evidence().facts["steps"])) for share in SHARES}
        if done in marks:
            truth.note_early(done, deepcopy(dict(self.evidence().probes)))

    Watch.step = step  # type: ignore[method-assign]
    try:
        yield
    finally:
        Watch.step = whole  # type: ignore[method-assign]
