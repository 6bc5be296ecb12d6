"""Convolutions of three taps with two thirds of the products: Winograd's F(2, 3).

Two neighbouring places of the output, three taps each, are six products; ``m₀ = (d₀ − d₂) g₀``,
``m₁ = (d₁ + d₂)(g₀ + g₁ + g₂)/2``, ``m₂ = (d₂ − d₁)(g₀ − g₁ + g₂)/2``, ``m₃ = (d₁ − d₃) g₂`` are four, and
``y₀ = m₀ + m₁ + m₂``, ``y₁ = m₁ − m₂ − m₃`` (Lavin & Gray 2016, "Fast algorithms for convolutional neural networks",
section 4.1). Input and weights are turned into these sums first, the weights once for all; then each m is a product of
matrices over the channels.

A tile keeps one set of accumulators and runs through the channels four times, m₁, m₂, m₀ and −m₃, so that no more is in
registers than in a plain product; what y₁ needs of the first two waits in memory meanwhile.
"""

from dataclasses import dataclass

from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.gemm import multiply_add
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put, splat, store

WORD, LANES, PARTS = 4, 4, 4


@dataclass(frozen=True)
class Winograd:
    """One convolution; addresses and steps in bytes.

    Attributes:
        name: of its function; ``name_turn`` turns the input, ``name_weights`` the weights.
        source: where the place before the first lies, channels innermost.
        inputs: channels of the source; a multiple of 4.
        rows: places of the output; even.
        columns: numbers of each; a multiple of the panel.
        kernel: where the panels of the three taps lie, K = 3 · inputs.
        weights: where the turned panels go.
        turned: where the turned input goes, for each m a matrix ``(rows / 2, inputs)``.
        waiting: room for a tile.
        bias: of the columns.
        target: where the first place goes.
        target_step: from a place to the next.
        activation: of what is stored.
        tile: pairs of places and vectors of a tile.
    """

    name: str
    source: int
    inputs: int
    rows: int
    columns: int
    kernel: int
    weights: int
    turned: int
    waiting: int
    bias: int
    target: int
    target_step: int
    activation: Activation
    tile: tuple[int, int]

    @property
    def panel(self) -> int:
        """Columns of a panel."""
        return LANES * self.tile[1]

    @property
    def panels(self) -> int:
        """How many."""
        return self.columns // self.panel

    @property
    def part(self) -> int:
        """Bytes of the turned input of one m."""
        return self.rows // 2 * self.inputs * WORD

    @property
    def panel_bytes(self) -> int:
        """Of the turned weights of one panel."""
        return PARTS * self.inputs * self.panel * WORD


def write(text: Text, one: Winograd, *, fused: bool) -> None:
    """Writes the two functions that run."""
    _input(text, one)
    _panel(text, one, fused)


def write_weights(text: Text, one: Winograd) -> None:
    """Writes what is done once: ``g₀``, ``(g₀ + g₁ + g₂)/2``, ``(g₀ − g₁ + g₂)/2``, ``−g₂`` of every panel."""
    tap = one.inputs * one.panel * WORD
    with text.block(
        f"(func ${one.name}_weights (local $from i32) (local $to i32) (local $panel i32) (local $left i32)"
    ):
        text.line("(local $first v128) (local $second v128) (local $third v128)")
        text.line(put("from", i32(one.kernel)), put("to", i32(one.weights)))
        with text.loop("panels", "panel", i32(0), i32(one.panels), 1):
            with text.loop("numbers", "left", i32(0), i32(tap), LANES * WORD):
                for number, local in enumerate(("first", "second", "third")):
                    text.line(put(local, at("v128.load", get("from"), number * tap)))
                ends = f"(f32x4.add {get('first')} {get('third')})"
                text.line(store("v128.store", get("to"), get("first")))
                for number, sign in ((1, "add"), (2, "sub")):
                    half = f"(f32x4.mul {splat(0.5)} (f32x4.{sign} {ends} {get('second')}))"
                    text.line(store("v128.store", get("to"), half, number * tap))
                text.line(store("v128.store", get("to"), f"(f32x4.neg {get('third')})", 3 * tap))
                text.line(put("from", plus(get("from"), LANES * WORD)), put("to", plus(get("to"), LANES * WORD)))
            text.line(put("from", plus(get("from"), 2 * tap)), put("to", plus(get("to"), 3 * tap)))


