"""Weights: as they are shipped, and what is done at the start to have them as the kernels want them.

They are shipped tap by tap, each a matrix ``(C_in, C_out)``, in the precision that was chosen, and decoded once. A
convolution behind nearest upsampling is shipped with its long kernel, which is smaller than its phases, and folded
then: taps that fall on one place of the short input are summed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
        scales: where the factors of its columns lie, for whole numbers.
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
    """

    memory: Memory
    precision: Precision
    pieces: list[tuple[int, bytes]] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    tables: list[tuple[int, ...]] = field(default_factory=list)

    def numbers(self, values: Array) -> int:
        """Ships numbers as they are, float32; their address."""
        return self._piece(np.ascontiguousarray(values, dtype="<f4").tobytes())

    def doubles(self, values: Array) -> int:
        """Likewise, float64."""
        return self._piece(np.ascontiguousarray(values, dtype="<f8").tobytes())

    def matrices(self, values: Array) -> tuple[list[int], int]:
        """Ships ``(taps, C_in, C_out)`` in the precision chosen.

        Returns:
            Address of each tap's matrix, and that of the factors of the columns (0 where there are none).
        """
        taps, rows, columns = values.shape
        encoded, scales = encode(values, self.precision)
        address = self._piece(encoded)
        step = rows * columns * BYTES[self.precision]
        return [address + tap * step for tap in range(taps)], 0 if scales is None else self.numbers(scales)

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
        return values.astype("<f4").tobytes(), None
    if precision == "fp16":
        return values.astype("<f2").tobytes(), None
    largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
    scales = np.where(largest > 0, largest / _LARGEST[precision], 1).astype(np.float32)
    return np.rint(values / scales).astype(np.int8).tobytes(), scales


def write(text: Text, parcel: Parcel, turned: Sequence[str]) -> None:
    """Writes ``$place``, which adds matrices into panels, and ``$unpack``, which does all that is done at the start.

    Args:
        text: where to.
        parcel: what is placed.
        turned: the calls that turn weights of products then.
    """
    _decode(text, parcel.precision)
    _decode_four(text, parcel.precision)
    told = ("table", "count", "scales", "target", "rows", "columns", "depth", "panel")
    with text.block(f"(func $place {' '.join(f'(param ${name} i32)' for name in told)}"):
        text.line("(local $source i32) (local $row i32) (local $column i32) (local $end i32)")
        text.line("(local $left i32) (local $r i32) (local $n i32) (local $to i32) (local $shift i32)")
        text.line(put("shift", f"(i32.ctz {get('panel')})"))
        with text.loop("matrices", "left", i32(0), get("count"), 1):
            for number, name in enumerate(("source", "row", "column")):
                text.line(put(name, at("i32.load", get("table"), 4 * number)))
            text.line(put("table", plus(get("table"), 12)))
            text.line(put("end", f"(i32.add {get('column')} {get('columns')})"))
            _one_matrix(text, parcel.precision)
    with text.block("(func $unpack"):
        text.line(*(f"(call $place {' '.join(map(i32, given))})" for given in parcel.tables))
        text.line(*turned)


def _one_matrix(text: Text, precision: Precision) -> None:
    """Adds one matrix, four columns at a time where four are left and lie together, else one."""
    with text.loop("rows", "r", i32(0), get("rows"), 1):
        text.line(put("n", get("column")))
        with text.block("(loop $columns"):
            place = f"(i32.shl (i32.add (i32.mul (i32.shr_u {get('n')} {get('shift')}) {get('depth')}) "
            place += f"(i32.add {get('row')} {get('r')})) {get('shift')})"
            number = f"(i32.add {place} (i32.and {get('n')} {plus(get('panel'), -1)}))"
            text.line(put("to", f"(i32.add {get('target')} (i32.shl {number} {i32(2)}))"))
            last = f"(i32.gt_u {plus(get('n'), 4)} {get('end')})"
            with text.block(f"(if (i32.or (i32.and {get('n')} {i32(3)}) {last})"):
                with text.block("(then"):
                    _add(text, precision, "f32", 1)
                with text.block("(else"):
                    _add(text, precision, "v128", 4)
            text.line(f"(br_if $columns (i32.lt_u {get('n')} {get('end')}))")


def _add(text: Text, precision: Precision, kind: str, count: int) -> None:
    """Adds one weight, or four, to what is there."""
    arithmetic, decoded = ("f32x4", "weights") if count > 1 else ("f32", "weight")
    value = f"(call ${decoded} {get('source')})"
    if precision in _LARGEST:
        scale = f"(i32.add {get('scales')} (i32.shl (i32.sub {get('n')} {get('column')}) {i32(2)}))"
        value = f"({arithmetic}.mul {value} ({kind}.load {scale}))"
    text.line(f"({kind}.store {get('to')} ({arithmetic}.add ({kind}.load {get('to')}) {value}))")
    text.line(put("source", plus(get("source"), count * BYTES[precision])), put("n", plus(get("n"), count)))


def _decode(text: Text, precision: Precision) -> None:
    with text.block("(func $weight (param $from i32) (result f32) (local $bits i32)"):
        if precision == "fp32":
            text.line(f"(f32.load {get('from')})")
        elif precision in _LARGEST:
            text.line(f"(f32.convert_i32_s (i32.load8_s {get('from')}))")
        else:
            text.comment("a half: its exponent and fraction, shifted, are a single one 2^112 too small")
            text.line(put("bits", f"(i32.load16_u {get('from')})"))
            size = f"(i32.shl (i32.and {get('bits')} (i32.const 0x7fff)) {i32(13)})"
            sign = f"(i32.shl (i32.and {get('bits')} (i32.const 0x8000)) {i32(16)})"
            scaled = f"(f32.mul (f32.reinterpret_i32 {size}) (f32.const 0x1p112))"
            text.line(f"(f32.reinterpret_i32 (i32.or (i32.reinterpret_f32 {scaled}) {sign}))")


def _decode_four(text: Text, precision: Precision) -> None:
    with text.block("(func $weights (param $from i32) (result v128) (local $bits v128)"):
        if precision == "fp32":
            text.line(f"(v128.load {get('from')})")
        elif precision in _LARGEST:
            wide = f"(i16x8.extend_low_i8x16_s (v128.load32_zero {get('from')}))"
            text.line(f"(f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s {wide}))")
        else:
            text.line(put("bits", f"(i32x4.extend_low_i16x8_u (v128.load64_zero {get('from')}))"))
            size = f"(i32x4.shl (v128.and {get('bits')} (i32x4.splat (i32.const 0x7fff))) {i32(13)})"
            sign = f"(i32x4.shl (v128.and {get('bits')} (i32x4.splat (i32.const 0x8000))) {i32(16)})"
            text.line(f"(v128.or (f32x4.mul {size} (f32x4.splat (f32.const 0x1p112))) {sign})")
