"""Convolutions of three taps with two thirds of the products: Winograd's F(2, 3).

Two neighbouring places of the output, three taps each, are six products; ``m₀ = (d₀ − d₂) g₀``,
``m₁ = (d₁ + d₂)(g₀ + g₁ + g₂)/2``, ``m₂ = (d₂ − d₁)(g₀ − g₁ + g₂)/2``, ``m₃ = (d₁ − d₃) g₂`` are four, and
``y₀ = m₀ + m₁ + m₂``, ``y₁ = m₁ − m₂ − m₃`` (Lavin & Gray 2016, "Fast algorithms for convolutional neural networks",
section 4.1). Input and weights are turned into these sums first, the weights once for all; then each m is a product of
matrices over the channels.

Behind nearest upsampling, the columns are the phases of one long kernel, and in each phase every long tap falls on one
of the three short ones. So ``g₀ + g₁ + g₂`` is the sum of the long kernel in every phase, and m₁ is made once for all:
``3 s + 1`` products for s phases instead of ``4 s``.

All layers share four functions, for no shape is worth one of its own: the loops are long. ``$winograd_weights`` and
``$winograd_input`` turn, ``$winograd_common`` makes m₁, ``$winograd_panel`` (one for all activations that are a slope
below 0 at most, and one for each other) all else of one panel's columns of all rows.

A tile keeps one set of accumulators and runs through the channels three times, m₂, m₀ and −m₃, so that no more is in
registers than in a plain product; what y₁ needs of m₁ and m₂ waits in memory meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.gemm import multiply_add
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put, splat, store

WORD, LANES, PARTS = 4, 4, 4


@dataclass(frozen=True)
class Winograd:
    """One convolution; addresses and steps in bytes.

    Attributes:
        name: of the layer.
        source: where the place before the first lies, channels innermost.
        inputs: channels of the source; a multiple of 4.
        rows: places of the output; even.
        columns: numbers of each; a multiple of the panel.
        kernel: where the panels of the three taps lie, K = 3 · inputs.
        weights: where the turned panels go.
        turned: where the turned input goes, for each m a matrix ``(rows / 2, inputs)``.
        common: where m₁ goes, ``(rows / 2, columns / phases)``.
        phases: of how many groups of columns the taps have the same sum.
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
    common: int
    phases: int
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

    @property
    def slope(self) -> float | None:
        """Below 0, of activations that are bent there at most: 1 of none, 0 of ReLU. One function serves them all."""
        name = self.activation.name
        slope = {"": 1.0, "relu": 0.0}.get(name, self.activation.numbers.get("slope") if name == "leaky_relu" else None)
        return slope if slope is not None and slope <= 1 else None

    @property
    def function(self) -> str:
        """The one that makes a panel."""
        if self.slope is not None:
            return "winograd_panel"
        told = "".join(f"_{value:g}" for value in self.activation.numbers.values())
        return f"winograd_panel_{self.activation.name}{told}"

    @property
    def turning_weights(self) -> tuple[int, ...]:
        """What ``$winograd_weights`` is told."""
        return self.kernel, self.weights, self.panels, self.inputs * self.panel * WORD

    @property
    def turning_input(self) -> tuple[int, ...]:
        """What ``$winograd_input`` is told."""
        return self.source, self.turned, self.rows // 2, self.inputs * WORD, self.part

    @property
    def making_panels(self) -> tuple[float, ...]:
        """What ``function`` is told beside the panel."""
        first = self.turned, self.weights, self.bias, self.target, self.common, self.waiting
        bent = () if self.slope is None else (self.slope,)
        return *first, self.rows // 2, self.inputs * WORD, self.part, self.target_step, self._own, *bent

    @property
    def making_common(self) -> tuple[int, ...]:
        """What ``$winograd_common`` is told beside the panel."""
        return self.turned, self.weights, self.common, self.rows // 2, self.inputs * WORD, self.part, self._own

    @property
    def common_panels(self) -> int:
        """How many panels m₁ has."""
        return self.panels // self.phases

    @property
    def _own(self) -> int:
        """Bytes from a pair's m₁ to the next one's."""
        return self.columns // self.phases * WORD


def write_weights(text: Text) -> None:
    """Writes ``$winograd_weights``: ``g₀``, ``(g₀ + g₁ + g₂)/2``, ``(g₀ − g₁ + g₂)/2``, ``−g₂`` of every panel."""
    taps = ("first", "second", "third")
    with text.block("(func $winograd_weights (param $from i32) (param $to i32) (param $panels i32) (param $tap i32)"):
        text.line("(local $panel i32) (local $left i32) (local $at i32)")
        text.line(*(f"(local ${name} v128)" for name in taps))
        with text.loop("panels", "panel", i32(0), get("panels"), 1):
            with text.loop("numbers", "left", i32(0), get("tap"), LANES * WORD):
                _loaded_apart(text, taps, "tap")
                text.line(put("at", get("to")))
                ends = f"(f32x4.add {get('first')} {get('third')})"
                halves = (f"(f32x4.mul {splat(0.5)} (f32x4.{sign} {ends} {get('second')}))" for sign in ("add", "sub"))
                _stored_apart(text, [get("first"), *halves, f"(f32x4.neg {get('third')})"], "tap")
                text.line(put("from", plus(get("from"), LANES * WORD)), put("to", plus(get("to"), LANES * WORD)))
            for local, times in (("from", 2), ("to", 3)):
                text.line(put(local, f"(i32.add {get(local)} (i32.mul {get('tap')} {i32(times)}))"))


