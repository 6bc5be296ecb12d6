"""A run's generator to a static site: compiled, held against torch, written with all that it says of itself."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from torch import nn

from ganbaru import training
from ganbaru.errors import UserError, unknown
from ganbaru.runs import Run
from ganbaru.ship import checking
from ganbaru.ship.about import about, encoded
from ganbaru.ship.checking import Difference
from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.graph import Graph
from ganbaru.ship.compiler.module import Compiled, assembled, compiled
from ganbaru.ship.compiler.unpacking import Precision
from ganbaru.ship.compiler.way_back import with_way_back
from ganbaru.ship.looking import inside
from ganbaru.ship.sections import ABOUT, FUSED, NOTES, code_bytes, with_sections
from ganbaru.ship.site import write_site
from ganbaru.training.trained import Trained

Wanted = Literal["auto", "fp32", "fp16", "int8", "int7", "int6", "int5"]
SMALLEST_FIRST: tuple[Precision, ...] = ("int5", "int6", "int7", "int8", "fp16", "fp32")
UNHEARD = 0.02
"""Share of the loudness up to which ``auto`` lets weights be rounded: about what a codec near transparency does."""


@dataclass(frozen=True)
class Tried:
    """One precision.

    Attributes:
        precision: which.
        module: bytes.
        packed: bytes on the way, where a server packs them (gzip).
        code: bytes of its code section.
        error: its sounds against those that Python makes.
        audible: against its own at fp32: the worst share of the loudness heard to be different.
    """

    precision: Precision
    module: int
    packed: int
    code: int
    error: Difference
    audible: float


@dataclass(frozen=True)
class Shipped:
    """What was written.

    Attributes:
        site: the folder.
        files: of it, relative.
        chosen: the precision that was shipped.
        tried: all that were looked at, ``chosen`` among them.
        network: the largest difference between torch and WebAssembly in what the network makes, as a share of it.
        quicker: the sounds of the quicker kernels against those of the others.
    """

    site: Path
    files: tuple[Path, ...]
    chosen: Tried
    tried: tuple[Tried, ...]
    network: float
    quicker: Difference

    def __repr__(self) -> str:
        return f"Shipped({str(self.site)!r}, {self.chosen.precision}, {self.chosen.module:,} bytes)"


def ship(
    run: Run | str | Path,
    site: str | Path,
    *,
    precision: Wanted = "auto",
    name: str | None = None,
    licence: str | None = None,
    credits: Sequence[str] = (),
    generator: nn.Module | None = None,
    step: int | None = None,
) -> Shipped:
    """Writes a static site that plays a run's generator; it needs a file server, or nothing at all.

    The module is run here on several seeds first and held against torch.

    Args:
        run: the run or its folder.
        site: the folder to write; an earlier site there is replaced, anything else is left alone.
        precision: of the weights; "auto" takes the smallest of which no more than `UNHEARD` is heard.
        name: of the model; None takes that of what it was trained on.
        licence: under which the sounds may be used; None leaves it not stated.
        credits: who is to be named.
        generator: the network to fill, where the run was trained with one of the user's own.
        step: which checkpoint; None takes the newest.

    Raises:
        UserError: the run makes points, its generator or its representation cannot be shipped, the module is off,
            or the folder is in the way.
    """
    if precision not in get_args(Wanted):
        raise unknown("precision", precision, get_args(Wanted))
    run = run if isinstance(run, Run) else Run.open(run)
    trained = training.load(run, generator=generator, step=step)
    if trained.rate == 0:
        raise UserError(
            f"{run.path} makes points, and a page plays sounds", hint="ship a run that was trained on sounds"
        )
    network = capture(trained.generator, latent=trained.latent, classes=len(trained.label_names))
    apart = checking.check_network(network, trained)
    whole = with_way_back(network, trained.representation, trained.samples)
    looked_at, made = tried(whole, trained, precision)
    chosen = looked_at[-1]
    document = about(
        run,
        trained,
        name=name,
        step=run.steps[-1] if step is None else step,
        licence=licence,
        credits=credits,
        precision=chosen.precision,
        error=chosen.error,
    )
    module = finished(made, encoded(document))
    plain, fused = (checking.module_sounds(module, trained, fused=fused) for fused in (False, True))
    quicker = checking.difference(plain, fused, trained.rate)
    _check_sounds(quicker)
    files = write_site(Path(site), module, inside=inside(module))
    return Shipped(Path(site), tuple(files), chosen, tuple(looked_at), apart, quicker)


def finished(made: Compiled, document: bytes) -> bytes:
    """The module with its sections."""
    notes = json.dumps(made.notes, ensure_ascii=False, separators=(",", ":")).encode()
    return with_sections(made.binary(), {ABOUT: document, FUSED: assembled(made.fused), NOTES: notes})


def tried(whole: Graph, trained: Trained, wanted: Wanted) -> tuple[list[Tried], Compiled]:
    """Precisions from the smallest up to the one that will do, which comes last, and the module of that.

    Args:
        whole: the network and its way back to sound.
        trained: the same in Python.
        wanted: "auto", or the only one to look at.

    Raises:
        UserError: at full precision, the module's sounds are not Python's.
    """
    full = compiled(whole, rate=trained.rate)
    theirs = checking.python_sounds(trained)
    ours = checking.module_sounds(full.binary(), trained)
    _check_sounds(checking.difference(theirs, ours, trained.rate))
    found: list[Tried] = []
    for precision in SMALLEST_FIRST if wanted == "auto" else (wanted,):
        made = full if precision == "fp32" else compiled(whole, rate=trained.rate, precision=precision)
        module = made.binary()
        sounds = ours if made is full else checking.module_sounds(module, trained)
        error, own = (checking.difference(each, sounds, trained.rate) for each in (theirs, ours))
        found.append(
            Tried(precision, len(module), len(zlib.compress(module, 9)), code_bytes(module), error, own.audible)
        )
        if own.audible <= UNHEARD:
            break
    return found, made


def _check_sounds(found: Difference) -> None:
    if not found.audible <= checking.SOUND_BOUND:
        raise UserError(
            f"{found.audible:.0%} of the loudness of the module's sounds is not as Python's, so it was not written",
            hint="if the run's own sounds are fine, please report it with the run",
        )
