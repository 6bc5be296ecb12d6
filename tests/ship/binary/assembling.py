"""WebAssembly bytes put together by hand, for tests: from parts, or at random."""

import random
from typing import Any

import wasmtime

from ganbaru.ship.binary import Module, read
from ganbaru.ship.binary.opcodes import OPCODES, Opcode

BLOCKS = ("block", "loop", "if", "try", "try_table", "else", "end", "catch", "catch_all", "delegate")
HEAD = b"\0asm\1\0\0\0"
CODE = 10


def number(value: int) -> bytes:
    """LEB128 of a number; negative ones as two's complement."""
    made = bytearray()
    while True:
        low, value = value & 127, value >> 7
        if value in (0, -1) and (low < 64) == (value == 0):
            return bytes([*made, low])
        made.append(low | 128)


def unsigned(value: int) -> bytes:
    """LEB128 of a number that is not negative."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def word(text: str) -> bytes:
    """A name."""
    return unsigned(len(text.encode())) + text.encode()


def section(kind: int, content: bytes) -> bytes:
    """One section."""
    return bytes([kind]) + unsigned(len(content)) + content


def many(*entries: bytes) -> bytes:
    """A list."""
    return unsigned(len(entries)) + b"".join(entries)


def custom(name: str, content: bytes) -> bytes:
    """A custom section."""
    return section(0, word(name) + content)


def function_module(*bodies: bytes, types: tuple[bytes, ...] = (b"\x60\0\0",), more: bytes = b"") -> bytes:
    """A module of functions of its first type; the bodies hold their locals and their ends."""
    return b"".join(
        (
            HEAD,
            section(1, many(*types)),
            section(3, many(*[b"\0"] * len(bodies))),
            more,
            section(CODE, many(*(unsigned(len(body)) + body for body in bodies))),
        )
    )


def rich_module(*bodies: bytes) -> bytes:
    """Likewise, with two of everything that an instruction may name."""
    return b"".join(
        (
            HEAD,
            section(1, many(b"\x60\0\0", b"\x60\2\x7f\x7d\2\x7b\x7e")),
            section(3, many(*[b"\0"] * len(bodies))),
            section(4, many(b"\x70\0\1", b"\x6f\1\1\2")),
            section(5, many(b"\0\1", b"\1\1\2")),
            section(13, many(b"\0\0", b"\0\0")),
            section(6, many(b"\x7f\1\x41\0\x0b", b"\x7c\0\x44" + b"\x3f" * 8 + b"\x0b")),
            section(9, many(b"\1\0\1\0", b"\5\x70\1\xd0\x70\x0b")),
            section(12, b"\2"),
            section(CODE, many(*(unsigned(len(body)) + body for body in bodies))),
            section(11, many(b"\0\x41\0\x0b\2\xff\0", b"\1\1a")),
        )
    )


_KINDS = ["i32", "v128", "f64", "funcref", "externref"]
_TYPES = {"i32": b"\x7f", "v128": b"\x7b", "f64": b"\x7c", "funcref": b"\x70", "externref": b"\x6f"}
_SPECIAL = (b"\0\0\xc0\x7f", b"\0\0\xc0\xff", b"\1\0\x80\x7f", b"\0\0\0\x80", b"\0\0\x80\xff", b"\1\0\0\0")


class Writer:
    """Random code: valid bytes, but of no sense, for an assembler does not ask for sense."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._plain = [one for one in OPCODES.values() if one.name not in BLOCKS]

    def body(self, length: int) -> bytes:
        """A function: two locals, and about so many instructions."""
        return many(b"\2\x7f") + b"".join(self._some(length, 1)) + b"\x0b"

    def instruction(self, one: Opcode, depth: int = 1) -> bytes:
        """An instruction with what follows it."""
        prefix, code = one.code >> 16, one.code & 0xFFFF
        start = bytes([prefix]) + unsigned(code) if prefix else bytes([code])
        return start + b"".join(self._immediate(kind, one, depth) for kind in one.immediates)

    def _some(self, length: int, depth: int) -> list[bytes]:
        made = []
        while length > 0:
            length -= 1
            if depth < 8 and self._random.random() < 0.12:
                inner = self._random.randrange(length + 1)
                length -= inner
                made.append(self._block(inner, depth))
            else:
                made.append(self.instruction(self._random.choice(self._plain), depth))
        return made

    def _block(self, length: int, depth: int) -> bytes:
        inner = lambda: b"".join(self._some(length // 2, depth + 1))  # noqa: E731
        kind = self._random.choice(["block", "loop", "if", "else", "try", "delegate", "try_table"])
        told = self._immediate("block", None, depth)
        if kind in ("block", "loop", "if"):
            return {"block": b"\2", "loop": b"\3", "if": b"\4"}[kind] + told + inner() + b"\x0b"
        if kind == "else":
            return b"\4" + told + inner() + b"\5" + inner() + b"\x0b"
        if kind == "try_table":
            clauses = many(*(self._clause(depth) for _ in range(self._random.randrange(4))))
            return b"\x1f" + told + clauses + inner() + b"\x0b"
        if kind == "delegate":
            return b"\6" + told + inner() + b"\x18" + unsigned(self._random.randrange(depth))
        return (
            b"\6" + told + inner() + b"\7" + bytes([self._random.randrange(2)]) + inner() + b"\x19" + inner() + b"\x0b"
        )

    def _clause(self, depth: int) -> bytes:
        kind = self._random.randrange(4)
        tag = bytes([self._random.randrange(2)]) if kind < 2 else b""
        return bytes([kind]) + tag + unsigned(self._random.randrange(depth))

    def _immediate(self, kind: str, one: Opcode | None, depth: int) -> bytes:
        pick: Any = self._random
        if kind == "access":
            assert one is not None
            natural = one.bytes_moved.bit_length() - 1
            align, memory = pick.choice([natural, pick.randrange(5)]), pick.randrange(2)
            place = unsigned(align | 64) + b"\1" if memory else unsigned(align)
            return bytes(place) + unsigned(pick.choice([0, 8, pick.randrange(1 << 32)]))
        return {
            "i32": lambda: number(pick.choice([0, -1, pick.randrange(-1 << 31, 1 << 31)])),
            "i64": lambda: number(pick.choice([0, -1, pick.randrange(-1 << 63, 1 << 63)])),
            "f32": lambda: self._real(4),
            "f64": lambda: self._real(8),
            "v128": lambda: b"".join(self._real(pick.choice([4, 4])) for _ in range(4)),
            "lanes": lambda: bytes(pick.randrange(32) for _ in range(16)),
            "lane": lambda: bytes([pick.randrange(16)]),
            "zero": lambda: b"\0",
            "block": lambda: pick.choice([b"\x40", b"\1", *_TYPES.values()]),
            "reference": lambda: pick.choice([b"\x70", b"\x6e", b"\1"]),
            "nullable": lambda: pick.choice([b"\x70", b"\x6e", b"\1"]),
            "cast": lambda: bytes([pick.randrange(4), pick.randrange(depth), 0x6E, 0x6D]),
            "heap": lambda: pick.choice([b"\x70", b"\x6f"]),
            "label": lambda: unsigned(pick.randrange(depth)),
            "labels": lambda: many(*(unsigned(pick.randrange(depth)) for _ in range(3))) + b"\0",
            "types": lambda: many(_TYPES[pick.choice(_KINDS)]),
            "function": lambda: b"\0",
        }.get(kind, lambda: bytes([pick.randrange(2)]))()

    def _real(self, size: int) -> bytes:
        if size == 4 and self._random.random() < 0.3:
            return self._random.choice(_SPECIAL)
        if self._random.random() < 0.3:
            return b"\0" * (size - 2) + bytes([self._random.randrange(4) * 16 + 128, 63 + self._random.randrange(2)])
        return self._random.randbytes(size)


def content(module: Module, name: str) -> bytes:
    """Of a section."""
    (found,) = [each for each in module.sections if each.name == name]
    return module.data[found.start : found.end]


def again(module: Module) -> Module:
    """Through the text and back."""
    return read(bytes(wasmtime.wat2wasm(module.text())))
