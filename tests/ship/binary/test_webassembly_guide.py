"""The guide to WebAssembly: its modules assemble and run, and give what it says."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import wasmtime
from assembling import again, content

from ganbaru.ship.binary import read

GUIDE = (Path(__file__).parents[3] / "docs/webassembly.md").read_text(encoding="utf-8")
FENCED = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
CALL = re.compile(r"`(\w+)\(([-\d., ]*)\)`(?:\s+is\s+`([^`]+)`)?")


def blocks(language: str) -> list[str]:
    return [body for kind, body in FENCED.findall(GUIDE) if kind == language]


class Told:
    """The guide's modules, one after the other, and the calls that are spoken of behind each."""

    def __init__(self) -> None:
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        self._linker = wasmtime.Linker(engine)
        self._engine = engine
        self._functions: dict[str, Any] = {}

    def load(self, text: str) -> None:
        """Instantiates a module; the memory of those before is there to be imported."""
        data = bytes(wasmtime.wat2wasm(text))
        module = self._linker.instantiate(self._store, wasmtime.Module(self._engine, data))
        self._linker.define_instance(self._store, read(data).names.module, module)
        exported = module.exports(self._store)
        self._functions |= {name: exported[name] for name in exported if name != "memory"}  # type: ignore[attr-defined]

    def call(self, name: str, given: str) -> str:
        """What a call gives, in words."""
        numbers = [float(each) if "." in each else int(each) for each in given.split(",") if each.strip()]
        try:
            return str(self._functions[name](self._store, *numbers))
        except wasmtime.Trap as error:
            return str(error)


def parts() -> list[tuple[str, str]]:
    """Each module with the prose that follows it."""
    pieces = re.split(r"```wat\n(.*?)```", GUIDE, flags=re.DOTALL)
    return list(zip(pieces[1::2], pieces[2::2], strict=True))


def test_every_module_gives_what_is_said_of_it() -> None:
    told, checked = Told(), 0
    for text, prose in parts():
        told.load(text)
        results = [(*call, told.call(call[0], call[1])) for call in CALL.findall(prose)]
        assert results, text
        for name, given, said, got in results:
            assert not said or said == got or (said == "out of bounds" and said in got), (name, given)
            checked += bool(said)
    assert checked == len(re.findall(r"\)`\s+is\s+`", GUIDE)) >= 10


def test_every_module_is_read_and_written_back() -> None:
    for text in blocks("wat"):
        module = read(bytes(wasmtime.wat2wasm(text)))
        assert content(again(module), "code") == content(module, "code")


def test_the_first_module_is_as_short_as_the_title_says() -> None:
    assert len(blocks("wat")[0].splitlines()) <= 10


def test_the_kernel_is_what_the_compiler_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (made,), (kernel,) = blocks("python"), blocks("text")
    exec(compile(made, "docs/webassembly.md", "exec"), {})
    module = read(Path("small.wasm").read_bytes())
    text = module.function_text("relu4")
    first = kernel.splitlines()[0]
    (start,) = [line for line in text.splitlines() if line.strip() == first]
    indented = textwrap.indent(kernel, start[: len(start) - len(first)])
    assert indented in text


def test_what_is_said_of_the_kernel_is_so() -> None:
    (kernel,) = blocks("text")
    assert re.findall(r"offset=(\d+) \(local.get \$a\)", kernel) == ["64", "128", "192"]
    assert kernel.count("f32x4.mul") == 8
    assert kernel.count("load32_splat") == 4
