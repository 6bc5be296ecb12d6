"""Weights: as they are shipped, and what is done at the start to have them as the kernels want them.

They are shipped tap by tap, each a matrix ``(C_in, C_out)``, in the precision that was chosen, and decoded once. A
convolution behind nearest upsampling is shipped with its long kernel, which is smaller than its phases, and folded
then: taps that fall on one place of the short input are summed.

Floating-point weights are shipped in planes: the lowest byte of all of a layer's, then the next one's. A fraction's
bytes are noise, which nothing can pack, but exponents are few and alike, and side by side they take a third. So that
an exponent is a byte of its own, the bits of a single one are turned about by one, the sign behind the fraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from ganbaru.ship.compiler.memory import Memory
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put

Array = np.ndarray[Any, Any]
Precision = Literal["fp32", "fp16", "int8", "int7", "int6", "int5"]
"""Whole numbers of fewer bits lie in a byte each all the same; what packs files on their way, as servers do, gains."""
BYTES: dict[Precision, int] = {"fp32": 4, "fp16": 2, "int8": 1, "int7": 1, "int6": 1, "int5": 1}
_LARGEST = {"int8": 127, "int7": 63, "int6": 31, "int5": 15}


@dataclass(frozen=True)
class Placement:
    """One matrix that is added into the panels of a product.

    Attributes:
        source: where it is shipped, ``(rows, columns)``.
        scales: where the factors of its columns lie, for whole numbers; else, how far planes lie apart.
        target: where the panels begin.
        rows: of the matrix.
        columns: of the matrix.
        row: of the product's right side, where its first one goes.
        column: likewise.
        depth: K of the product.
        panel: columns of a panel, a power of two.
    """

    source: int
    scales: int
    target: int
    rows: int
    columns: int
    row: int
    column: int
    depth: int
    panel: int


@dataclass
class Parcel:
    """What is shipped: bytes at addresses, and what is to be done with them.

    Attributes:
        memory: where regions are taken.
        precision: of the weights; biases and factors stay fp32.
        pieces: address and bytes of each.
        placements: in order.
        tables: of `tabled`.
        sources: regions of the matrices, which are read at the start alone, from 0 until they are `settled`.
        shipped: address there and bytes of each.
    """

    memory: Memory
    precision: Precision
    pieces: list[tuple[int, bytes]] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    tables: list[tuple[int, ...]] = field(default_factory=list)
    sources: Memory = field(default_factory=lambda: Memory(0))
    shipped: list[tuple[int, bytes]] = field(default_factory=list)

    def numbers(self, values: Array) -> int:
        """Ships numbers as they are, float32; their address."""
        return self._piece(np.ascontiguousarray(values, dtype="<f4").tobytes())

    def doubles(self, values: Array) -> int:
        """Likewise, float64."""
        return self._piece(np.ascontiguousarray(values, dtype="<f8").tobytes())

    def matrices(self, values: Array) -> tuple[list[int], int]:
        """Ships ``(taps, C_in, C_out)`` in the precision chosen.

        Returns:
            Address of each tap's matrix among the sources (in the first plane), and `Placement.scales`.
        """
        taps, rows, columns = values.shape
        encoded, scales = encode(values, self.precision)
        address = self.sources.take(len(encoded))
        self.shipped.append((address, encoded))
        beside = values.size if scales is None else self.numbers(scales)
        return [address + tap * rows * columns for tap in range(taps)], beside

    def settled(self, base: int) -> None:
        """Lays the sources where they may be written over once all of them are placed."""
        self.pieces += [(base + address, data) for address, data in self.shipped]
        self.placements = [replace(one, source=base + one.source) for one in self.placements]
        self.memory.end = max(self.memory.end, base + self.sources.end)

    def tabled(self) -> None:
        """Ships where the matrices go: a table for each product, of where each is shipped, its first row and column."""
        together: dict[tuple[int, ...], list[Placement]] = {}
        told: tuple[int, ...]
        for one in self.placements:
            told = (one.scales, one.target, one.rows, one.columns, one.depth, one.panel)
            together.setdefault(told, []).append(one)
        for told, ones in together.items():
            table = np.array([(one.source, one.row, one.column) for one in ones], dtype="<i4")
            self.tables.append((self._piece(table.tobytes()), len(ones), *told))

    def _piece(self, data: bytes) -> int:
        address = self.memory.take(len(data))
        self.pieces.append((address, data))
        return address


def encode(values: Array, precision: Precision) -> tuple[bytes, Array | None]:
    """Numbers ``(…, columns)`` as bytes; for whole ones, a factor for each column: its largest becomes the largest."""
    if precision == "fp32":
        bits = values.astype("<f4").ravel().view("<u4")
        return _planes(bits << 1 | bits >> 31), None
    if precision == "fp16":
        return _planes(values.astype("<f2").ravel()), None
    largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
    scales = np.where(largest > 0, largest / _LARGEST[precision], 1).astype(np.float32)
    return np.rint(values / scales).astype(np.int8).tobytes(), scales


def _planes(values: Array) -> bytes:
    """The lowest byte of each, then the next one's."""
    return values.view(np.uint8).reshape(len(values), -1).T.tobytes()


