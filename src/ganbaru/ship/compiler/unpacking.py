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
Precision = Literal["fp32", "fp16", "int8"]
BYTES = {"fp32": 4, "fp16": 2, "int8": 1}


@dataclass(frozen=True)
class Placement:
    """One matrix that is added into the panels of a product.

    Attributes:
        source: where it is shipped, ``(rows, columns)``.
        scales: where the factors of its columns lie, for int8.
        target: where the panels begin.
        rows: of the matrix.
        columns: of the matrix.
        row: of the product's right side, where its first one goes.
        column: likewise.
        depth: K of the product.
        panel: columns of a panel.
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
    """Numbers ``(…, columns)`` as bytes, and for int8 a factor for each column: the largest becomes ±127."""
    if precision == "fp32":
        return values.astype("<f4").tobytes(), None
    if precision == "fp16":
        return values.astype("<f2").tobytes(), None
    largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(values / scales).astype(np.int8).tobytes(), scales


def write(text: Text, parcel: Parcel, turned: Sequence[str]) -> None:
    """Writes ``$place``, which adds matrices into panels, and ``$unpack``, which does all that is done at the start.

    Args:
        text: where to.
        parcel: what is placed.
        turned: the calls that turn weights of products then.
    """
    _decode(text, parcel.precision)
    told = ("table", "count", "scales", "target", "rows", "columns", "depth", "panel")
    with text.block(f"(func $place {' '.join(f'(param ${name} i32)' for name in told)}"):
        text.line("(local $source i32) (local $row i32) (local $column i32)")
        text.line("(local $left i32) (local $r i32) (local $c i32) (local $n i32) (local $to i32)")
        with text.loop("matrices", "left", i32(0), get("count"), 1):
            for number, name in enumerate(("source", "row", "column")):
                text.line(put(name, at("i32.load", get("table"), 4 * number)))
            text.line(put("table", plus(get("table"), 12)))
            _one_matrix(text, parcel.precision)
    with text.block("(func $unpack"):
        text.line(*(f"(call $place {' '.join(map(i32, given))})" for given in parcel.tables))
        text.line(*turned)


def _one_matrix(text: Text, precision: Precision) -> None:
    with text.loop("rows", "r", i32(0), get("rows"), 1), text.loop("columns", "c", i32(0), get("columns"), 1):
        text.line(put("n", f"(i32.add {get('column')} {get('c')})"))
        place = f"(i32.mul (i32.add (i32.mul (i32.div_u {get('n')} {get('panel')}) {get('depth')}) "
        place += f"(i32.add {get('row')} {get('r')})) {get('panel')})"
        number = f"(i32.add {place} (i32.rem_u {get('n')} {get('panel')}))"
        text.line(put("to", f"(i32.add {get('target')} (i32.shl {number} {i32(2)}))"))
        value = f"(call $weight {get('source')})"
        if precision == "int8":
            value = f"(f32.mul {value} (f32.load (i32.add {get('scales')} (i32.shl {get('c')} {i32(2)}))))"
        text.line(f"(f32.store {get('to')} (f32.add (f32.load {get('to')}) {value}))")
        text.line(put("source", plus(get("source"), BYTES[precision])))


def _decode(text: Text, precision: Precision) -> None:
    with text.block("(func $weight (param $from i32) (result f32) (local $bits i32)"):
        if precision == "fp32":
            text.line(f"(f32.load {get('from')})")
        elif precision == "int8":
            text.line(f"(f32.convert_i32_s (i32.load8_s {get('from')}))")
        else:
            text.comment("a half: its exponent and fraction, shifted, are a single one 2^112 too small")
            text.line(put("bits", f"(i32.load16_u {get('from')})"))
            size = f"(i32.shl (i32.and {get('bits')} (i32.const 0x7fff)) {i32(13)})"
            sign = f"(i32.shl (i32.and {get('bits')} (i32.const 0x8000)) {i32(16)})"
            scaled = f"(f32.mul (f32.reinterpret_i32 {size}) (f32.const 0x1p112))"
            text.line(f"(f32.reinterpret_i32 (i32.or (i32.reinterpret_f32 {scaled}) {sign}))")
