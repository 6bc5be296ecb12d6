"""What Winograd's way does beside its products: kernels and input turned before them, output after them.

Turned is what F(m, r) calls ``B d``, ``G g`` and ``Aᵀ`` (`toom_cook`). With channels innermost, each number of a tile
is a vector of channels, so all is additions of vectors. Each function is written once for a form and serves all layers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.combining import Factors, halved
from ganbaru.ship.compiler.toom_cook import Form, Matrix
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put, store

VECTOR = 16
LINES = ("lines", "line")
"""What functions are told besides, of pictures: how many lines, and how far each lies behind the one before."""


def write_weights(text: Text, form: Form) -> None:
    """Writes ``$turn_weights_m_r``: taps that lie ``place`` apart, to each product's, ``part`` apart.

    Its ``times`` are panels, or lines of a picture's kernel in them, each of r taps: each is a call of its own, so that
    an engine may put quicker code in its place while weights are turned.
    """
    one, told = name("turn_panel", form), ("from", "to", "place", "part")
    with text.block(f"(func ${one} {parameters(told)}"):
        turning = _Turning(text, form.weights, form, fused=False)
        turning.constants()
        turning.place()
    with text.block(f"(func ${name('turn_weights', form)} {parameters((*told, 'times'))}"), text.block("(loop $panels"):
        text.line(f"(call ${one} {' '.join(map(get, told))})")
        text.line(put("from", f"(i32.add {get('from')} (i32.mul {get('place')} {i32(form.taps)}))"))
        text.line(put("to", _further("to", "place")), put("times", plus(get("times"), -1)))
        text.line(f"(br_if $panels {get('times')})")


def write_input(text: Text, form: Form, *, lined: bool, fused: bool) -> None:
    """Writes ``$turn_input_m_r``: places of the input that lie ``place`` apart, to each product's, ``part`` apart.

    Its ``times`` are tiles, each m places behind the one before; where it is lined, in so many ``lines``, which lie
    ``line`` apart.
    """
    told = ("from", "to", "times", "place", "part", *(LINES if lined else ()))
    with text.block(f"(func ${name('turn_input', form)} {parameters(told)}"):
        text.line("(local $number i32) (local $next i32) (local $left i32)")
        turning = _Turning(text, form.input, form, fused=fused)
        turning.constants()
        with _each_line(text, "from", lined), text.loop("times", "left", i32(0), get("times"), 1):
            turning.place()
            text.line(put("from", f"(i32.add {get('from')} (i32.mul {get('place')} {i32(form.places - 1)}))"))


def write_output(
    text: Text, form: Form, activation: Activation, slope: float | None, *, lined: bool, fused: bool
) -> None:
    """Writes ``$turn_output_m_r``: each tile's products, bias and activation to m places of the output.

    A row of the first product is ``own`` bytes long, and read again for each stretch of so many columns; a row of any
    other has all ``width`` bytes. Products lie ``part`` apart, places of the output ``step``; where it is lined, its
    ``lines`` lie ``line`` apart.

    Args:
        text: where to.
        form: which.
        activation: of what is stored.
        slope: not None for any that is a slope below 0, which is then told at each call.
        lined: whether there are lines.
        fused: with relaxed multiply-adds.
    """
    sums = [f"y{j}" for j in range(form.places)]
    factors = Factors(_summed_rows(form), fused=fused)
    told = ("from", "first", "bias", "to", "tiles", "width", "own", "part", "step", *(LINES if lined else ()))
    bent = "" if slope is None else "(param $slope f32)"
    with text.block(f"(func ${output_name(form, activation, slope)} {parameters(told)} {bent}"):
        text.line("(local $number i32) (local $next i32) (local $tile i32) (local $column i32) (local $at i32)")
        text.line("(local $common i32) (local $slopes v128)")
        _vectors(text, [*sums, "plus", "minus", "sum", "gap"])
        factors.declared(text)
        factors.filled(text)
        if slope is not None:
            text.line(put("slopes", f"(f32x4.splat {get('slope')})"))
        with _each_line(text, "to", lined), text.loop("tiles", "tile", i32(0), get("tiles"), 1):
            text.line(put("common", get("first")), put("first", _further("first", "own")))
            with text.loop("columns", "column", i32(0), get("width"), VECTOR):
                _summed(text, form, factors, sums)
                _stored(text, sums, activation, slope)
                text.line(*(put(each, plus(get(each), VECTOR)) for each in ("from", "to", "common")))
                again = f"(i32.eq {get('common')} {get('first')})"
                text.line(put("common", f"(select (i32.sub {get('common')} {get('own')}) {get('common')} {again})"))
            places = f"(i32.mul {get('step')} {i32(form.places)})"
            text.line(put("to", f"(i32.add {get('to')} (i32.sub {places} {get('width')}))"))


def name(function: str, form: Form) -> str:
    """Of a form's function."""
    return f"{function}_{form.places}_{form.taps}"


def output_name(form: Form, activation: Activation, slope: float | None) -> str:
    """Of the function that turns the output."""
    if slope is not None:
        return name("turn_output", form)
    told = "".join(f"_{value:g}" for value in activation.numbers.values())
    return f"{name('turn_output', form)}_{activation.name}{told}"


