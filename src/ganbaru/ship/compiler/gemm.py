"""The one kernel that linear layers and convolutions are made of: rows of neighbouring numbers times packed panels.

With channels innermost, what a convolution of stride 1 reads for one place is one stretch of memory, and for the next
place the same one, one place later. So it is a product of matrices whose left one need not be built: row m begins
``m · row_step`` bytes behind the first, and is made of a few stretches (one for each row of a picture's kernel, one for
each tap where it is dilated). The right one is packed in panels of ``4 · vectors`` columns, each with all its K rows.

A tile of ``rows × vectors`` accumulators stays in registers while K is run through: one number of the left, broadcast,
times ``vectors`` vectors of the right, for each row. V8 lifts all loads of a turn to its top, so that a tile of 8
accumulators, its weights and a broadcast fit the 15 registers that x64 has, and no more does.
"""

from dataclasses import dataclass

from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put, store

LANES, WORD = 4, 4


@dataclass(frozen=True)
class Product:
    """One product; addresses and steps in bytes.

    Attributes:
        name: of its function.
        source: where the first stretch of the first row begins.
        stretches: ``(offset, numbers)`` of what a row is made of, in order.
        rows: how many rows.
        row_step: from a row to the next.
        turns: how often all rows are run through, as for a picture's lines.
        turn_step: from a turn's first row to the next turn's.
        columns: how many columns.
        weights: where the panels lie.
        bias: where the columns' biases lie, filled up to whole panels.
        target: where the first row's first column goes.
        target_step: from a row to the next.
        target_turn: from a turn to the next.
        activation: of what is stored.
        tile: rows and vectors of a tile.
    """

    name: str
    source: int
    stretches: tuple[tuple[int, int], ...]
    rows: int
    row_step: int
    columns: int
    weights: int
    bias: int
    target: int
    target_step: int
    activation: Activation
    turns: int = 1
    turn_step: int = 0
    target_turn: int = 0
    tile: tuple[int, int] = (4, 2)

    @property
    def depth(self) -> int:
        """K."""
        return sum(count for _, count in self.stretches)

    @property
    def panel(self) -> int:
        """Columns of a panel."""
        return LANES * self.tile[1]

    @property
    def panels(self) -> int:
        """How many panels; the last one is filled up with zeros."""
        return -(-self.columns // self.panel)


def product(text: Text, one: Product, *, fused: bool) -> None:
    """Writes the function ``$name (panel i32)``, which makes one panel's columns of all rows.

    Args:
        text: where to.
        one: which.
        fused: with relaxed multiply-adds.
    """
    rows, vectors = one.tile
    rows = min(rows, one.rows)
    whole, rest = divmod(one.rows, rows)
    text.comment(
        f"{one.turns * one.rows} x {one.depth} times {one.depth} x {one.columns}, tiles of {rows} x {4 * vectors}"
    )
    with text.block(f"(func ${one.name} (param $panel i32)"):
        _locals(text, rows, vectors)
        text.line(
            put("weights", f"(i32.add {i32(one.weights)} (i32.mul {get('panel')} {i32(one.depth * one.panel * WORD)}))")
        )
        text.line(put("bias", f"(i32.add {i32(one.bias)} (i32.mul {get('panel')} {i32(one.panel * WORD)}))"))
        text.line(put("out", f"(i32.add {i32(one.target)} (i32.mul {get('panel')} {i32(one.panel * WORD)}))"))
        text.line(put("in", i32(one.source)))
        if one.turns > 1:
            text.line(put("turn", i32(one.turns)))
            with text.block("(loop $turns"):
                _turn(text, one, rows, whole, rest, fused)
                text.line(put("in", plus(get("in"), one.turn_step - one.rows * one.row_step)))
                text.line(put("out", plus(get("out"), one.target_turn - one.rows * one.target_step)))
                text.line(put("turn", plus(get("turn"), -1)), f"(br_if $turns {get('turn')})")
        else:
            _turn(text, one, rows, whole, rest, fused)


def _locals(text: Text, rows: int, vectors: int) -> None:
    text.line(
        "(local $weights i32) (local $bias i32) (local $in i32) (local $out i32) (local $left i32) (local $turn i32)"
    )
    text.line("(local $a i32) (local $b i32) (local $end i32) (local $x v128)")
    text.line(" ".join(f"(local $w{v} v128)" for v in range(vectors)))
    for r in range(rows):
        text.line(" ".join(f"(local $s{r}{v} v128)" for v in range(vectors)))


def _turn(text: Text, one: Product, rows: int, whole: int, rest: int, fused: bool) -> None:
    """All rows once: whole tiles in a loop, then what is left."""
    if whole > 1:
        text.line(put("left", i32(whole)))
        with text.block("(loop $tiles"):
            _tile(text, one, rows, fused, "k")
            text.line(put("left", plus(get("left"), -1)), f"(br_if $tiles {get('left')})")
    else:
        _tile(text, one, rows, fused, "k")
    if rest:
        _tile(text, one, rest, fused, "rest")


def _tile(text: Text, one: Product, rows: int, fused: bool, label: str) -> None:
    """So many rows, from the bias to the store; then both pointers stand behind them."""
    vectors = one.tile[1]
    cells = [(r, v) for r in range(rows) for v in range(vectors)]
    for v in range(vectors):
        text.line(put(f"s0{v}", at("v128.load", get("bias"), 16 * v)))
    text.line(*(put(f"s{r}{v}", get(f"s0{v}")) for r, v in cells if r))
    text.line(put("b", get("weights")))
    for number, (offset, count) in enumerate(one.stretches):
        text.line(put("a", plus(get("in"), offset)), put("end", plus(get("a"), count * WORD)))
        with text.block(f"(loop ${label}{number}"):
            _multiply(text, one, rows, fused)
            text.line(put("b", plus(get("b"), 16 * vectors)), put("a", plus(get("a"), WORD)))
            text.line(f"(br_if ${label}{number} (i32.ne {get('a')} {get('end')}))")
    _finish(text, one, cells)
    text.line(put("in", plus(get("in"), rows * one.row_step)), put("out", plus(get("out"), rows * one.target_step)))


def _multiply(text: Text, one: Product, rows: int, fused: bool) -> None:
    vectors = one.tile[1]
    for v in range(vectors):
        text.line(put(f"w{v}", at("v128.load", get("b"), 16 * v)))
    for r in range(rows):
        text.line(put("x", at("v128.load32_splat", get("a"), r * one.row_step)))
        text.line(
            *(put(f"s{r}{v}", multiply_add(get("x"), get(f"w{v}"), get(f"s{r}{v}"), fused)) for v in range(vectors))
        )


def multiply_add(x: str, y: str, total: str, fused: bool) -> str:
    """``x · y + total``."""
    if fused:
        return f"(f32x4.relaxed_madd {x} {y} {total})"
    return f"(f32x4.add {total} (f32x4.mul {x} {y}))"


def _finish(text: Text, one: Product, cells: list[tuple[int, int]]) -> None:
    """Activates and stores; of the last panel only the columns that there are."""
    for r, v in cells:
        text.line(*one.activation.of(f"s{r}{v}"))
    full = [(r, v) for r, v in cells]
    width = one.columns - (one.panels - 1) * one.panel
    if width == one.panel:
        text.line(*(store("v128.store", get("out"), get(f"s{r}{v}"), r * one.target_step + 16 * v) for r, v in full))
        return
    with text.block(f"(if (i32.eq {get('panel')} {i32(one.panels - 1)})"):
        with text.block("(then"):
            for r, v in cells:
                offset, lanes = r * one.target_step + 16 * v, min(LANES, width - LANES * v)
                if lanes == LANES:
                    text.line(store("v128.store", get("out"), get(f"s{r}{v}"), offset))
                else:
                    text.line(*(_lane(f"s{r}{v}", offset, lane) for lane in range(max(0, lanes))))
        if one.panels > 1:
            with text.block("(else"):
                text.line(
                    *(store("v128.store", get("out"), get(f"s{r}{v}"), r * one.target_step + 16 * v) for r, v in full)
                )


def _lane(value: str, offset: int, lane: int) -> str:
    where = offset + WORD * lane
    return f"(v128.store32_lane{f' offset={where}' if where else ''} {lane} {get('out')} {get(value)})"