def write(text: Text, kernels: Iterable[Winograd], *, fused: bool) -> None:
    """Writes ``$winograd_input`` and ``$winograd_common``, and a ``$winograd_panel`` for each activation."""
    by_function: dict[str, list[Winograd]] = {}
    for one in kernels:
        by_function.setdefault(one.function, []).append(one)
    if by_function:
        _input(text)
        _common(text, [one for ones in by_function.values() for one in ones], fused)
    for ones in by_function.values():
        _panel(text, ones, fused)


def _input(text: Text) -> None:
    """``d₀ − d₂``, ``d₁ + d₂``, ``d₂ − d₁``, ``d₁ − d₃`` of every pair of places."""
    places = tuple(f"d{number}" for number in range(PARTS))
    told = ("from", "to", "pairs", "place", "part")
    with text.block(f"(func $winograd_input {' '.join(f'(param ${name} i32)' for name in told)}"):
        text.line("(local $pair i32) (local $channel i32) (local $at i32)")
        text.line(" ".join(f"(local ${name} v128)" for name in places))
        with text.loop("pairs", "pair", i32(0), get("pairs"), 1):
            with text.loop("channels", "channel", i32(0), get("place"), LANES * WORD):
                _loaded_apart(text, places, "place")
                text.line(put("at", get("to")))
                sums = (("sub", "d0", "d2"), ("add", "d1", "d2"), ("sub", "d2", "d1"), ("sub", "d1", "d3"))
                _stored_apart(text, [f"(f32x4.{how} {get(x)} {get(y)})" for how, x, y in sums], "part")
                text.line(put("from", plus(get("from"), LANES * WORD)), put("to", plus(get("to"), LANES * WORD)))
            text.line(put("from", _further("from", "place")))


def _further(local: str, step: str) -> str:
    return f"(i32.add {get(local)} {get(step)})"


def _loaded_apart(text: Text, names: Sequence[str], step: str) -> None:
    """Loads vectors from ``$from``, and so far behind each other."""
    text.line(put("at", get("from")))
    for number, name in enumerate(names):
        if number:
            text.line(put("at", _further("at", step)))
        text.line(put(name, at("v128.load", get("at"))))


def _stored_apart(text: Text, values: Sequence[str], step: str) -> None:
    """Stores vectors at ``$at``, and so far behind each other."""
    for number, value in enumerate(values):
        if number:
            text.line(put("at", _further("at", step)))
        text.line(store("v128.store", get("at"), value))


def _common(text: Text, ones: Sequence[Winograd], fused: bool) -> None:
    """m₁ of one panel."""
    told = ("panel", "turned", "weights", "target", "pairs", "place", "part", "step")

    def tile(pairs: int, label: str) -> None:
        _cleared(text, ones[0], pairs)
        _accumulate(text, ones[0], pairs, fused, 1, label)
        _stored(text, ones[0], pairs, activated=False)
        text.line(*(put(name, _times(name, step, pairs)) for name, step in (("turned", "place"), ("target", "step"))))

    with _over_tiles(text, "winograd_common", told, ones, tile):
        text.line(put("target", f"(i32.add {get('target')} {_panel_at(ones[0])})"))


_TOLD = ("turned", "weights", "bias", "target", "common", "waiting", "pairs", "place", "part", "step", "own")


def _panel(text: Text, ones: Sequence[Winograd], fused: bool) -> None:
    text.comment(f"three taps by F(2, 3): tiles of {2 * ones[0].tile[0]} places x {ones[0].panel} columns")

    def tile(pairs: int, label: str) -> None:
        _tile(text, ones[0], pairs, fused, label)

    bent = ("slope",) if ones[0].slope is not None else ()
    with _over_tiles(text, ones[0].function, ("panel", *_TOLD, *bent), ones, tile):
        if bent:
            text.line(put("slopes", f"(f32x4.splat {get('slope')})"))
        at_panel = _panel_at(ones[0])
        text.line(put("common", f"(i32.add {get('common')} (i32.rem_u {at_panel} {get('own')}))"))
        text.line(*(put(local, f"(i32.add {get(local)} {at_panel})") for local in ("bias", "target")))


def _panel_at(one: Winograd) -> str:
    """Bytes of a row before the panel."""
    return f"(i32.mul {get('panel')} {i32(one.panel * WORD)})"