def write(text: Text, parcel: Parcel, turned: Sequence[str]) -> None:
    """Writes ``$place``, which adds matrices into panels, and ``$unpack``, which does all that is done at the start.

    Args:
        text: where to.
        parcel: what is placed.
        turned: the calls that turn weights of products then.
    """
    _row(text, parcel.precision)
    told = ("table", "count", "scales", "target", "rows", "columns", "depth", "panel")
    with text.block(f"(func $place {' '.join(f'(param ${name} i32)' for name in told)}"):
        text.line("(local $source i32) (local $to i32) (local $column i32)")
        text.line("(local $left i32) (local $r i32) (local $line i32)")
        text.line(put("line", f"(i32.shl {get('panel')} {i32(2)})"))
        with text.loop("matrices", "left", i32(0), get("count"), 1):
            text.line(put("source", at("i32.load", get("table"))), put("column", at("i32.load", get("table"), 8)))
            text.comment("the first column's panel, its first row, and the column in it")
            panel = f"(i32.mul (i32.div_u {get('column')} {get('panel')}) {get('depth')})"
            row = f"(i32.mul (i32.add {panel} {at('i32.load', get('table'), 4)}) {get('line')})"
            column = f"(i32.shl (i32.rem_u {get('column')} {get('panel')}) {i32(2)})"
            text.line(put("to", f"(i32.add {get('target')} (i32.add {row} {column}))"))
            text.line(put("table", plus(get("table"), 12)))
            with text.loop("rows", "r", i32(0), get("rows"), 1):
                mask, over = plus(get("panel"), -1), f"(i32.mul {plus(get('depth'), -1)} {get('line')})"
                given = ("source", "scales", "to", "column", "columns")
                text.line(f"(call $row {' '.join(map(get, given))} {mask} {over})")
                text.line(put("source", f"(i32.add {get('source')} {get('columns')})"))
                text.line(put("to", f"(i32.add {get('to')} {get('line')})"))
    with text.block("(func $unpack"):
        text.line(*(f"(call $place {' '.join(map(i32, given))})" for given in parcel.tables))
        text.line(*turned)


def _row(text: Text, precision: Precision) -> None:
    """Writes ``$row``, which adds a row of a matrix, four columns at a time where four are left and lie together.

    It is called for each row, so that an engine may put quicker code in its place while weights are unpacked. Its
    ``mask`` is one less than a panel's columns; ``over`` leads from a panel's end to the same row of the next one.
    """
    told = ("source", "scales", "to", "n", "columns", "mask", "over")
    with text.block(f"(func $row {' '.join(f'(param ${name} i32)' for name in told)}"):
        text.line("(local $end i32) (local $bits i32) (local $x v128)")
        text.line(put("end", f"(i32.add {get('n')} {get('columns')})"))
        with text.block("(loop $columns"):
            last = f"(i32.gt_u {plus(get('n'), 4)} {get('end')})"
            with text.block(f"(if (i32.or (i32.and {get('n')} {i32(3)}) {last})"):
                with text.block("(then"):
                    _add(text, precision, 1)
                with text.block("(else"):
                    _add(text, precision, 4)
            with text.block(f"(if (i32.eqz (i32.and {get('n')} {get('mask')}))"), text.block("(then"):
                text.line(put("to", f"(i32.add {get('to')} {get('over')})"))
            text.line(f"(br_if $columns (i32.lt_u {get('n')} {get('end')}))")


