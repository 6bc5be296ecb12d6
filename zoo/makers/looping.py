"""Evidence of a loop of `zoo.programs`, by `ganbaru.checkup.watch`."""

from importlib import import_module
from typing import Any

from ganbaru.checkup.evidence import Evidence
from zoo import worlds


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
    evidence: Evidence = run(bug, world=worlds.WORLDS[world](), seed=seed, device="cpu", **options)
    return evidence
