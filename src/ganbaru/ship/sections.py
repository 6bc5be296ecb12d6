"""Custom sections of a WebAssembly module: what it says of itself beside its code (core specification, 5.5.3)."""

from collections.abc import Mapping

from ganbaru.ship.binary import read

ABOUT, FUSED, NOTES = "ganbaru", "ganbaru.fused", "ganbaru.notes"
"""What the model is (JSON), the quicker kernels (a module), what each function does (JSON)."""


def with_sections(module: bytes, sections: Mapping[str, bytes]) -> bytes:
    """A module with custom sections behind all others."""
    return module + b"".join(_section(name, content) for name, content in sections.items())


def sections_of(module: bytes) -> dict[str, bytes]:
    """The custom sections of a module, by name; of several with one name the last."""
    return {each.name: module[each.start : each.end] for each in read(module).sections if each.custom}


def code_bytes(module: bytes) -> int:
    """Size of a module's code section."""
    return sum(each.end - each.start for each in read(module).sections if each.name == "code" and not each.custom)


def _section(name: str, content: bytes) -> bytes:
    named = leb128(len(name.encode())) + name.encode() + content
    return b"\0" + leb128(len(named)) + named


def leb128(value: int) -> bytes:
    """A number of no sign as a module holds it (core specification, 5.2.2)."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)
