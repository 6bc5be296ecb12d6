"""Functions of four numbers at once that WebAssembly has no instruction for, written out of those that it has.

Series are Taylor's, as long as single precision can tell: relative errors stay below 3e-7, those of the normal
distribution's ``Φ`` below 2e-7 (Abramowitz & Stegun 1964, formula 7.1.26).
"""

import math
from collections.abc import Callable, Iterable

from ganbaru.ship.compiler.wat import Text, get, put, splat

_LOG_2_HIGH, _LOG_2_LOW = 0.693359375, -2.12194440054690583e-4
"""ln 2 in two parts, the first of which has few bits, so that small multiples of it are exact."""
_PI_PARTS = 3.140625, 9.67502593994140625e-4, 1.509957990978376e-7
_LEAST, _MOST = -87.0, 88.0
_ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_ERF_STEP = 0.3275911


def write(text: Text, names: Iterable[str]) -> None:
    """Writes the functions of these names, and those that they call, each once: ``$name (x v128) -> v128``."""
    done: set[str] = set()

    def one(name: str) -> None:
        if name in done:
            return
        done.add(name)
        function, calls = _FUNCTIONS[name]
        for other in calls:
            one(other)
        with text.block(f"(func ${name} (param $x v128) (result v128) (local $n v128) (local $y v128) (local $z v128)"):
            function(text)

    for name in sorted(set(names)):
        one(name)


def add(x: str, y: str) -> str:
    """Of four."""
    return f"(f32x4.add {x} {y})"


def subtract(x: str, y: str) -> str:
    """Of four."""
    return f"(f32x4.sub {x} {y})"


def multiply(x: str, y: str) -> str:
    """Of four."""
    return f"(f32x4.mul {x} {y})"


def divide(x: str, y: str) -> str:
    """Of four."""
    return f"(f32x4.div {x} {y})"


def select(true: str, false: str, mask: str) -> str:
    """Of four, where all bits of the mask are set."""
    return f"(v128.bitselect {true} {false} {mask})"


