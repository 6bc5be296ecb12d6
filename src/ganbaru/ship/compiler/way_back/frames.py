"""Between a sound and the spectra of its frames, four frames at a time, one in each lane: both ways.

A real transform of N is a complex one of M = N / 2 whose numbers are pairs of neighbouring samples (Sorensen, Jones,
Heideman & Burrus 1987). With Z that transform, ``E = (Z[k] + Z̄[M − k]) / 2`` is that of the even samples,
``O = (Z[k] − Z̄[M − k]) / 2i`` that of the odd ones, and ``X[k] = E + w^k O``, ``X̄[M − k] = E − w^k O``. On the way back
a spectrum with real and imaginary parts exchanged makes frames likewise exchanged.
"""

from collections.abc import Callable

from ganbaru.ship.compiler.wat import Text, get, i32, plus, put
from ganbaru.ship.compiler.way_back.fourier import (
    PAIR,
    Frames,
    difference_of_products,
    keep,
    load,
    locals_of,
    of,
    spread,
    sum_of_products,
)

ROWS = "r0 r1 r2 r3"
BinOf = Callable[[str, str, str], list[str]]
"""Lines that do something with a bin, of a pointer and two locals."""


def turned(text: Text) -> None:
    """Four vectors, ``r0`` to ``r3``, as a matrix of four by four, become its columns; ``s0`` to ``s3`` are changed."""
    low, high = "0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23", "8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31"
    first, second = "0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23", "8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31"
    for made, lanes, a, b in (
        ("s0", low, "r0", "r1"),
        ("s1", high, "r0", "r1"),
        ("s2", low, "r2", "r3"),
        ("s3", high, "r2", "r3"),
    ):
        text.line(put(made, f"(i8x16.shuffle {lanes} {get(a)} {get(b)})"))
    for made, lanes, a, b in (
        ("r0", first, "s0", "s2"),
        ("r1", second, "s0", "s2"),
        ("r2", first, "s1", "s3"),
        ("r3", second, "s1", "s3"),
    ):
        text.line(put(made, f"(i8x16.shuffle {lanes} {get(a)} {get(b)})"))


def write_laned(text: Text, rows: int) -> None:
    """Writes ``$laned``: of four frames, one behind the other, the numbers of each row side by side."""
    opening = "(func $laned (param $from i32) (param $to i32) (local $n i32) (local $x v128)"
    with text.block(opening), text.loop("rows", "n", i32(0), i32(rows), 1):
        text.line(put("x", f"(v128.load32_zero {get('from')})"))
        for row in (1, 2, 3):
            text.line(put("x", f"(v128.load32_lane offset={4 * row * rows} {row} {get('from')} {get('x')})"))
        text.line(keep(get("to"), get("x")), put("from", plus(get("from"), 4)), put("to", plus(get("to"), 16)))


def write_framed(text: Text, one: Frames) -> None:
    """Writes ``$framed``: the transform of four windowed frames, of which the first begins at an address."""
    with text.block("(func $framed (param $from i32) (local $n i32)"):
        text.line(locals_of("v128", f"w {ROWS} s0 s1 s2 s3"))
        with text.loop("samples", "n", i32(0), i32(4 * one.n_fft), 16):
            text.line(put("w", load(get("n"), one.window)))
            for row in range(4):
                text.line(put(f"r{row}", of("mul", "w", load(get("from"), 4 * row * one.hop))))
            turned(text)
            to = f"(i32.shl {get('n')} {i32(2)})"
            text.line(*(keep(to, get(f"r{row}"), one.transform.entered + 16 * row) for row in range(4)))
            text.line(put("from", plus(get("from"), 16)))
        text.line("(call $fourier)")


def write_overlaid(text: Text, count: int, hop: int, window: int, waves: int, *, exchanged: bool) -> None:
    """Writes ``$overlaid``: four frames, windowed, are added to the sound from an address on.

    Args:
        text: where to.
        count: samples of a frame.
        hop: from a frame to the next.
        window: where it lies.
        waves: where the frames lie.
        exchanged: neighbouring samples are.
    """
    with text.block("(func $overlaid (param $to i32) (local $n i32)"):
        text.line(locals_of("v128", f"w {ROWS} s0 s1 s2 s3"))
        with text.loop("samples", "n", i32(0), i32(4 * count), 16):
            text.line(put("w", load(get("n"), window)))
            at = f"(i32.shl {get('n')} {i32(2)})"
            text.line(*(put(f"r{row}", load(at, waves + 16 * (row ^ exchanged))) for row in range(4)))
            turned(text)
            for row in range(4):
                there = load(get("to"), 4 * row * hop)
                text.line(keep(get("to"), of("add", there, of("mul", f"r{row}", "w")), 4 * row * hop))
            text.line(put("to", plus(get("to"), 16)))


def write_levelled(text: Text, one: Frames) -> None:
    """Writes ``$levelled``: what was added up, divided by the windows' overlap, is the sound; then begins from 0."""
    with text.block("(func $levelled (local $n i32)"), text.loop("samples", "n", i32(0), i32(4 * one.length), 16):
        text.line(
            keep(get("n"), of("mul", load(get("n"), one.following), load(get("n"), one.inverse)), one.sound),
            keep(get("n"), "(v128.const i32x4 0 0 0 0)", one.following),
        )


