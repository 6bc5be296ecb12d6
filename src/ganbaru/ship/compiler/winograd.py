"""Convolutions of a few taps with fewer products: Winograd's way, F(m, r) of `toom_cook`.

Channels and columns stay what they are in `gemm`: for each of the ``n = m + r − 1`` products, the turned input is a
matrix ``(tiles, inputs)``, the turned kernel one ``(inputs, columns)``, and what the tiles make of it a product of
matrices. So a layer is three steps: its input turned, n products, their output turned; kernels are turned at the start.
Of a picture, each line goes this way, and what a kernel of several lines reads is a stretch of each.

Behind nearest upsampling, the columns are the phases of one long kernel, and in each phase every long tap falls on one
of the short ones. So the sum of the taps, which the product at the point 1 takes, is that of the long kernel in every
phase, and one phase's columns of it do for all: ``(n − 1) s + 1`` products for s phases instead of ``n s``.

All layers share their functions, for no shape is worth one of its own: the loops are long. ``$products`` calls
``$product`` for one after the other, which makes its columns in panels of 8: tiles of four rows times two vectors of
columns stay in registers while the channels are run through.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from ganbaru.ship.compiler import turning
from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.gemm import LANES, WORD, multiply_add
from ganbaru.ship.compiler.toom_cook import Form
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put, store

ROWS, VECTORS = 4, 2
PANEL = LANES * VECTORS
_CACHE_LINE = 64
Call = tuple[str, tuple[float, ...]]
"""A function, and what it is told."""


@dataclass(frozen=True)
class Winograd:
    """One convolution; addresses and steps in bytes.

    Attributes:
        name: of the layer.
        form: which F(m, r).
        source: where the first place that is read lies, channels innermost.
        inputs: channels of the source; a multiple of 4.
        lines: of the output; 1 of a sound.
        line_step: from a line of the source to the next.
        high: lines that the kernel has.
        places: of each line of the output; a multiple of m.
        columns: numbers of each; a multiple of the panel.
        phases: of how many groups of columns the taps have the same sum.
        kernel: where the panels of the taps lie, K = high · r · inputs.
        bias: of the columns.
        target: where the first place goes.
        target_step: from a place to the next.
        target_line: from a line to the next.
        activation: of what is stored.
        weights: where the turned panels go.
        turned: where the turned input goes, for each product a matrix ``(source's lines · tiles, inputs)``.
        made: where the products go, each a matrix ``(lines · tiles, columns)``.
        fresh: whether the input has to be turned; else it is, by the one before.
        lined: whether any of the module's is a picture's: functions are shared, and told of lines then.
    """

    name: str
    form: Form
    source: int
    inputs: int
    lines: int
    line_step: int
    high: int
    places: int
    columns: int
    phases: int
    kernel: int
    bias: int
    target: int
    target_step: int
    target_line: int
    activation: Activation
    weights: int = 0
    turned: int = 0
    made: int = 0
    fresh: bool = True
    lined: bool = True

    @property
    def tiles(self) -> int:
        """Of a line, of m places each."""
        return self.places // self.form.places

    @property
    def rows(self) -> int:
        """Of the matrices of products."""
        return self.lines * self.tiles

    @property
    def rows_read(self) -> int:
        """Of the matrices of the turned input."""
        return (self.lines + self.high - 1) * self.tiles

    @property
    def weights_read(self) -> int:
        """Numbers of all matrices of the turned kernel that are read."""
        return self.high * self.inputs * ((self.form.points - 1) * self.columns + self.columns // self.phases)

    @property
    def multiply_adds(self) -> int:
        """Of all products."""
        return self.rows * self.weights_read

    @property
    def weights_bytes(self) -> int:
        """Of the turned kernel."""
        return self.form.points * self._weights_part

    @property
    def turned_bytes(self) -> int:
        """Of the turned input."""
        return self.form.points * self._turned_part

    @property
    def made_bytes(self) -> int:
        """Of all products."""
        return self.form.points * self._made_part

    @property
    def slope(self) -> float | None:
        """Below 0, of activations that are bent there at most: 1 of none, 0 of ReLU. One function serves them all."""
        name = self.activation.name
        slope = {"": 1.0, "relu": 0.0}.get(name, self.activation.numbers.get("slope") if name == "leaky_relu" else None)
        return slope if slope is not None and slope <= 1 else None

    @property
    def output_function(self) -> str:
        """The one that turns its output."""
        return turning.output_name(self.form, self.activation, self.slope)

    @property
    def turning_weights(self) -> Call:
        """What is done at the start."""
        panels, tap = self.columns // PANEL, self.inputs * PANEL * WORD
        told = self.kernel, self.weights, tap, self._weights_part, panels * self.high
        return turning.name("turn_weights", self.form), told

    @property
    def calls(self) -> list[Call]:
        """What is done for each sound, in order."""
        turned = self.source, self.turned, self.tiles, self._place, self._turned_part
        output = self.made, self.made, self.bias, self.target, self.tiles, self._width, self._own, self._made_part
        read = (self.lines + self.high - 1, self.line_step) if self.lined else ()
        made = (self.lines, self.target_line) if self.lined else ()
        bent = () if self.slope is None else (self.slope,)
        return [
            *([(turning.name("turn_input", self.form), turned + read)] if self.fresh else []),
            *self._products,
            (self.output_function, (*output, self.target_step, *made, *bent)),
        ]

    @property
    def _products(self) -> list[Call]:
        """The first product with the columns of one phase, all others with those of all."""
        parts = self._turned_part, self._weights_part, self._made_part
        first = self.turned, self.weights, self.made
        others = tuple(address + part for address, part in zip(first, parts, strict=True))
        shape = self.rows, self._place, *((self.high, self.tiles * self._place) if self.lined else ())
        if self.phases == 1:
            return [("products", (*first, *shape, self._width, self.form.points, *parts))]
        return [
            ("product", (*first, *shape, self._own)),
            ("products", (*others, *shape, self._width, self.form.points - 1, *parts)),
        ]

    @property
    def _place(self) -> int:
        return self.inputs * WORD

    @property
    def _width(self) -> int:
        return self.columns * WORD

    @property
    def _own(self) -> int:
        """Bytes of a row of the first product."""
        return self._width // self.phases

    @property
    def _turned_part(self) -> int:
        """From a product's turned input to the next one's.

        A line of the cache more than it takes: the numbers of one place would else lie a power of two apart, and a
        cache has room for few that do.
        """
        return self.rows_read * self._place + _CACHE_LINE

    @property
    def _made_part(self) -> int:
        """Likewise."""
        return self.rows * self._width + _CACHE_LINE

    @property
    def _weights_part(self) -> int:
        return self.high * self.inputs * self._width


def write_weights(text: Text, kernels: Sequence[Winograd]) -> None:
    """Writes what turns kernels, for each form."""
    for form in sorted({one.form for one in kernels}):
        turning.write_weights(text, form)


def write(text: Text, kernels: Sequence[Winograd], *, fused: bool) -> None:
    """Writes ``$product`` and ``$products``, and what turns input and output, each once."""
    lined = any(one.lined for one in kernels)
    if kernels:
        _product(text, {one.rows for one in kernels}, lined, fused)
        _products(text, lined)
    for form in sorted({one.form for one in kernels}):
        text.comment(f"{form}: {form.points} products for {form.places} places of {form.taps} taps")
        turning.write_input(text, form, lined=lined, fused=fused)
    for one in {one.output_function: one for one in kernels}.values():
        turning.write_output(text, one.form, one.activation, one.slope, lined=lined, fused=fused)


def notes(one: Winograd) -> dict[str, str]:
    """A line for each function that a kernel calls."""
    way = f"for Winograd's {one.form}"
    then = "a slope below 0" if one.slope is not None else one.activation.name
    return {
        "product": "a product of matrices, one of those that Winograd's way makes of a convolution",
        "products": "several of them",
        turning.name("turn_panel", one.form): f"sums of neighbouring taps, {way}, of one panel",
        turning.name("turn_weights", one.form): "of all panels",
        turning.name("turn_input", one.form): f"sums of neighbouring places, {way}",
        one.output_function: f"sums of products, {way}; then bias and {then}",
    }


_ADDRESSES = ("left", "right", "to")


def _told(lined: bool) -> tuple[str, ...]:
    """What ``$product`` is."""
    return (*_ADDRESSES, "rows", "place", *(("high", "line") if lined else ()), "width")


def _products(text: Text, lined: bool) -> None:
    """So many products, whose matrices lie parts apart."""
    told = (*_told(lined), "count", *(f"{each}_part" for each in _ADDRESSES))
    with (
        text.block(f"(func $products {turning.parameters(told)} (local $number i32)"),
        text.loop("products", "number", i32(0), get("count"), 1),
    ):
        text.line(f"(call $product {' '.join(map(get, _told(lined)))})")
        text.line(*(put(each, f"(i32.add {get(each)} {get(f'{each}_part')})") for each in _ADDRESSES))


def _product(text: Text, rows: set[int], lined: bool, fused: bool) -> None:
    """Of matrices of so many rows.

    Rows of the left one are ``high`` stretches of a place, which lie ``line`` apart, or one stretch where nothing is
    lined; each begins a place behind the row before. Rows of the target follow each other, and so do panels of the
    right one.
    """
    text.comment(f"tiles of {ROWS} rows x {PANEL} columns")
    with text.block(f"(func $product {turning.parameters(_told(lined))}"):
        text.line("(local $row i32) (local $out i32) (local $count i32) (local $last i32) (local $stop i32)")
        text.line("(local $a i32) (local $b i32) (local $end i32) (local $x v128)")
        text.line(" ".join(f"(local $w{v} v128)" for v in range(VECTORS)))
        for r in range(ROWS):
            text.line(" ".join(f"(local $s{r}{v} v128)" for v in range(VECTORS)))
        text.line(put("last", f"(i32.add {get('to')} {get('width')})"))
        with text.block("(loop $panels"):
            _panel(text, rows, lined, fused)
            depth = f"(i32.mul {get('place')} {get('high')})" if lined else get("place")
            text.line(put("right", f"(i32.add {get('right')} (i32.mul {depth} {i32(PANEL)}))"))
            text.line(put("to", plus(get("to"), PANEL * WORD)), f"(br_if $panels (i32.ne {get('to')} {get('last')}))")


def _panel(text: Text, rows: set[int], lined: bool, fused: bool) -> None:
    """All rows of one panel's columns: by fours, then two, then one, as far as any matrix needs them."""
    text.line(put("row", get("left")), put("out", get("to")))
    if any(count >= ROWS for count in rows):
        text.line(put("count", f"(i32.shr_u {get('rows')} {i32(2)})"))
        with ExitStack() as within:
            if any(count < ROWS for count in rows):
                within.enter_context(text.block(f"(if {get('count')}"))
                within.enter_context(text.block("(then"))
            within.enter_context(text.block("(loop $tiles"))
            _tile(text, ROWS, lined, fused)
            text.line(put("count", plus(get("count"), -1)), f"(br_if $tiles {get('count')})")
    for rest in (2, 1):
        if any(count & rest for count in rows):
            with text.block(f"(if (i32.and {get('rows')} {i32(rest)})"), text.block("(then"):
                _tile(text, rest, lined, fused)


def _tile(text: Text, rows: int, lined: bool, fused: bool) -> None:
    """So many rows; then both pointers stand behind them."""
    cells = [(r, v) for r in range(rows) for v in range(VECTORS)]
    text.line(*(put(f"s{r}{v}", "(v128.const i32x4 0 0 0 0)") for r, v in cells))
    text.line(put("a", get("row")), put("b", get("right")))
    if lined:
        text.line(put("stop", f"(i32.add {get('row')} (i32.mul {get('high')} {get('line')}))"))
        with text.block(f"(loop $lines{rows}"):
            _channels(text, rows, fused)
            text.line(put("a", f"(i32.add {get('a')} (i32.sub {get('line')} {get('place')}))"))
            text.line(f"(br_if $lines{rows} (i32.ne {get('a')} {get('stop')}))")
    else:
        _channels(text, rows, fused)
    for r in range(rows):
        text.line(*(store("v128.store", get("out"), get(f"s{r}{v}"), 16 * v) for v in range(VECTORS)))
        text.line(put("out", f"(i32.add {get('out')} {get('width')})"))
    text.line(put("row", f"(i32.add {get('row')} (i32.mul {get('place')} {i32(rows)}))"))


def _channels(text: Text, rows: int, fused: bool) -> None:
    """A stretch of each row, times so much of the panel."""
    text.line(put("end", f"(i32.add {get('a')} {get('place')})"))
    with text.block(f"(loop $channels{rows}"):
        _multiply(text, rows, fused)
        text.line(put("b", plus(get("b"), 16 * VECTORS)), put("a", plus(get("a"), WORD)))
        text.line(f"(br_if $channels{rows} (i32.ne {get('a')} {get('end')}))")


def _multiply(text: Text, rows: int, fused: bool) -> None:
    """One number of each row, times the panel's."""
    for v in range(VECTORS):
        text.line(put(f"w{v}", at("v128.load", get("b"), 16 * v)))
    left = get("a")
    for r in range(rows):
        text.line(put("x", at("v128.load32_splat", left)))
        for v in range(VECTORS):
            text.line(put(f"s{r}{v}", multiply_add(get("x"), get(f"w{v}"), get(f"s{r}{v}"), fused)))
        left = f"(i32.add {left} {get('place')})"
