"""The latent vector of a seed, inside the module: `training.counted` written out in WebAssembly, bit for bit."""

import numpy as np

from ganbaru.ship.compiler.unpacking import Parcel
from ganbaru.ship.compiler.wat import Text, f64, get, i32, plus, put
from ganbaru.training import counted

WORD = 8
_PART = WORD * len(counted.NEAR_HALF[0])
"""Bytes of a polynomial of the quantile's."""


def shipped(parcel: Parcel) -> int:
    """Ships the factors of all polynomials, the highest power first: of the logarithm, then of the quantile; where."""
    series = tuple(1.0 / (2 * k + 1) for k in range(counted.LOG_TERMS))
    ratios = [part for ratio in (counted.NEAR_HALF, counted.IN_TAIL, counted.FAR_OUT) for part in ratio]
    return parcel.doubles(np.concatenate([each[::-1] for each in (series, *ratios)]))


def write(text: Text, table: int, latent: int, size: int) -> None:
    """Writes ``$draw (seed i64)``, which fills the latent vector at that address, and what it calls.

    Args:
        text: where to.
        table: of `shipped`.
        latent: address of the vector.
        size: of it.
    """
    _quantile(text, table)
    parts = ("c0", "c1", "c2", "c3")
    with text.block('(func $draw (export "draw") (param $seed i64)'):
        text.comment("Philox-4x32-10: ten rounds on a counter, by a key; then the normal quantile of each 32 bits")
        text.line("(local $block i32) (local $round i32) (local $k0 i64) (local $k1 i64) (local $a i64) (local $b i64)")
        text.line(" ".join(f"(local ${part} i64)" for part in parts))
        with text.loop("blocks", "block", i32(0), i32(-(-size // 4)), 1):
            text.line(
                put("c0", f"(i64.extend_i32_u {get('block')})"), *(put(part, "(i64.const 0)") for part in parts[1:])
            )
            text.line(put("k0", _low(get("seed"))), put("k1", f"(i64.shr_u {get('seed')} (i64.const 32))"))
            with text.loop("rounds", "round", i32(0), i32(counted.ROUNDS), 1):
                first, second = (f"(i64.const {value:#x})" for value in counted.MULTIPLIERS)
                text.line(put("a", f"(i64.mul {first} {get('c0')})"), put("b", f"(i64.mul {second} {get('c2')})"))
                text.line(put("c0", f"(i64.xor (i64.xor {_high(get('b'))} {get('c1')}) {get('k0')})"))
                text.line(put("c2", f"(i64.xor (i64.xor {_high(get('a'))} {get('c3')}) {get('k1')})"))
                text.line(put("c1", _low(get("b"))), put("c3", _low(get("a"))))
                for key, step in zip(("k0", "k1"), counted.WEYL, strict=True):
                    text.line(put(key, _low(f"(i64.add {get(key)} (i64.const {step:#x}))")))
            for lane, part in enumerate(parts):
                to = f"(i32.add {i32(latent + 4 * lane)} (i32.shl {get('block')} {i32(4)}))"
                text.line(f"(f32.store {to} (f32.demote_f64 (call $quantile {get(part)})))")


def _low(value: str) -> str:
    return f"(i64.and {value} (i64.const 0xffffffff))"


def _high(value: str) -> str:
    return f"(i64.shr_u {value} (i64.const 32))"


def _quantile(text: Text, table: int) -> None:
    first = table + WORD * counted.LOG_TERMS
    near, tail, far = (first + 2 * _PART * number for number in range(3))
    _polynomial(text)
    _logarithm(text, table)
    with text.block("(func $quantile (param $bits i64) (result f64)"):
        text.comment("of (bits + 1/2) / 2^32, by Wichura 1988, algorithm AS 241")
        text.line("(local $p f64) (local $q f64) (local $r f64) (local $table i32)")
        share = f"(f64.mul (f64.add (f64.convert_i64_u {get('bits')}) {f64(0.5)}) (f64.const 0x1p-32))"
        text.line(put("p", share), put("q", f"(f64.sub {get('p')} {f64(0.5)})"))
        with text.block(f"(if (f64.le (f64.abs {get('q')}) {f64(counted.CENTRAL)})"):
            with text.block("(then"):
                text.line(put("r", f"(f64.sub {f64(counted.OFFSET)} (f64.mul {get('q')} {get('q')}))"))
                text.line(put("table", i32(near)))
            with text.block("(else"):
                text.line(put("r", f"(f64.min {get('p')} (f64.sub {f64(1)} {get('p')}))"))
                text.line(put("r", f"(f64.sqrt (f64.neg (call $natural {get('r')})))"))
                text.comment("from here on only the sign of q counts")
                text.line(put("q", f"(f64.copysign {f64(1)} {get('q')})"))
                within = f"(f64.le {get('r')} {f64(counted.FAR)})"
                text.line(put("table", f"(select {i32(tail)} {i32(far)} {within})"))
                moved = f"(select {f64(counted.SHIFT)} {f64(counted.FAR)} {within})"
                text.line(put("r", f"(f64.sub {get('r')} {moved})"))
        top, bottom = (
            f"(call $polynomial {get('r')} {plus(get('table'), part)} {plus(get('table'), part + _PART)})"
            for part in (0, _PART)
        )
        text.line(f"(f64.mul {get('q')} (f64.div {top} {bottom}))")


def _polynomial(text: Text) -> None:
    with text.block("(func $polynomial (param $x f64) (param $at i32) (param $end i32) (result f64) (local $sum f64)"):
        text.comment("the highest power first: its factor lies at $at, that of the lowest before $end")
        with text.block("(loop $powers"):
            text.line(put("sum", f"(f64.add (f64.mul {get('sum')} {get('x')}) (f64.load {get('at')}))"))
            text.line(put("at", plus(get("at"), WORD)), f"(br_if $powers (i32.ne {get('at')} {get('end')}))")
        text.line(get("sum"))


def _logarithm(text: Text, table: int) -> None:
    with text.block("(func $natural (param $x f64) (result f64) (local $e i64) (local $s f64)"):
        text.comment("e log 2 + 2 s (1 + s^2/3 + ...), s = (m - 1)/(m + 1), m within half a factor of 2 of 1")
        bits = f"(i64.reinterpret_f64 {get('x')})"
        text.line(put("e", f"(i64.sub (i64.shr_u {bits} (i64.const 52)) (i64.const 1022))"))
        mantissa = f"(i64.or (i64.and {bits} (i64.const 0xfffffffffffff)) (i64.const 0x3fe0000000000000))"
        text.line(put("x", f"(f64.reinterpret_i64 {mantissa})"))
        with text.block(f"(if (f64.lt {get('x')} {f64(counted.ROOT_HALF)})"), text.block("(then"):
            text.line(put("x", f"(f64.mul {f64(2)} {get('x')})"), put("e", f"(i64.sub {get('e')} (i64.const 1))"))
        text.line(put("s", f"(f64.div (f64.sub {get('x')} {f64(1)}) (f64.add {get('x')} {f64(1)}))"))
        end = table + WORD * counted.LOG_TERMS
        series = f"(call $polynomial (f64.mul {get('s')} {get('s')}) {i32(table)} {i32(end)})"
        whole = f"(f64.mul (f64.convert_i64_s {get('e')}) {f64(counted.LOG_2)})"
        text.line(f"(f64.add {whole} (f64.mul (f64.mul {f64(2)} {get('s')}) {series}))")
