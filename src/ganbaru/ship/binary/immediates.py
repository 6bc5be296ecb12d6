"""An instruction and what follows it, as the text format writes them."""

import struct
from collections.abc import Callable

from ganbaru.ship.binary.decoding import Access, Instruction, real
from ganbaru.ship.binary.naming import Namer, Naming

_SPACES = ("function", "global", "tag", "data", "element")
_SHORT_OF_ZERO = ("table", "memory")


def written(one: Instruction, naming: Naming, locals: Namer, label: Callable[[int], str]) -> str:
    """The instruction without its operands.

    Args:
        one: which.
        naming: of the module's things.
        locals: of the function's.
        label: what the block so many further out is called.
    """
    opcode = one.opcode
    words = [opcode.name]
    kinds, values = list(opcode.immediates), list(one.values)
    if opcode.name in ("memory.init", "table.init", "call_indirect", "return_call_indirect"):  # the other way round
        kinds.reverse()
        values.reverse()
    if all(kind in _SHORT_OF_ZERO for kind in kinds) and not any(values):
        return opcode.name
    for kind, value in zip(kinds, values, strict=True):
        if kind in _SPACES:
            words.append(naming(kind, value))
        elif kind in _SHORT_OF_ZERO:
            words += [naming(kind, value)] if value or len(set(kinds)) == 1 else []
        elif kind == "local":
            words.append(locals.of(value))
        elif kind == "label":
            words.append(label(value))
        elif kind == "cast":
            words += [label(value[0]), *value[1:]]
        elif kind == "labels":
            words += map(label, value)
        elif kind == "type":
            told = naming("type", value)
            words.append(f"(type {told})" if opcode.name.endswith("call_indirect") else told)
        elif kind == "access":
            words += _access(value, opcode.bytes_moved, naming)
        elif kind != "zero":
            words.append(_constant(kind, value))
    return " ".join(words)


def _access(access: Access, natural: int, naming: Naming) -> list[str]:
    words = [naming("memory", access.memory)] if access.memory else []
    if access.offset:
        words.append(f"offset={access.offset}")
    if 1 << access.align != natural:
        words.append(f"align={1 << access.align}")
    return words


def _constant(kind: str, value: object) -> str:
    if kind in ("f32", "f64") and isinstance(value, bytes):
        return real(value)
    if kind == "v128" and isinstance(value, bytes):
        return vector(value)
    if kind == "types" and isinstance(value, tuple):
        return f"(result {' '.join(value)})" if value else "(result)"
    if kind == "lanes" and isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)


def vector(content: bytes) -> str:
    """Sixteen bytes, in the lanes that make them easiest to read."""
    lanes = struct.unpack("<4i", content)
    if all(abs(lane) < 1 << 16 for lane in lanes):
        return f"i32x4 {' '.join(map(str, lanes))}"
    reals = [real(content[at : at + 4]) for at in range(0, 16, 4)]
    if all(_plain(text) for text in reals):
        return f"f32x4 {' '.join(reals)}"
    doubles = [real(content[at : at + 8]) for at in range(0, 16, 8)]
    if all(_plain(text) for text in doubles):
        return f"f64x2 {' '.join(doubles)}"
    if max(content) < 128:
        return f"i8x16 {' '.join(map(str, content))}"
    return f"i32x4 {' '.join(f'{lane & 0xFFFFFFFF:#010x}' for lane in lanes)}"


def _plain(text: str) -> bool:
    """Whether it looks like a number that somebody meant."""
    return "nan" not in text and (text in ("inf", "-inf") or text == "0" or 1e-12 < abs(float(text)) < 1e12)