@contextmanager
def _over_tiles(
    text: Text, name: str, told: Sequence[str], ones: Sequence[Winograd], tile: Callable[[int, str], None]
) -> Iterator[None]:
    """Writes a function that runs over the tiles of a panel; within, what is done before."""
    one = ones[0]
    pairs, vectors = one.tile
    kinds = {"slope": "f32"}
    given = " ".join(f"(param ${each} {kinds.get(each) or 'i32'})" for each in told)
    with text.block(f"(func ${name} {given}"):
        text.line("(local $left i32) (local $a i32) (local $b i32) (local $end i32) (local $x v128)")
        if "slope" in told:
            text.line("(local $slopes v128)")
        text.line(" ".join(f"(local $w{v} v128)" for v in range(vectors)))
        for r in range(pairs):
            text.line(" ".join(f"(local $s{r}{v} v128)" for v in range(vectors)))
        taps = f"(i32.mul {_panel_at(one)} {get('place')})"  # of a number PARTS taps, a word for LANES bytes of a place
        text.line(put("weights", f"(i32.add {get('weights')} {taps})"))
        yield
        text.line(put("left", f"(i32.div_u {get('pairs')} {i32(pairs)})"))
        with text.block(f"(if {get('left')}"), text.block("(then"), text.block("(loop $tiles"):
            tile(pairs, "k")
            text.line(put("left", plus(get("left"), -1)), f"(br_if $tiles {get('left')})")
        if any(each.rows // 2 % pairs for each in ones):
            with text.block(f"(if (i32.rem_u {get('pairs')} {i32(pairs)})"), text.block("(then"):
                tile(1, "rest")


def _tile(text: Text, one: Winograd, pairs: int, fused: bool, label: str) -> None:
    cells = _cells(one, pairs)
    places = {cell: 16 * number for number, cell in enumerate(cells)}
    wait = get("waiting")
    _cleared(text, one, pairs)
    _accumulate(text, one, pairs, fused, 2, label)
    text.line(put("a", get("common")))
    for r, v in cells:
        if r and not v:
            text.line(put("a", _further("a", "own")))
        text.line(put("x", f"(f32x4.add {at('v128.load', get('a'), 16 * v)} {at('v128.load', get('bias'), 16 * v)})"))
        text.line(
            store("v128.store", wait, f"(f32x4.sub {get('x')} {get(f's{r}{v}')})", places[r, v]),
            put(f"s{r}{v}", f"(f32x4.add {get('x')} {get(f's{r}{v}')})"),
        )
    _accumulate(text, one, pairs, fused, 0, label)
    _stored(text, one, pairs, activated=True)
    text.line(*(put(f"s{r}{v}", at("v128.load", wait, places[r, v])) for r, v in cells))
    _accumulate(text, one, pairs, fused, 3, label)
    text.line(put("target", _further("target", "step")))
    _stored(text, one, pairs, activated=True)
    text.line(*(put(name, _times(name, step, pairs)) for name, step in (("turned", "place"), ("common", "own"))))
    text.line(put("target", _times("target", "step", 2 * pairs - 1)))


def _times(local: str, step: str, count: int) -> str:
    return f"(i32.add {get(local)} (i32.mul {get(step)} {i32(count)}))"


def _cells(one: Winograd, pairs: int) -> list[tuple[int, int]]:
    return [(r, v) for r in range(pairs) for v in range(one.tile[1])]


def _cleared(text: Text, one: Winograd, pairs: int) -> None:
    text.line(*(put(f"s{r}{v}", "(v128.const i32x4 0 0 0 0)") for r, v in _cells(one, pairs)))


def _accumulate(text: Text, one: Winograd, pairs: int, fused: bool, part: int, label: str) -> None:
    """One m over all channels."""
    vectors = one.tile[1]
    text.line(put("a", f"(i32.add {get('turned')} (i32.mul {get('part')} {i32(part)}))"))
    tap = f"(i32.mul {get('place')} {i32(one.panel * part)})"
    text.line(put("b", f"(i32.add {get('weights')} {tap})"), put("end", _further("a", "place")))
    with text.block(f"(loop ${label}{part}"):
        for v in range(vectors):
            text.line(put(f"w{v}", at("v128.load", get("b"), 16 * v)))
        for r in range(pairs):
            left = get("a")
            for _ in range(r):
                left = f"(i32.add {left} {get('place')})"
            text.line(put("x", at("v128.load32_splat", left)))
            for v in range(vectors):
                text.line(put(f"s{r}{v}", multiply_add(get("x"), get(f"w{v}"), get(f"s{r}{v}"), fused)))
        text.line(put("b", plus(get("b"), 16 * vectors)), put("a", plus(get("a"), WORD)))
        text.line(f"(br_if ${label}{part} (i32.ne {get('a')} {get('end')}))")


def _stored(text: Text, one: Winograd, pairs: int, *, activated: bool) -> None:
    """Activated, and to every second place; or as it is, to every one."""
    vectors = one.tile[1]
    text.line(put("a", get("target")))
    for r in range(pairs):
        if r:
            text.line(put("a", _times("a", "step", 2 if activated else 1)))
        for v in range(vectors):
            if activated and one.slope is None:
                text.line(*one.activation.of(f"s{r}{v}"))
            elif activated:
                below = f"(f32x4.mul {get(f's{r}{v}')} {get('slopes')})"
                text.line(put(f"s{r}{v}", f"(f32x4.pmax {get(f's{r}{v}')} {below})"))
            text.line(store("v128.store", get("a"), get(f"s{r}{v}"), 16 * v))
