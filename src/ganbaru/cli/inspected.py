"""A WebAssembly file as it is printed: what it is made of, what it offers, and its functions to read."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ganbaru.cli import speech
from ganbaru.errors import UserError
from ganbaru.ship.binary import Data, Export, Function, Import, Memory, Module, Section, read
from ganbaru.sources.naming import printable

LARGEST = 1 << 30
"""Bytes; no browser takes a larger module."""
WITHIN = "fused:"
"""Before the name of a function of the module within."""
_BAR, _LISTED, _KEY, _LONGEST = 20, 12, 10, 400
_STYLES = {"title": "bold", "problem": "yellow", "quiet": "dim", "": ""}


@dataclass(frozen=True)
class Line:
    """A line of the result and how it looks on a terminal."""

    text: str
    style: str = ""


def tell_module(path: Path, *, function: str | None, text: bool, as_json: bool) -> None:
    """Reads a file and prints what was asked for."""
    if text and (as_json or function is not None):
        raise UserError("--text goes with neither --json nor --function", hint="it prints the whole module by itself")
    module = opened(path)
    try:
        if function is not None:
            _tell_function(module, function, as_json)
        elif text:
            for line in module.lines():
                speech.result(line)
        elif as_json:
            speech.document({"schema": "ganbaru.inspect/1", "file": str(path), **as_data(module)})
        else:
            _print(described(module, printable(path.name)))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def opened(path: Path) -> Module:
    """The module in a file.

    Raises:
        UserError: there is none.
    """
    called = printable(path)
    if not path.is_file():
        raise UserError(f"{called} is no file", hint="check the path; a shipped site holds model.wasm")
    if path.stat().st_size > LARGEST:
        raise UserError(f"{called} is larger than any browser takes: {path.stat().st_size:,} bytes", hint="check it")
    return read(path.read_bytes(), called)


def _tell_function(module: Module, name: str, as_json: bool) -> None:
    if name.startswith(WITHIN):
        inner = module.fused
        if inner is None:
            raise UserError(f"there is no module within, so no {printable(name)}", hint="leave fused: out")
        module, name = inner, name.removeprefix(WITHIN)
    if as_json:
        found = module.function(name)
        told = {**_function(module, found), "text": module.function_text(found.index)}
        speech.document({"schema": "ganbaru.inspect/1", "function": told})
    else:
        speech.result(module.function_text(name).rstrip("\n"))


def described(module: Module, called: str) -> Iterator[Line]:
    """The whole result, in lines."""
    yield Line(f"{called}: WebAssembly module, {module.size:,} bytes", "title")
    yield from _rows(_about(module))
    for title, lines in (
        ("sections", _sections(module)),
        ("imports", _limited([_shown(f"{printable(e.module)}.{printable(e.name)}", e) for e in module.imports])),
        ("exports", _limited([_shown(printable(e.name), e) for e in module.exports])),
        ("memory", [_memory(at, each) for at, each in enumerate(module.memories)]),
        ("tables", [f"table {at}: {each}" for at, each in enumerate(module.tables)]),
        ("data", _data(module.segments)),
        ("functions", _functions(module)),
        ("features", [", ".join(module.features) or "those of the first version"]),
        ("module within", _within(module)),
    ):
        lines = list(lines)
        if lines:
            yield Line("")
            yield Line(title, "title")
            yield from (Line(f"  {line}") for line in lines)
    for problem in module.problems:
        yield Line(f"problem: {printable(problem)}", "problem")


def _rows(rows: Iterable[tuple[str, str]]) -> Iterator[Line]:
    for key, value in rows:
        if value:
            yield Line(f"  {key:<{_KEY}}{printable(value[:_LONGEST])}")


def _about(module: Module) -> Iterator[tuple[str, str]]:
    told = module.about or {}
    makers = [each for field in module.producers.values() for each in field]
    yield "named", str(told.get("name") or module.names.module)
    yield "version", str(told.get("version", ""))
    yield "made by", str(told.get("made_with") or ", ".join(makers))
    yield "weights", f"{told['precision']}, {_spoken(told.get('parameters'))} of them" if "precision" in told else ""
    yield (
        "sound",
        f"{_spoken(told['length'])} samples at {_spoken(told.get('sample_rate'))} Hz" if "length" in told else "",
    )
    error = told.get("error")
    if isinstance(error, dict) and "maximum" in error:
        yield "differs", f"from Python's sounds by {_spoken(error['maximum'])} at most, rms {_spoken(error.get('rms'))}"
    yield "labels", ", ".join(map(str, told["labels"])) if isinstance(told.get("labels"), list) else ""
    yield "licence", str(told.get("licence") or "not stated") if told else ""
    yield "credits", ", ".join(map(str, told["credits"])) if isinstance(told.get("credits"), list) else ""
    yield "mark", str(told.get("mark") or "")
    yield "needs", ", ".join(each[1:] for each in module.target_features if each.startswith("+"))
    start = module.start
    yield "starts", f"with function {start.name}" if start else ""


def _spoken(value: Any) -> str:
    """A number as it is read; anything else, which only another's file holds, as it stands."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.2g}"