def _add(text: Text, precision: Precision, count: int) -> None:
    """Adds one weight, or four, to what is there, and moves on."""
    kind, arithmetic, decode = ("v128", "f32x4", _four) if count > 1 else ("f32", "f32", _one)
    value = decode(text, precision)
    if precision in _LARGEST:
        value = f"({arithmetic}.mul {value} ({kind}.load {get('scales')}))"
    text.line(f"({kind}.store {get('to')} ({arithmetic}.add ({kind}.load {get('to')}) {value}))")
    moved = {"source": count, "to": 4 * count, "n": count, **({"scales": 4 * count} if precision in _LARGEST else {})}
    text.line(*(put(name, plus(get(name), by)) for name, by in moved.items()))


def _one(text: Text, precision: Precision) -> str:
    """A weight; what it takes to have it is written."""
    if precision in _LARGEST:
        return f"(f32.convert_i32_s (i32.load8_s {get('source')}))"
    text.line(put("bits", _plane("i32.load8_u", 0)))
    for number in range(1, BYTES[precision]):
        text.line(put("bits", f"(i32.or {get('bits')} (i32.shl {_plane('i32.load8_u', number)} {i32(8 * number)}))"))
    if precision == "fp32":
        return f"(f32.reinterpret_i32 (i32.rotr {get('bits')} {i32(1)}))"
    text.comment("a half: its exponent and fraction, shifted, are a single one 2^112 too small")
    size = f"(i32.shl (i32.and {get('bits')} (i32.const 0x7fff)) {i32(13)})"
    sign = f"(i32.shl (i32.and {get('bits')} (i32.const 0x8000)) {i32(16)})"
    scaled = f"(f32.mul (f32.reinterpret_i32 {size}) (f32.const 0x1p112))"
    return f"(f32.reinterpret_i32 (i32.or (i32.reinterpret_f32 {scaled}) {sign}))"


def _four(text: Text, precision: Precision) -> str:
    """Likewise four."""
    if precision in _LARGEST:
        wide = f"(i16x8.extend_low_i8x16_s {_plane('v128.load32_zero', 0)})"
        return f"(f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s {wide}))"
    planes = [_plane("v128.load32_zero", number) for number in range(BYTES[precision])]
    pairs = [_alternating(1, *planes[number : number + 2]) for number in range(0, len(planes), 2)]
    if precision == "fp32":
        text.line(put("x", _alternating(2, *pairs)))
        return f"(v128.or (i32x4.shr_u {get('x')} {i32(1)}) (i32x4.shl {get('x')} {i32(31)}))"
    text.line(put("x", f"(i32x4.extend_low_i16x8_u {pairs[0]})"))
    size = f"(i32x4.shl (v128.and {get('x')} (i32x4.splat (i32.const 0x7fff))) {i32(13)})"
    sign = f"(i32x4.shl (v128.and {get('x')} (i32x4.splat (i32.const 0x8000))) {i32(16)})"
    return f"(v128.or (f32x4.mul {size} (f32x4.splat (f32.const 0x1p112))) {sign})"


def _plane(load: str, number: int) -> str:
    """What lies in a plane."""
    far = get("scales") if number == 1 else f"(i32.mul {get('scales')} {i32(number)})"
    where = f"(i32.add {get('source')} {far})" if number else get("source")
    return f"({load} {where})"


def _alternating(size: int, first: str, second: str) -> str:
    """So many bytes of one vector, then of another, and on, from the lower half of each."""
    order = [side + place + byte for place in range(0, 8, size) for side in (0, 16) for byte in range(size)]
    return f"(i8x16.shuffle {' '.join(map(str, order))} {first} {second})"