def write_spectrum(text: Text, one: Frames, bin_of: BinOf, *, fused: bool) -> None:
    """Writes ``$spectrum``: of a transform of pairs, the spectra of the frames, bins k and M − k together.

    Args:
        text: where to.
        one: the frames.
        bin_of: makes lines for a bin, of the local that points to it (`PAIR` a bin) and those of its two parts.
        fused: with relaxed multiply-adds.
    """
    read = one.transform.left_in
    with text.block("(func $spectrum"):
        text.line(locals_of("i32", "i j turn"), locals_of("v128", "zr zi yr yi er ei or oi c s tr ti"))
        text.line(put("j", i32(one.half * PAIR)), put("zr", load(get("i"), read)), put("zi", load(get("i"), read + 16)))
        text.line(
            put("or", of("add", "zr", "zi")), put("er", of("sub", "zr", "zi")), put("oi", "(v128.const i32x4 0 0 0 0)")
        )
        text.line(put("or", of("add", "or", "or")), put("er", of("add", "er", "er")))
        text.line(*bin_of("i", "or", "oi"), *bin_of("j", "er", "oi"))
        text.comment("the bin in the middle, which is its own partner")
        middle = one.half // 2 * PAIR
        text.line(put("i", i32(middle)), put("zr", load(get("i"), read)), put("zi", load(get("i"), read + 16)))
        text.line(
            put("or", of("add", "zr", "zr")), put("oi", of("neg", of("add", "zi", "zi"))), *bin_of("i", "or", "oi")
        )
        with text.loop("pairs", "i", i32(PAIR), i32(middle), PAIR):
            text.line(put("j", plus(get("j"), -PAIR)), put("turn", f"(i32.shr_u {get('i')} {i32(2)})"))
            for name, pointer in (("z", "i"), ("y", "j")):
                text.line(put(f"{name}r", load(get(pointer), read)), put(f"{name}i", load(get(pointer), read + 16)))
            text.line(put("er", of("add", "zr", "yr")), put("ei", of("sub", "zi", "yi")))
            text.line(put("or", of("add", "zi", "yi")), put("oi", of("sub", "yr", "zr")))
            text.line(
                put("c", spread(get("turn"), one.transform.table)),
                put("s", spread(get("turn"), one.transform.table + 4)),
            )
            text.line(put("tr", difference_of_products("c", "or", "s", "oi", fused)))
            text.line(put("ti", sum_of_products("c", "oi", "s", "or", fused)))
            text.line(put("zr", of("add", "er", "tr")), put("zi", of("add", "ei", "ti")))
            text.line(put("yr", of("sub", "er", "tr")), put("yi", of("sub", "ti", "ei")))
            text.line(*bin_of("i", "zr", "zi"), *bin_of("j", "yr", "yi"))


def write_waves(text: Text, one: Frames, *, fused: bool) -> None:
    """Writes ``$waves``: the frames of spectra, N times as large and with neighbouring samples exchanged."""
    read, write = one.spectrum, one.transform.entered
    with text.block("(func $waves"):
        text.line(locals_of("i32", "i j turn"), locals_of("v128", "zr zi yr yi er ei dr di c s or oi"))
        text.line(put("j", i32(one.half * PAIR)), put("zr", load(get("i"), read)), put("yr", load(get("j"), read)))
        text.line(keep(get("i"), of("sub", "zr", "yr"), write), keep(get("i"), of("add", "zr", "yr"), write + 16))
        with text.loop("pairs", "i", i32(PAIR), i32(PAIR * (one.half // 2 + 1)), PAIR):
            text.line(put("j", plus(get("j"), -PAIR)), put("turn", f"(i32.shr_u {get('i')} {i32(2)})"))
            for name, pointer in (("z", "i"), ("y", "j")):
                text.line(put(f"{name}r", load(get(pointer), read)), put(f"{name}i", load(get(pointer), read + 16)))
            text.line(put("er", of("add", "zr", "yr")), put("ei", of("sub", "zi", "yi")))
            text.line(put("dr", of("sub", "zr", "yr")), put("di", of("add", "zi", "yi")))
            text.line(
                put("c", spread(get("turn"), one.transform.table)),
                put("s", spread(get("turn"), one.transform.table + 4)),
            )
            text.line(put("or", sum_of_products("c", "dr", "s", "di", fused)))
            text.line(put("oi", difference_of_products("c", "di", "s", "dr", fused)))
            text.line(keep(get("i"), of("add", "ei", "or"), write), keep(get("i"), of("sub", "er", "oi"), write + 16))
            text.line(keep(get("j"), of("sub", "or", "ei"), write), keep(get("j"), of("add", "er", "oi"), write + 16))
        text.line("(call $fourier)")


def write_inverse(text: Text, one: Frames, *, fused: bool) -> None:
    """All that makes a sound of spectra."""
    write_waves(text, one, fused=fused)
    write_overlaid(text, one.n_fft, one.hop, one.window, one.transform.left_in, exchanged=True)
    write_levelled(text, one)


def copied_out(one: Frames, target: int) -> str:
    """The sound to where it is wanted."""
    return f"(memory.copy {i32(target)} {i32(one.sound + 4 * one.left)} {i32(4 * one.samples)})"
