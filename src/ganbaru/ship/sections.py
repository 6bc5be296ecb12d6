"""Custom sections of a WebAssembly module: what it says of itself beside its code (core specification, 5.5.3)."""

from collections.abc import Iterator, Mapping

ABOUT, FUSED, NOTES = "ganbaru", "ganbaru.fused", "ganbaru.notes"
"""What the model is (JSON), the quicker kernels (a module), what each function does (JSON)."""

_HEADER = 8


def with_sections(module: bytes, sections: Mapping[str, bytes]) -> bytes:
    """A module with custom sections behind all others."""
    return module + b"".join(_section(name, content) for name, content in sections.items())


def sections_of(module: bytes) -> dict[str, bytes]:
    """The custom sections of a module, by name; of several with one name the last."""
    found = {}
    for kind, content in _each(module):
        if kind == 0:
            length, start = _number(content, 0)
            found[content[start : start + length].decode()] = content[start + length :]
    return found


def code_bytes(module: bytes) -> int:
    """Size of a module's code section."""
    return sum(len(content) for kind, content in _each(module) if kind == 10)


def _each(module: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEADER
    while at < len(module):
        size, start = _number(module, at + 1)
        yield module[at], module[start : start + size]
        at = start + size


def _section(name: str, content: bytes) -> bytes:
    named = _leb128(len(name.encode())) + name.encode() + content
    return b"\0" + _leb128(len(named)) + named


def _leb128(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while data[at] > 127:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1
