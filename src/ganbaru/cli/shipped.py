"""A shipped site as it is printed: what was tried, how far the module is from Python, where the page is."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ganbaru.cli import speech
from ganbaru.cli.permitted import SHIPPING, permitted
from ganbaru.runs import Run
from ganbaru.ship.shipping import UNHEARD, Shipped, Tried, ship
from ganbaru.sources.naming import printable


def tell_ship(
    path: Path,
    site: Path,
    *,
    licence: str | None,
    credits: Sequence[str],
    purpose: Sequence[str] | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Ships a run and prints what came of it; what a licence of its sounds forbids stops it."""
    logging.getLogger("torch.export").setLevel(logging.ERROR)
    owed = permitted(Run.open(path), purpose or SHIPPING, quiet=quiet)
    speech.say(f"compiling {printable(path)} and holding it against torch", quiet=quiet)
    if licence and owed.licence not in (None, licence):
        speech.say(f"the licences of its sounds ask for {owed.licence}, not {licence}", quiet=quiet)
    named = [*credits, *(each for each in owed.credits if each not in credits)]
    made = ship(path, site, licence=licence or owed.licence, credits=named, **options)
    if as_json:
        speech.document({"schema": "ganbaru.ship/1", **_as_data(made)})
        return
    for line in described(made):
        speech.result(line)


def described(made: Shipped) -> Iterator[str]:
    """What was written, in lines; the last one names the page."""
    chosen = made.chosen
    yield f"network: WebAssembly and torch differ by {made.network:.1e} of full scale"
    yield from map(_tried, made.tried)
    yield (
        f"model.wasm: {chosen.module:,} bytes, {chosen.packed:,} packed, {chosen.code:,} of them code; "
        f"{chosen.precision} weights; "
        f"the sounds of {chosen.error.seeds} seeds differ from Python's by {_spoken(chosen)}"
    )
    yield f"page: {made.site / 'index.html'}"


def _tried(each: Tried) -> str:
    verdict = "not heard" if each.audible <= UNHEARD else "heard"
    return f"{_sized(each)}; {each.audible:.1%} of the loudness differs from fp32: {verdict}"


def _sized(each: Tried) -> str:
    return f"{each.precision}: {each.module:,} bytes, {each.packed:,} packed"


def _spoken(chosen: Tried) -> str:
    error = chosen.error
    return f"at most {error.maximum:.1e}, rms {error.rms:.1e}, {error.audible:.1%} of the loudness"


def _as_data(made: Shipped) -> dict[str, Any]:
    tried: Sequence[Tried] = made.tried
    return {
        "site": str(made.site),
        "files": [str(file) for file in made.files],
        "chosen": asdict(made.chosen),
        "tried": [asdict(each) for each in tried],
        "network": made.network,
        "quicker": asdict(made.quicker),
    }