class _Turning:
    """A matrix times vectors, in a function whose locals it declares.

    Args:
        text: of the function.
        matrix: a row for each product.
        form: whose.
        fused: with relaxed multiply-adds.
    """

    def __init__(self, text: Text, matrix: Matrix, form: Form, *, fused: bool) -> None:
        self._text, self._form, self._rows = text, form, halved(matrix, form.pairs)
        self._read = [f"d{k}" for k in range(len(matrix[0]))]
        self._factors = Factors(self._rows, fused=fused)
        text.line("(local $channel i32) (local $at i32)")
        _vectors(text, [*self._read, "half", "other"])
        self._factors.declared(text)

    def place(self) -> None:
        """All numbers of a place, from ``$from`` to ``$to``, which then stand behind them."""
        text = self._text
        with text.loop("channels", "channel", i32(0), get("place"), VECTOR):
            _loaded_apart(text, self._read, "from", "place")
            _turned(text, self._form, self._rows, self._factors, self._read)
            text.line(put("from", plus(get("from"), VECTOR)), put("to", plus(get("to"), VECTOR)))

    def constants(self) -> None:
        """Puts them into their locals."""
        self._factors.filled(self._text)


@contextmanager
def _each_line(text: Text, pointer: str, lined: bool) -> Iterator[None]:
    """Runs over lines, of which each begins ``line`` bytes behind the one before, where there are any."""
    if not lined:
        yield
        return
    with text.loop("lines", "number", i32(0), get("lines"), 1):
        text.line(put("next", _further(pointer, "line")))
        yield
        text.line(put(pointer, get("next")))


def _turned(text: Text, form: Form, rows: Matrix, factors: Factors, read: Sequence[str]) -> None:
    """Stores what a matrix makes of a tile; of a pair, the sum and the difference of its halves."""
    text.line(put("at", get("to")))
    for number in range(form.pairs):
        for local, row in zip(("half", "other"), rows[2 * number :], strict=False):
            text.line(put(local, factors.total(row, read)))
        for how in ("add", "sub"):
            _stored_next(text, f"(f32x4.{how} {get('half')} {get('other')})")
    for row in rows[2 * form.pairs :]:
        _stored_next(text, factors.total(row, read))


def _summed(text: Text, form: Form, factors: Factors, sums: Sequence[str]) -> None:
    """The bias, and each product times its row of A; of a pair, sum and difference of both go where they are needed."""
    rows = _summed_rows(form)
    text.line(put("at", get("from")), put(sums[0], at("v128.load", _further("bias", "column"))))
    text.line(*(put(each, get(sums[0])) for each in sums[1:]))
    for number in range(form.pairs):
        for local in ("plus", "minus"):
            where = get("at") if number or local == "minus" else get("common")
            text.line(put(local, at("v128.load", where)), put("at", _further("at", "part")))
        for local, how in (("sum", "add"), ("gap", "sub")):
            text.line(put(local, f"(f32x4.{how} {get('plus')} {get('minus')})"))
        for j, (each, factor) in enumerate(zip(sums, rows[number], strict=True)):
            text.line(put(each, factors.total([factor], [("sum", "gap")[j % 2]], get(each))))
    for row in rows[form.pairs :]:
        text.line(put("plus", at("v128.load", get("at"))), put("at", _further("at", "part")))
        text.line(*(put(each, factors.total([row[j]], ["plus"], get(each))) for j, each in enumerate(sums) if row[j]))


def _summed_rows(form: Form) -> Matrix:
    """The rows of A that are worked with: of each pair the first."""
    return (*form.output[: 2 * form.pairs : 2], *form.output[2 * form.pairs :])


def _stored(text: Text, sums: Sequence[str], activation: Activation, slope: float | None) -> None:
    text.line(put("at", get("to")))
    for number, each in enumerate(sums):
        if number:
            text.line(put("at", _further("at", "step")))
        if slope is None:
            text.line(*activation.of(each))
            value = get(each)
        else:
            value = f"(f32x4.pmax {get(each)} (f32x4.mul {get(each)} {get('slopes')}))"
        text.line(store("v128.store", get("at"), value))


def _loaded_apart(text: Text, names: Sequence[str], first: str, step: str) -> None:
    """Loads vectors that lie so far behind each other."""
    text.line(put("at", get(first)))
    for number, each in enumerate(names):
        if number:
            text.line(put("at", _further("at", step)))
        text.line(put(each, at("v128.load", get("at"))))


def _stored_next(text: Text, value: str) -> None:
    """Stores a vector at ``$at``, and moves on by a part."""
    text.line(store("v128.store", get("at"), value), put("at", _further("at", "part")))


def _further(local: str, step: str) -> str:
    return f"(i32.add {get(local)} {get(step)})"


def parameters(names: Sequence[str]) -> str:
    """Of a function, all i32."""
    return " ".join(f"(param ${each} i32)" for each in names)


def _vectors(text: Text, names: Sequence[str]) -> None:
    text.line(" ".join(f"(local ${each} v128)" for each in names))