def polynomial(coefficients: list[float], x: str) -> str:
    """By Horner's rule, rising powers."""
    total = splat(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = add(multiply(total, x), splat(coefficient))
    return total


def _exponential(text: Text) -> None:
    """``2ⁿ eʳ`` with ``x = n ln 2 + r``."""
    text.line(put("x", f"(f32x4.pmin (f32x4.pmax {get('x')} {splat(_LEAST)}) {splat(_MOST)})"))
    text.line(put("n", f"(f32x4.nearest {multiply(get('x'), splat(1 / math.log(2)))})"))
    text.line(put("x", subtract(get("x"), multiply(get("n"), splat(_LOG_2_HIGH)))))
    text.line(put("x", subtract(get("x"), multiply(get("n"), splat(_LOG_2_LOW)))))
    text.line(put("y", polynomial([1 / math.factorial(k) for k in range(8)], get("x"))))
    exponent = f"(i32x4.add (i32x4.trunc_sat_f32x4_s {get('n')}) (v128.const i32x4 127 127 127 127))"
    power = f"(i32x4.shl {exponent} (i32.const 23))"
    text.line(multiply(get("y"), power))


def _logarithm(text: Text) -> None:
    """``e ln 2 + log m``, ``log m = 2 s (1 + s²/3 + …)``, ``s = (m − 1)/(m + 1)``, m about 1; of numbers above 0."""
    text.line(put("n", f"(i32x4.sub {get('x')} (v128.const i32x4 0x3f3504f3 0x3f3504f3 0x3f3504f3 0x3f3504f3))"))
    text.line(put("y", f"(i32x4.shr_s {get('n')} (i32.const 23))"))
    text.line(put("x", f"(i32x4.sub {get('x')} (i32x4.shl {get('y')} (i32.const 23)))"))
    text.line(put("n", f"(f32x4.convert_i32x4_s {get('y')})"))
    text.line(put("x", divide(subtract(get("x"), splat(1)), add(get("x"), splat(1)))))
    text.line(put("y", multiply(get("x"), get("x"))))
    series = polynomial([2 / (2 * k + 1) for k in range(6)], get("y"))
    text.line(add(multiply(get("n"), splat(math.log(2))), multiply(get("x"), series)))


def _sine(text: Text) -> None:
    """``(−1)ⁿ sin r`` with ``x = n π + r``."""
    text.line(put("n", f"(f32x4.nearest {multiply(get('x'), splat(1 / math.pi))})"))
    for part in _PI_PARTS:
        text.line(put("x", subtract(get("x"), multiply(get("n"), splat(part)))))
    text.line(put("y", multiply(get("x"), get("x"))))
    series = polynomial([(-1) ** k / math.factorial(2 * k + 1) for k in range(7)], get("y"))
    odd = f"(i32x4.shl (i32x4.trunc_sat_f32x4_s {get('n')}) (i32.const 31))"
    text.line(f"(v128.xor {multiply(get('x'), series)} {odd})")


def _cosine(text: Text) -> None:
    text.line(f"(call $sin {add(get('x'), splat(math.pi / 2))})")


def _tangent(text: Text) -> None:
    """``(1 − e)/(1 + e)`` with ``e = exp(−2|x|)``, and the sign of x; near 0, where that cancels, a series."""
    size = f"(f32x4.abs {get('x')})"
    text.line(put("y", f"(call $exp {multiply(size, splat(-2))})"))
    text.line(put("y", divide(subtract(splat(1), get("y")), add(splat(1), get("y")))))
    sign = f"(v128.and {get('x')} (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000))"
    text.line(put("y", f"(v128.or {get('y')} {sign})"))
    text.line(put("n", multiply(get("x"), get("x"))))
    text.line(put("z", multiply(get("x"), polynomial([1, -1 / 3, 2 / 15, -17 / 315], get("n")))))
    text.line(select(get("z"), get("y"), f"(f32x4.lt {get('n')} {splat(0.04)})"))


def _logistic(text: Text) -> None:
    text.line(divide(splat(1), add(splat(1), f"(call $exp (f32x4.neg {get('x')}))")))


def _softplus(text: Text) -> None:
    """``max(x, 0) + log(1 + exp(−|x|))``."""
    size = f"(f32x4.abs {get('x')})"
    grown = add(splat(1), f"(call $exp (f32x4.neg {size}))")
    text.line(put("y", f"(call $log {grown})"))
    text.line(add(f"(f32x4.pmax {get('x')} {splat(0)})", get("y")))


def _gaussian_linear(text: Text) -> None:
    """``x Φ(x)``, ``Φ(|x|) = 1 − ½ (a₁ t + … + a₅ t⁵) e^(−x²/2)``, ``t = 1 / (1 + p |x| / √2)``."""
    text.line(put("y", f"(f32x4.abs {get('x')})"))
    text.line(put("n", divide(splat(1), add(splat(1), multiply(get("y"), splat(_ERF_STEP / math.sqrt(2)))))))
    series = multiply(get("n"), polynomial([each / 2 for each in _ERF], get("n")))
    text.line(put("z", multiply(series, f"(call $exp {multiply(multiply(get('x'), get('x')), splat(-0.5))})")))
    text.line(multiply(get("x"), select(get("z"), subtract(splat(1), get("z")), f"(f32x4.lt {get('x')} {splat(0)})")))


def _gaussian_by_tangent(text: Text) -> None:
    """``x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`` (Hendrycks & Gimpel 2016)."""
    inner = multiply(get("x"), add(splat(1), multiply(splat(0.044715), multiply(get("x"), get("x")))))
    tangent = f"(call $tanh {multiply(splat(math.sqrt(2 / math.pi)), inner)})"
    text.line(multiply(multiply(splat(0.5), get("x")), add(splat(1), tangent)))


def _swish(text: Text) -> None:
    text.line(multiply(get("x"), f"(call $sigmoid {get('x')})"))


_FUNCTIONS: dict[str, tuple[Callable[[Text], None], tuple[str, ...]]] = {
    "exp": (_exponential, ()),
    "log": (_logarithm, ()),
    "sin": (_sine, ()),
    "cos": (_cosine, ("sin",)),
    "tanh": (_tangent, ("exp",)),
    "sigmoid": (_logistic, ("exp",)),
    "softplus": (_softplus, ("exp", "log")),
    "gelu": (_gaussian_linear, ("exp",)),
    "gelu_tanh": (_gaussian_by_tangent, ("tanh",)),
    "silu": (_swish, ("sigmoid",)),
}
CALLED = tuple(_FUNCTIONS)
"""Names of all that are functions."""
