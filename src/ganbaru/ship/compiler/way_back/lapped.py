"""The way back of the modified discrete cosine transform: `signal.mdct`, four frames at a time.

N numbers of a frame make N cosine sums ``c[n] = Σ X[k] cos(π/N (n + ½)(k + ½))``, which are a complex Fourier transform
of N / 2 with a turn before and one behind (Malvar 1992, section 2.5): of ``X[2n] + i X[N − 1 − 2n]``, and it makes
``c[2k] − i c[N − 1 − 2k]``. A frame's 2N samples are those sums from N / 2 on, mirrored about N with the sign changed.
"""

import math
from dataclasses import dataclass

from ganbaru.ship.compiler.memory import WORD
from ganbaru.ship.compiler.wat import Text, f64, get, i32, plus, put
from ganbaru.ship.compiler.way_back import fourier, frames
from ganbaru.ship.compiler.way_back.bands import LANES
from ganbaru.ship.compiler.way_back.fourier import (
    PAIR,
    TURNING,
    Transform,
    difference_of_products,
    keep,
    kept_turn,
    load,
    locals_of,
    of,
    spread,
    sum_of_products,
    turning,
)


@dataclass(frozen=True)
class Unlapped:
    """One way back; addresses in bytes.

    Attributes:
        name: of its function.
        transform: of N / 2.
        count: L, how many frames.
        turns: ``exp(−iπ (n + ⅛) / N)``, n from 0 to N / 2 − 1.
        window: 2N numbers, with the signs of what is mirrored.
        values: of four frames, side by side.
        waves: their 2N samples each, likewise.
        sound: L + 1 times N samples, L filled up to a multiple of four.
        source: where the encoded frames lie, one behind the other.
        target: where the sound goes.
        samples: of it.
    """

    name: str
    transform: Transform
    count: int
    turns: int
    window: int
    values: int
    waves: int
    sound: int
    source: int
    target: int
    samples: int
    calls: tuple[str, ...] = ()

    @property
    def bands(self) -> int:
        """N."""
        return 2 * self.transform.size


def write(text: Text, one: Unlapped, fused: bool) -> None:
    """Writes its function and those that it calls."""
    if not fused:
        _write_tables(text, one)
    fourier.write(text, one.transform, fused=fused)
    frames.write_laned(text, one.bands)
    _write_cosines(text, one, fused)
    frames.write_overlaid(text, 2 * one.bands, one.bands, one.window, one.waves, exchanged=False)
    groups, step = -(-one.count // 4), 4 * WORD * one.bands
    with text.block(f"(func ${one.name} {locals_of('i32', 'from out')}"):
        text.line(f"(memory.fill {i32(one.sound)} {i32(0)} {i32((4 * groups + 1) * WORD * one.bands)})")
        text.line(put("out", i32(one.sound)))
        with text.loop("groups", "from", i32(one.source), i32(one.source + groups * step), step):
            text.line(f"(call $laned {get('from')} {i32(one.values)})", "(call $cosines)")
            text.line(f"(call $overlaid {get('out')})", put("out", plus(get("out"), step)))
        text.line(f"(memory.copy {i32(one.target)} {i32(one.sound + WORD * one.bands)} {i32(WORD * one.samples)})")


def _write_tables(text: Text, one: Unlapped) -> None:
    """Writes ``$tables``, which is called once."""
    bands = one.bands
    with text.block("(func $tables"):
        text.line(TURNING)
        with turning(text, bands, 2 * math.pi / bands):
            text.line(*kept_turn(one.transform.table))
        with turning(text, one.transform.size, math.pi / bands, math.pi / (8 * bands)):
            text.line(*kept_turn(one.turns))
        with turning(text, 2 * bands, math.pi / (2 * bands), math.pi / (4 * bands)):
            mirrored = f"(i32.ge_u {get('i')} {i32(bands // 2)})"
            factor = f"(select {f64(math.sqrt(2 / bands))} {f64(-math.sqrt(2 / bands))} {mirrored})"
            height = f"(f32.demote_f64 (f64.mul {factor} {get('s')}))"
            text.line(f"(f32.store offset={one.window} (i32.shl {get('i')} {i32(2)}) {height})")


def _write_cosines(text: Text, one: Unlapped, fused: bool) -> None:
    """Writes ``$cosines``: numbers of four frames to their samples."""
    entered, left, size, bands = one.transform.entered, one.transform.left_in, one.transform.size, one.bands
    turn = f"(i32.shr_u {get('i')} {i32(2)})"
    with text.block("(func $cosines"):
        text.line(locals_of("i32", "i j"), locals_of("v128", "x y c s re im"))

        def turned() -> None:
            text.line(put("c", spread(turn, one.turns)), put("s", spread(turn, one.turns + 4)))
            text.line(put("re", difference_of_products("x", "c", "y", "s", fused)))
            text.line(put("im", sum_of_products("x", "s", "y", "c", fused)))

        with text.loop("before", "i", i32(0), i32(PAIR * size), PAIR):
            text.line(put("x", load(get("i"), one.values)))
            text.line(put("y", load(f"(i32.sub {i32(one.values + LANES * (bands - 1))} {get('i')})")))
            turned()
            text.line(keep(get("i"), get("re"), entered), keep(get("i"), get("im"), entered + 16))
        text.line("(call $fourier)")
        half = bands // 2
        parts = (
            (0, (3 * half - 1, 3 * half), (half - 1, half)),
            (size // 2, (3 * half - 1, -half), (5 * half - 1, half)),
        )
        for number, (first, real, imaginary) in enumerate(parts):
            with text.loop(f"behind{number}", "i", i32(PAIR * first), i32(PAIR * (first + size // 2)), PAIR):
                text.line(put("x", load(get("i"), left)), put("y", load(get("i"), left + 16)))
                turned()
                text.line(put("im", of("neg", "im")))
                for name, (down, up) in (("re", real), ("im", imaginary)):
                    text.line(keep(f"(i32.sub {i32(one.waves + LANES * down)} {get('i')})", get(name)))
                    text.line(keep(f"(i32.add {get('i')} {i32(one.waves + LANES * up)})", get(name)))
