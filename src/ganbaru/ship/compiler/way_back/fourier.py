"""Fourier transforms of four frames at a time, one in each lane, so that every butterfly is plain vector arithmetic.

A complex number of four frames is 32 bytes: four real parts, four imaginary ones. Stages are Stockham's (see Van Loan
1992, section 1.7): each reads one buffer and writes the other in the order that the next one reads, four values at a
time; of an odd power of two, the last stage takes two. A real frame of N samples is a complex one of N / 2.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ganbaru.ship.compiler.gemm import multiply_add
from ganbaru.ship.compiler.wat import Text, f64, get, i32, plus, put

PAIR = 32
"""Bytes of a complex number of four frames."""


@dataclass(frozen=True)
class Transform:
    """A complex transform, of four frames at a time; addresses in bytes.

    Attributes:
        size: M, a power of two, 4 at least.
        table: ``exp(−2πi k / 2M)``, k from 0 to 2M − 1.
        buffers: two of ``M`` complex numbers of four frames each, or more.
    """

    size: int
    table: int
    buffers: tuple[int, int]

    @property
    def stages(self) -> int:
        """How many."""
        return -(-(self.size.bit_length() - 1) // 2)

    @property
    def entered(self) -> int:
        """The buffer that it begins in."""
        return self.buffers[0]

    @property
    def left_in(self) -> int:
        """The buffer that it ends in."""
        return self.buffers[self.stages % 2]

    @property
    def other(self) -> int:
        """The one that it does not end in."""
        return self.buffers[1 - self.stages % 2]


@dataclass(frozen=True)
class Frames:
    """How frames lie in a sound, and where what is done with them does; addresses in bytes.

    Attributes:
        n_fft: N, samples of a frame, a power of two, 8 at least.
        hop: samples from a frame to the next.
        samples: of the sound.
        transform: of N / 2; its buffers hold F complex numbers, and `spectrum` is worked on in one of them.
        window: half the window, N numbers.
        inverse: one over the windows' overlap, as long as the sound with the zeros around it.
        sound: that sound.
        following: the one that is being added up.
    """

    n_fft: int
    hop: int
    samples: int
    transform: Transform
    window: int
    inverse: int
    sound: int
    following: int

    @property
    def count(self) -> int:
        """L, how many frames."""
        return -(-self.samples // self.hop)

    @property
    def groups(self) -> int:
        """Of four frames; the last one is filled up."""
        return -(-self.count // 4)

    @property
    def half(self) -> int:
        """N / 2."""
        return self.n_fft // 2

    @property
    def bins(self) -> int:
        """F."""
        return self.half + 1

    @property
    def left(self) -> int:
        """Zeros before the sound."""
        return (self.n_fft - self.hop) // 2

    @property
    def length(self) -> int:
        """Samples of the sound with the zeros around it, to the end of the last group, filled up to a vector."""
        return whole_length(self.n_fft, self.hop, self.samples)

    @property
    def spectrum(self) -> int:
        """Where spectra of four frames are worked on."""
        return self.transform.other


def whole_length(n_fft: int, hop: int, samples: int) -> int:
    """`Frames.length`."""
    groups = math.ceil(samples / (4 * hop))
    return -(-((4 * groups - 1) * hop + n_fft) // 4) * 4


def load(pointer: str, offset: int = 0) -> str:
    """Four numbers."""
    return f"(v128.load{f' offset={offset}' if offset else ''} {pointer})"


def keep(pointer: str, value: str, offset: int = 0) -> str:
    """Stores four numbers."""
    return f"(v128.store{f' offset={offset}' if offset else ''} {pointer} {value})"


def spread(pointer: str, offset: int = 0) -> str:
    """One number, four times."""
    return f"(v128.load32_splat{f' offset={offset}' if offset else ''} {pointer})"


def of(operation: str, *values: str) -> str:
    """``f32x4`` arithmetic of locals or expressions."""
    told = (value if value.startswith("(") else get(value) for value in values)
    return f"(f32x4.{operation} {' '.join(told)})"


def difference_of_products(a: str, b: str, c: str, d: str, fused: bool) -> str:
    """``a b − c d``."""
    if fused:
        return f"(f32x4.relaxed_nmadd {get(c)} {get(d)} {of('mul', a, b)})"
    return of("sub", of("mul", a, b), of("mul", c, d))


def sum_of_products(a: str, b: str, c: str, d: str, fused: bool) -> str:
    """``a b + c d``."""
    return multiply_add(get(c), get(d), of("mul", a, b), fused)


def locals_of(kind: str, names: str) -> str:
    """Their declarations."""
    return " ".join(f"(local ${name} {kind})" for name in names.split())


TURNING = "(local $i i32) (local $c f64) (local $s f64) (local $t f64)"
"""Locals of `turning`."""


@contextmanager
def turning(text: Text, count: int, step: float, first: float = 0.0) -> Iterator[None]:
    """Lines for each i below a count, with ``c + s √−1 = exp(−√−1 (first + step i))`` in double precision."""
    text.line(put("c", f64(math.cos(first))), put("s", f64(-math.sin(first))))
    cosine, sine = f64(math.cos(step)), f64(math.sin(step))
    with text.loop(f"turns{count}", "i", i32(0), i32(count), 1):
        yield
        text.line(put("t", f"(f64.add (f64.mul {get('c')} {cosine}) (f64.mul {get('s')} {sine}))"))
        text.line(put("s", f"(f64.sub (f64.mul {get('s')} {cosine}) (f64.mul {get('c')} {sine}))"))
        text.line(put("c", get("t")))


def kept_turn(table: int) -> tuple[str, str]:
    """Lines that store the turn in a table."""
    entry = f"(i32.shl {get('i')} {i32(3)})"
    return (
        f"(f32.store offset={table} {entry} (f32.demote_f64 {get('c')}))",
        f"(f32.store offset={table + 4} {entry} (f32.demote_f64 {get('s')}))",
    )


def write_tables(text: Text, one: Frames) -> None:
    """Writes ``$tables``, which is called once: turns by recurrence in double precision, and all that is made of them.

    The window is Hann's, times ``4 / N``; half of it is kept, since a real transform by half its length yields twice
    the spectrum. Back and forth that makes N times the sound, which is in what the sound is divided by at the end.
    """
    with text.block("(func $tables"):
        text.line(TURNING, locals_of("i32", "j w"), "(local $x f32)")
        with turning(text, one.n_fft, 2 * math.pi / one.n_fft):
            text.line(*kept_turn(one.transform.table))
            height = f"(f64.div (f64.sub {f64(1)} {get('c')}) {f64(one.n_fft)})"
            text.line(f"(f32.store offset={one.window} (i32.shl {get('i')} {i32(2)}) (f32.demote_f64 {height}))")
        every_frame = text.loop("frames", "j", i32(0), i32(4 * one.count * one.hop), 4 * one.hop)
        with every_frame, text.loop("samples", "i", i32(0), i32(4 * one.n_fft), 4):
            text.line(put("x", f"(f32.load offset={one.window} {get('i')})"))
            text.line(put("w", f"(i32.add {get('i')} {get('j')})"))
            total = f"(f32.add (f32.load offset={one.inverse} {get('w')}) (f32.mul {get('x')} {get('x')}))"
            text.line(f"(f32.store offset={one.inverse} {get('w')} {total})")
        end = one.left + one.samples
        with text.loop("overlap", "i", i32(4 * one.left), i32(4 * end), 4):
            total = f"(f32.mul (f32.const {2 * one.n_fft}) (f32.load offset={one.inverse} {get('i')}))"
            text.line(f"(f32.store offset={one.inverse} {get('i')} (f32.div (f32.const 1) {total}))")
        text.line(f"(memory.fill {i32(one.inverse)} {i32(0)} {i32(4 * one.left)})")
        text.line(f"(memory.fill {i32(one.inverse + 4 * end)} {i32(0)} {i32(4 * (one.length - end))})")


def write(text: Text, one: Transform, *, fused: bool) -> None:
    """Writes ``$fourier``, from `Transform.entered` to `Transform.left_in`, and its stages."""
    logarithm = one.size.bit_length() - 1
    if one.stages > 1:
        _quarters(text, one, fused)
    _last(text, one, 2 if logarithm % 2 else 4)
    with text.block("(func $fourier"):
        step = PAIR
        for stage in range(one.stages - 1):
            text.line(f"(call $quarters {i32(one.buffers[stage % 2])} {i32(one.buffers[1 - stage % 2])} {i32(step)})")
            step *= 4
        last = one.stages - 1
        text.line(f"(call $last {i32(one.buffers[last % 2])} {i32(one.buffers[1 - last % 2])})")


def _sums(text: Text) -> None:
    """Sums and differences of a and c, and of b and d, into their places: p = a + c, m = a − c, …"""
    for part in "ri":
        for first, second in (("a", "c"), ("b", "d")):
            text.line(put("t", of("sub", f"{first}{part}", f"{second}{part}")))
            text.line(
                put(f"{first}{part}", of("add", f"{first}{part}", f"{second}{part}")), put(f"{second}{part}", get("t"))
            )


def _quarters(text: Text, one: Transform, fused: bool) -> None:
    """A stage of four: with n values left apart and s transforms beside each other, ``n s = M``,

    ``y[q + s (4p + j)] = w^{jp} Σ_k i^{−jk} x[q + s (p + k n / 4)]``, ``w = exp(−2πi / n)``.
    """
    quarter = one.size // 4 * PAIR
    with text.block("(func $quarters (param $from i32) (param $to i32) (param $step i32)"):
        text.line(locals_of("i32", "end q one two three turn turned t2 t3"))
        text.line(locals_of("v128", "ar ai br bi cr ci dr di t wr1 wi1 wr2 wi2 wr3 wi3"))
        text.line(put("end", plus(get("from"), quarter)), put("turn", f"(i32.shr_u {get('step')} {i32(1)})"))
        text.line(put("one", get("step")), put("two", f"(i32.shl {get('step')} {i32(1)})"))
        text.line(put("three", f"(i32.add {get('one')} {get('two')})"))
        with text.block("(loop $turns"):
            t2, t3 = (f"(i32.mul {get('turned')} {i32(times)})" for times in (2, 3))
            text.line(put("t2", t2), put("t3", t3))
            for number, pointer in enumerate(("turned", "t2", "t3"), 1):
                text.line(put(f"wr{number}", spread(get(pointer), one.table)))
                text.line(put(f"wi{number}", spread(get(pointer), one.table + 4)))
            text.line(put("q", f"(i32.add {get('from')} {get('step')})"))
            with text.block("(loop $beside"):
                for number, name in enumerate("abcd"):
                    text.line(put(f"{name}r", load(get("from"), number * quarter)))
                    text.line(put(f"{name}i", load(get("from"), number * quarter + 16)))
                _sums(text)
                text.line(keep(get("to"), of("add", "ar", "br")), keep(get("to"), of("add", "ai", "bi"), 16))
                pairs = (("two", 2, "sub", "ar", "br", "ai", "bi"), ("one", 1, "add", "cr", "di", "ci", "dr"))
                for where, number, how, a, b, c, d in (*pairs, ("three", 3, "sub", "cr", "di", "ci", "dr")):
                    other = how if number == 2 else {"add": "sub", "sub": "add"}[how]
                    text.line(put("t", of(how, a, b)), put("br", of(other, c, d)))
                    to = f"(i32.add {get('to')} {get(where)})"
                    real = difference_of_products("t", f"wr{number}", "br", f"wi{number}", fused)
                    imaginary = sum_of_products("t", f"wi{number}", "br", f"wr{number}", fused)
                    text.line(keep(to, real), keep(to, imaginary, 16))
                text.line(put("from", plus(get("from"), PAIR)), put("to", plus(get("to"), PAIR)))
                text.line(f"(br_if $beside (i32.ne {get('from')} {get('q')}))")
            text.line(put("to", f"(i32.add {get('to')} {get('three')})"))
            text.line(put("turned", f"(i32.add {get('turned')} {get('turn')})"))
            text.line(f"(br_if $turns (i32.ne {get('from')} {get('end')}))")


def _last(text: Text, one: Transform, values: int) -> None:
    """The last stage, of four or of two: all turns are 1."""
    part = one.size // values * PAIR
    with text.block("(func $last (param $from i32) (param $to i32) (local $end i32)"):
        text.line(locals_of("v128", "ar ai br bi cr ci dr di t"))
        text.line(put("end", plus(get("from"), part)))
        with text.block("(loop $beside"):
            for number, name in enumerate("abcd"[:values]):
                text.line(put(f"{name}r", load(get("from"), number * part)))
                text.line(put(f"{name}i", load(get("from"), number * part + 16)))
            if values == 4:
                _sums(text)
                made = [("add", "ar", "br", "ai", "bi"), ("add", "cr", "di", "ci", "dr")]
                made += [("sub", "ar", "br", "ai", "bi"), ("sub", "cr", "di", "ci", "dr")]
            else:
                made = [("add", "ar", "br", "ai", "bi"), ("sub", "ar", "br", "ai", "bi")]
            for number, (how, a, b, c, d) in enumerate(made):
                other = {"add": "sub", "sub": "add"}[how] if b == "di" else how
                text.line(keep(get("to"), of(how, a, b), number * part))
                text.line(keep(get("to"), of(other, c, d), number * part + 16))
            text.line(put("from", plus(get("from"), PAIR)), put("to", plus(get("to"), PAIR)))
            text.line(f"(br_if $beside (i32.ne {get('from')} {get('end')}))")