def _sections(module: Module) -> Iterator[str]:
    titles = [_title(section) for section in module.sections]
    width = min(max(map(len, titles), default=0), 36)
    for title, section in zip(titles, module.sections, strict=True):
        share = section.size / module.size
        entries = "" if section.entries is None else f"  {section.entries:,} of them"
        bar = ("█" * round(_BAR * share)).ljust(_BAR, "·")
        yield f"{title:<{width}}  {section.offset:>#10x}  {section.size:>12,} bytes  {bar} {share:>6.1%}{entries}"


def _title(section: Section) -> str:
    return f"custom {printable(section.name)}" if section.custom else section.name


def _shown(name: str, one: Import | Export) -> str:
    return f"{one.kind:<8}  {name}: {one.type}"


def _limited(lines: Sequence[str]) -> Iterator[str]:
    """So many of them, and how many more there are."""
    yield from lines[: 2 * _LISTED]
    if len(lines) > 2 * _LISTED:
        yield f"and {len(lines) - 2 * _LISTED:,} more; --json lists all"


def _memory(at: int, memory: Memory) -> str:
    return f"memory {at}: {memory}; {memory.limits.minimum * memory.page:,} bytes at first"


def _data(segments: Sequence[Data]) -> Iterator[str]:
    if not segments:
        return
    yield f"{len(segments):,} stretches, {sum(each.size for each in segments):,} bytes; the largest:"
    for each in sorted(segments, key=lambda each: -each.size)[: _LISTED // 2]:
        where = "copied on demand" if each.mode == "passive" else "to a place that is computed"
        yield f"{each.size:>12,} bytes  {where if each.address is None else f'to address {each.address:#x}'}"


def _functions(module: Module) -> Iterator[str]:
    own = [each for each in module.functions if not each.imported]
    imported = len(module.functions) - len(own)
    yield f"{len(own):,} of its own, {imported:,} imported; the largest (--function NAME prints one):"
    shown = sorted(own, key=lambda each: -each.size)[:_LISTED]
    width = min(max((len(printable(each.name)) for each in shown), default=0), 40)
    for each in shown:
        note = module.notes.get(each.name)
        told = f"  {printable(note)}" if note else f"  {each.type}"
        yield f"{each.size:>12,} bytes  {printable(each.name):<{width}}{told}"


def _within(module: Module) -> Iterator[str]:
    try:
        inner = module.fused
    except UserError as error:
        yield str(error)
        return
    if inner is not None:
        yield f"{inner.size:,} bytes, {len(inner.functions):,} functions, {', '.join(inner.features)}"
        yield f"the same kernels for browsers that take them; --function {WITHIN}NAME prints one"


def as_data(module: Module) -> dict[str, Any]:
    """All that the command shows, and whatever it leaves out for length."""
    return {
        "bytes": module.size,
        "name": module.names.module or None,
        "about": module.about,
        "producers": module.producers,
        "target_features": module.target_features,
        "features": module.features,
        "start": None if module.start is None else module.start.index,
        "sections": [
            {"name": e.name, "custom": e.custom, "offset": e.offset, "bytes": e.size, "entries": e.entries}
            for e in module.sections
        ],
        "imports": [{"module": each.module, **_named(each)} for each in module.imports],
        "exports": [_named(each) for each in module.exports],
        "memories": [
            {"pages": e.limits.minimum, "most": e.limits.maximum, "page_bytes": e.page, "shared": e.limits.shared}
            for e in module.memories
        ],
        "tables": [str(each) for each in module.tables],
        "globals": [str(each) for each in module.globals],
        "tags": [str(each) for each in module.tags],
        "elements": [
            {"mode": each.mode, "entries": len(each.functions) + len(each.expressions)} for each in module.elements
        ],
        "data": [{"mode": each.mode, "address": each.address, "bytes": each.size} for each in module.segments],
        "functions": [_function(module, each) for each in module.functions],
        "problems": module.problems,
    }


def _named(one: Import | Export) -> dict[str, Any]:
    return {"name": one.name, "kind": one.kind, "index": one.index, "type": str(one.type)}


def _function(module: Module, one: Function) -> dict[str, Any]:
    return {
        "index": one.index,
        "name": one.name,
        "type": str(one.type),
        "imported": one.imported,
        "offset": one.start,
        "bytes": one.size,
        "note": module.notes.get(one.name),
    }


def _print(lines: Iterable[Line]) -> None:
    """On a terminal with colours, elsewhere as plain text."""
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    for line in lines:
        if sys.stdout.isatty():
            console.print(Text(line.text, style=_STYLES[line.style]))
        else:
            speech.result(line.text)