def _input(text: Text, one: Winograd) -> None:
    """``d₀ − d₂``, ``d₁ + d₂``, ``d₂ − d₁``, ``d₁ − d₃`` of every pair of places."""
    place = one.inputs * WORD
    with text.block(f"(func ${one.name}_turn (local $from i32) (local $to i32) (local $pair i32) (local $channel i32)"):
        text.line("(local $d0 v128) (local $d1 v128) (local $d2 v128) (local $d3 v128)")
        text.line(put("from", i32(one.source)), put("to", i32(one.turned)))
        with text.loop("pairs", "pair", i32(0), i32(one.rows // 2), 1):
            with text.loop("channels", "channel", i32(0), i32(place), LANES * WORD):
                for number in range(PARTS):
                    text.line(put(f"d{number}", at("v128.load", get("from"), number * place)))
                sums = (("sub", "d0", "d2"), ("add", "d1", "d2"), ("sub", "d2", "d1"), ("sub", "d1", "d3"))
                for number, (how, x, y) in enumerate(sums):
                    text.line(store("v128.store", get("to"), f"(f32x4.{how} {get(x)} {get(y)})", number * one.part))
                text.line(put("from", plus(get("from"), LANES * WORD)), put("to", plus(get("to"), LANES * WORD)))
            text.line(put("from", plus(get("from"), place)))


def _panel(text: Text, one: Winograd, fused: bool) -> None:
    pairs, vectors = one.tile
    whole, rest = divmod(one.rows // 2, pairs)
    text.comment(f"{one.rows} places, {one.inputs} channels to {one.columns}, three taps by F(2, 3)")
    with text.block(f"(func ${one.name} (param $panel i32)"):
        text.line("(local $weights i32) (local $bias i32) (local $in i32) (local $out i32) (local $left i32)")
        text.line("(local $a i32) (local $b i32) (local $end i32) (local $x v128) (local $y v128)")
        text.line(" ".join(f"(local $w{v} v128)" for v in range(vectors)))
        for r in range(pairs):
            text.line(" ".join(f"(local $s{r}{v} v128)" for v in range(vectors)))
        for local, base, step in (
            ("weights", one.weights, one.panel_bytes),
            ("bias", one.bias, one.panel * WORD),
            ("out", one.target, one.panel * WORD),
        ):
            text.line(put(local, f"(i32.add {i32(base)} (i32.mul {get('panel')} {i32(step)}))"))
        text.line(put("in", i32(one.turned)))
        if whole:
            text.line(put("left", i32(whole)))
            with text.block("(loop $tiles"):
                _tile(text, one, pairs, fused, "k")
                text.line(put("left", plus(get("left"), -1)), f"(br_if $tiles {get('left')})")
        if rest:
            _tile(text, one, rest, fused, "rest")


def _tile(text: Text, one: Winograd, pairs: int, fused: bool, label: str) -> None:
    cells = [(r, v) for r in range(pairs) for v in range(one.tile[1])]
    places = {cell: 16 * number for number, cell in enumerate(cells)}
    _cleared(text, cells)
    _accumulate(text, one, pairs, fused, 1, label)
    text.line(*(store("v128.store", i32(one.waiting), get(f"s{r}{v}"), places[r, v]) for r, v in cells))
    _cleared(text, cells)
    _accumulate(text, one, pairs, fused, 2, label)
    for r, v in cells:
        waiting = at("v128.load", i32(one.waiting), places[r, v])
        text.line(put("x", f"(f32x4.add {waiting} {at('v128.load', get('bias'), 16 * v)})"))
        text.line(
            store("v128.store", i32(one.waiting), f"(f32x4.sub {get('x')} {get(f's{r}{v}')})", places[r, v]),
            put(f"s{r}{v}", f"(f32x4.add {get('x')} {get(f's{r}{v}')})"),
        )
    _accumulate(text, one, pairs, fused, 0, label)
    _stored(text, one, cells, 0)
    text.line(*(put(f"s{r}{v}", at("v128.load", i32(one.waiting), places[r, v])) for r, v in cells))
    _accumulate(text, one, pairs, fused, 3, label)
    _stored(text, one, cells, 1)
    text.line(put("in", plus(get("in"), pairs * one.inputs * WORD)))
    text.line(put("out", plus(get("out"), 2 * pairs * one.target_step)))


def _cleared(text: Text, cells: list[tuple[int, int]]) -> None:
    text.line(*(put(f"s{r}{v}", "(v128.const i32x4 0 0 0 0)") for r, v in cells))


def _accumulate(text: Text, one: Winograd, pairs: int, fused: bool, part: int, label: str) -> None:
    """One m over all channels."""
    vectors, tap = one.tile[1], one.inputs * one.panel * WORD
    text.line(put("a", plus(get("in"), part * one.part)), put("b", plus(get("weights"), part * tap)))
    text.line(put("end", plus(get("a"), one.inputs * WORD)))
    with text.block(f"(loop ${label}{part}"):
        for v in range(vectors):
            text.line(put(f"w{v}", at("v128.load", get("b"), 16 * v)))
        for r in range(pairs):
            text.line(put("x", at("v128.load32_splat", get("a"), r * one.inputs * WORD)))
            for v in range(vectors):
                text.line(put(f"s{r}{v}", multiply_add(get("x"), get(f"w{v}"), get(f"s{r}{v}"), fused)))
        text.line(put("b", plus(get("b"), 16 * vectors)), put("a", plus(get("a"), WORD)))
        text.line(f"(br_if ${label}{part} (i32.ne {get('a')} {get('end')}))")


def _stored(text: Text, one: Winograd, cells: list[tuple[int, int]], which: int) -> None:
    for r, v in cells:
        text.line(*one.activation.of(f"s{r}{v}"))
        offset = (2 * r + which) * one.target_step + 16 * v
        text.line(store("v128.store", get("out"), get(f"s{r}{v}"), offset))
