"""Phases to start a search from: `signal.pghi` inside the module, on numbers of four frames side by side.

A bin's number lies at ``group · pitch + (1 + bin) · 16 + (frame mod 4) · 4``, of groups of four frames. There is a
group before the first and one behind the last, and a row before the first bin and one behind the last, so that every
bin has four neighbours: those beyond the ends are silent, and their logarithm goes on as it ended, which makes of a
central difference the one to the only neighbour.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ganbaru.ship.compiler import mathematics as m
from ganbaru.ship.compiler.memory import WORD, Memory
from ganbaru.ship.compiler.wat import Text, f32, get, i32, plus, put, splat
from ganbaru.ship.compiler.way_back.bands import LANES
from ganbaru.ship.compiler.way_back.fourier import PAIR, Frames, keep, load, locals_of, of
from ganbaru.signal.griffin_lim import Start
from ganbaru.signal.pghi import GAMMA

LEVELS = 1024
TOLERANCE = 1e-3
"""As `signal.pghi.pghi` has them."""
_QUIETEST, _LEAST = 1e-7, 1e-30
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
_WORD_MASK = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True)
class Phases:
    """Where magnitudes and phases lie, and what is needed to find these; addresses and steps in bytes.

    Attributes:
        start: "pghi", "random" or "zero".
        pitch: from a group to the next.
        size: of each array.
        magnitude: an array.
        phase: likewise.
        logarithm: likewise, of the magnitudes.
        level: likewise, loudness from 0 to `LEVELS` − 1 in whole numbers; −1 for a bin that is done or silent.
        following: likewise, the next one of equal loudness that waits.
        first: for each level, the bin that waits first; 0 for none.
        starts: for each level, where its bins begin in the order.
        order: all bins that are not silent, the loudest first.
    """

    start: Start
    pitch: int
    size: int
    magnitude: int
    phase: int
    logarithm: int = 0
    level: int = 0
    following: int = 0
    first: int = 0
    starts: int = 0
    order: int = 0

    def row(self, array: int) -> int:
        """Address of the first bin of the first group."""
        return array + self.pitch + LANES


def room_for(frames: Frames, start: Start, memory: Memory) -> Phases:
    """Room for the phases of a sound."""
    pitch = LANES * (frames.bins + 2)
    size = pitch * (frames.groups + 2)
    arrays = [memory.take(size) for _ in range(5 if start == "pghi" else 2)]
    if start == "pghi":
        arrays += [memory.take(WORD * count) for count in (LEVELS, LEVELS + 1, frames.count * frames.bins)]
    return Phases(start, pitch, size, *arrays)


def write(text: Text, one: Phases, frames: Frames) -> None:
    """Writes ``$phases``, which finds them, and ``$polar``: the spectra of four frames, of magnitudes and phases."""
    if one.start == "pghi":
        _write_levels(text, one)
        _write_ends(text, one, frames)
        _write_slopes(text, one, frames)
        _write_order(text, one, frames)
        _write_integrated(text, one)
    if one.start != "zero":
        _write_random(text, one, frames)
    with text.block("(func $phases"):
        text.line(
            f"(memory.fill {i32(one.phase)} {i32(0)} {i32(one.size)})" if one.start == "zero" else "(call $random)"
        )
        if one.start == "pghi":
            text.line("(call $levels)", "(call $ends)", "(call $order)", "(call $integrated)")
    _write_polar(text, one, frames)


def _write_polar(text: Text, one: Phases, frames: Frames) -> None:
    opening = "(func $polar (param $from i32) (local $i i32) (local $x v128) (local $y v128)"
    with text.block(opening), text.loop("bins", "i", i32(0), i32(PAIR * frames.bins), PAIR):
        text.line(put("x", load(get("from"))), put("y", load(get("from"), one.phase - one.magnitude)))
        for offset, name in ((0, "cos"), (16, "sin")):
            text.line(keep(get("i"), of("mul", "x", f"(call ${name} {get('y')})"), frames.spectrum + offset))
        text.line(put("from", plus(get("from"), LANES)))


@contextmanager
def _every_bin(text: Text, one: Phases, frames: Frames) -> Iterator[None]:
    """Lines for every bin of every frame, in that order; ``$x`` is where its numbers lie in an array."""
    with text.loop("frames", "frame", i32(0), i32(frames.count), 1):
        number = f"(i32.shr_u {get('frame')} {i32(2)})"
        group = f"(i32.mul {plus(number, 1)} {i32(one.pitch)})"
        lane = f"(i32.shl (i32.and {get('frame')} {i32(3)}) {i32(2)})"
        text.line(put("x", plus(f"(i32.add {group} {lane})", LANES)))
        with text.loop("bins", "bin", i32(0), i32(frames.bins), 1):
            yield
            text.line(put("x", plus(get("x"), LANES)))


def _write_levels(text: Text, one: Phases) -> None:
    """Writes ``$levels``: loudness in steps of equal ratio from the tolerance to the loudest, and logarithms."""
    with text.block("(func $levels (local $i i32)"):
        text.line(locals_of("v128", "x peak least"))
        with text.loop("loudest", "i", i32(0), i32(one.size), LANES):
            text.line(put("peak", of("pmax", "peak", load(get("i"), one.magnitude))))
        for lanes in ("8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7", "4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11"):
            text.line(put("peak", of("pmax", "peak", f"(i8x16.shuffle {lanes} {get('peak')} {get('peak')})")))
        text.line(put("least", of("pmax", of("mul", "peak", splat(_QUIETEST)), splat(_LEAST))))
        text.comment("where all is silent, so is every bin beside what is not")
        loudest = of("add", "peak", f"(v128.and {splat(1)} {of('eq', 'peak', splat(0))})")
        text.line(put("peak", f"(call $log {loudest})"))
        with text.loop("bins", "i", i32(0), i32(one.size), LANES):
            text.line(put("x", f"(call $log {of('pmax', load(get('i'), one.magnitude), 'least')})"))
            text.line(keep(get("i"), get("x"), one.logarithm))
            share = m.divide(of("sub", "x", "peak"), splat(-math.log(TOLERANCE)))
            text.line(put("x", m.add(share, splat(1))))
            step = f"(f32x4.pmin {m.multiply(get('x'), splat(LEVELS))} {splat(LEVELS - 1)})"
            level = f"(i32x4.trunc_sat_f32x4_s {step})"
            text.line(
                keep(get("i"), m.select(level, "(v128.const i32x4 -1 -1 -1 -1)", of("gt", "x", splat(0))), one.level)
            )


def _write_ends(text: Text, one: Phases, frames: Frames) -> None:
    """Writes ``$ends``: logarithms beyond the first and last bins and frames go on as they ended."""
    start, last = one.logarithm, LANES * frames.bins
    with text.block("(func $ends (local $i i32)"):
        with text.loop("groups", "i", i32(one.pitch), i32(one.pitch * (frames.groups + 1)), one.pitch):
            for ghost, near, far in ((0, LANES, 2 * LANES), (last + LANES, last, last - LANES)):
                near_value = load(get("i"), start + near)
                text.line(
                    keep(
                        get("i"), m.subtract(m.add(near_value, near_value), load(get("i"), start + far)), start + ghost
                    )
                )
        with text.loop("bins", "i", i32(0), i32(last), LANES):
            for ghost, near, far in ((-1, 0, 1), (frames.count, frames.count - 1, frames.count - 2)):
                near_value = f"(f32.load offset={start + _place(one, near)} {get('i')})"
                far_value = f"(f32.load offset={start + _place(one, far)} {get('i')})"
                beyond = (
                    near_value if frames.count == 1 else f"(f32.sub (f32.add {near_value} {near_value}) {far_value})"
                )
                text.line(f"(f32.store offset={start + _place(one, ghost)} {get('i')} {beyond})")


def _place(one: Phases, frame: int) -> int:
    """Of a frame's first bin in an array."""
    return (frame // 4 + 1) * one.pitch + LANES + frame % 4 * WORD


def _write_slopes(text: Text, one: Phases, frames: Frames) -> None:
    """Writes ``$later`` and ``$earlier``, neighbours in time, and the steps of the phase from a bin to the next."""
    far = one.pitch - 3 * WORD
    for name, how, lane in (("later", "add", 3 * WORD), ("earlier", "sub", 0)):
        with text.block(f"(func ${name} (param $x i32) (result i32)"):
            at_end = f"(i32.eq (i32.and {get('x')} {i32(12)}) {i32(lane)})"
            text.line(f"(i32.{how} {get('x')} (select {i32(far)} {i32(WORD)} {at_end}))")

    def rise(high: str, high_offset: int, low: str, low_offset: int) -> str:
        up, down = (
            f"(f32.load offset={one.logarithm + offset} {get(at)})"
            for at, offset in ((high, high_offset), (low, low_offset))
        )
        return f"(f32.sub {up} {down})"

    with text.block("(func $over_time (param $x i32) (result f32) (local $y i32) (local $turn i32)"):
        text.line(put("y", f"(call $later {get('x')})"))
        bin_number = f"(i32.sub (i32.rem_u (i32.shr_u {get('x')} {i32(4)}) {i32(one.pitch // LANES)}) {i32(1)})"
        text.line(put("turn", f"(i32.and (i32.mul {bin_number} {i32(frames.hop)}) {i32(frames.n_fft - 1)})"))
        over = f"(i32.shl (i32.ge_u {get('turn')} {i32(frames.half)}) {i32(frames.n_fft.bit_length() - 1)})"
        centred = f"(i32.sub {get('turn')} {over})"
        steady = f"(f32.mul {f32(_single(2 * math.pi / frames.n_fft))} (f32.convert_i32_s {centred}))"
        slope = _single(frames.hop / (GAMMA * frames.n_fft) / 4)
        rises = f"(f32.add {rise('y', LANES, 'y', -LANES)} {rise('x', LANES, 'x', -LANES)})"
        text.line(f"(f32.add (f32.mul {f32(slope)} {rises}) {steady})")
    with text.block("(func $over_frequency (param $x i32) (result f32) (local $y i32) (local $z i32)"):
        text.line(put("y", f"(call $later {get('x')})"), put("z", f"(call $earlier {get('x')})"))
        slope = _single(-GAMMA * frames.n_fft / frames.hop / 4)
        rises = f"(f32.add {rise('y', LANES, 'z', LANES)} {rise('y', 0, 'z', 0)})"
        text.line(f"(f32.sub (f32.mul {f32(slope)} {rises}) {f32(_single(math.pi))})")


def _write_order(text: Text, one: Phases, frames: Frames) -> None:
    """Writes ``$order``: all bins that are not silent, the loudest level first, by counting."""
    with text.block(f"(func $order {locals_of('i32', 'frame bin x level rank total')}"):
        text.line(f"(memory.fill {i32(one.starts)} {i32(0)} {i32(WORD * (LEVELS + 1))})")
        level = put("level", f"(i32.load offset={one.level} {get('x')})")
        heard = f"(i32.ge_s {get('level')} {i32(0)})"
        with _every_bin(text, one, frames):
            text.line(level, put("rank", f"(i32.shl (i32.sub {i32(LEVELS)} {get('level')}) {i32(2)})"))
            so_far = f"(i32.load offset={one.starts} {get('rank')})"
            more = f"(i32.store offset={one.starts} {get('rank')} {plus(so_far, 1)})"
            text.line(f"(if {heard} (then {more}))")
        with text.loop("ranks", "rank", i32(0), i32(WORD * (LEVELS + 1)), WORD):
            text.line(put("total", f"(i32.add {get('total')} (i32.load offset={one.starts} {get('rank')}))"))
            text.line(f"(i32.store offset={one.starts} {get('rank')} {get('total')})")
        with _every_bin(text, one, frames):
            text.line(level, put("rank", f"(i32.shl (i32.sub {i32(LEVELS - 1)} {get('level')}) {i32(2)})"))
            with text.block(f"(if {heard}"), text.block("(then"):
                text.line(put("total", f"(i32.load offset={one.starts} {get('rank')})"))
                text.line(f"(i32.store offset={one.order} (i32.shl {get('total')} {i32(2)}) {get('x')})")
                text.line(f"(i32.store offset={one.starts} {get('rank')} {plus(get('total'), 1)})")


def _write_integrated(text: Text, one: Phases) -> None:
    """Writes ``$integrated``: steps added up from the loudest bin outwards (Průša et al. 2017, algorithm 1)."""
    with text.block("(func $reach (param $x i32) (param $phase f32) (param $top i32) (result i32) (local $level i32)"):
        text.line(put("level", f"(i32.load offset={one.level} {get('x')})"))
        waiting = f"(i32.shl {get('level')} {i32(2)})"
        text.line(f"(f32.store offset={one.phase} {get('x')} {get('phase')})")
        text.line(f"(i32.store offset={one.level} {get('x')} {i32(-1)})")
        text.line(f"(i32.store offset={one.following} {get('x')} (i32.load offset={one.first} {waiting}))")
        text.line(f"(i32.store offset={one.first} {waiting} {get('x')})")
        text.line(f"(select {get('level')} {get('top')} (i32.gt_s {get('level')} {get('top')}))")
    with text.block(f"(func $integrated {locals_of('i32', 'seed end x y top')} (local $phase f32)"):
        text.line(f"(memory.fill {i32(one.first)} {i32(0)} {i32(WORD * LEVELS)})")
        text.line(put("end", f"(i32.shl (i32.load {i32(one.starts + WORD * LEVELS)}) {i32(2)})"))
        with text.block("(loop $seeds"), text.block(f"(if (i32.lt_u {get('seed')} {get('end')})"), text.block("(then"):
            text.line(put("x", f"(i32.load offset={one.order} {get('seed')})"), put("seed", plus(get("seed"), 4)))
            text.line(put("top", i32(-1)), _reached(one, "x", "(f32.const 0)"))
            with text.block("(loop $wait"), text.block(f"(if (i32.ge_s {get('top')} {i32(0)})"), text.block("(then"):
                waiting = f"(i32.shl {get('top')} {i32(2)})"
                text.line(put("x", f"(i32.load offset={one.first} {waiting})"))
                with text.block(f"(if {get('x')}"):
                    with text.block("(then"):
                        text.line(
                            f"(i32.store offset={one.first} {waiting} (i32.load offset={one.following} {get('x')}))"
                        )
                        _neighbours(text, one)
                    text.line(f"(else {put('top', plus(get('top'), -1))})")
                text.line("(br $wait)")
            text.line("(br $seeds)")


def _neighbours(text: Text, one: Phases) -> None:
    """The four of a bin, as far as they are not done."""
    text.line(put("phase", f"(f32.load offset={one.phase} {get('x')})"))
    for where, slope, sign, begin in (
        (f"(call $earlier {get('x')})", "over_time", "sub", "y"),
        (f"(call $later {get('x')})", "over_time", "add", "x"),
        (plus(get("x"), -LANES), "over_frequency", "sub", "y"),
        (plus(get("x"), LANES), "over_frequency", "add", "x"),
    ):
        text.line(put("y", where), _reached(one, "y", f"(f32.{sign} {get('phase')} (call ${slope} {get(begin)}))"))


def _reached(one: Phases, where: str, phase: str) -> str:
    undone = f"(i32.ge_s (i32.load offset={one.level} {get(where)}) {i32(0)})"
    reached = f"(call $reach {get(where)} {phase} {get('top')})"
    return f"(if {undone} (then {put('top', reached)}))"


def _write_random(text: Text, one: Phases, frames: Frames) -> None:
    """Writes ``$random``: a phase for every bin, the same for every sound, from numpy's PCG64 (O'Neill 2014)."""
    state = np.random.default_rng([0, 0x9647]).bit_generator.state["state"]
    with text.block(f"(func $random {locals_of('i32', 'frame bin x kept bits')}"):
        text.line(locals_of("i64", "low high p q r drawn"))
        for name, shift in (("low", 0), ("high", 64)):
            text.line(put(name, _i64(state["state"] >> shift)))
        with _every_bin(text, one, frames):
            with text.block(f"(if {get('kept')}"):
                later = f"(i32.wrap_i64 (i64.shr_u {get('drawn')} (i64.const 32)))"
                text.line(f"(then {put('bits', later)})")
                with text.block("(else"):
                    _permuted(text, state["inc"])
                    text.line(put("bits", f"(i32.wrap_i64 {get('drawn')})"))
            text.line(put("kept", f"(i32.eqz {get('kept')})"))
            share = f"(f32.mul (f32.convert_i32_u (i32.shr_u {get('bits')} {i32(8)})) (f32.const 0x1p-24))"
            text.line(f"(f32.store offset={one.phase} {get('x')} (f32.mul {share} {f32(_single(2 * math.pi))}))")


def _permuted(text: Text, increment: int) -> None:
    """The next state of 128 bits, ``a s + c``, and 64 bits of it: both halves as one, turned by its first six bits."""
    low_half, high_half = (_i64(_MULTIPLIER >> shift & 0xFFFFFFFF) for shift in (0, 32))
    a, b = f"(i64.and {get('low')} (i64.const 0xffffffff))", f"(i64.shr_u {get('low')} (i64.const 32))"
    text.line(put("p", f"(i64.mul {a} {low_half})"))
    text.line(put("q", f"(i64.add (i64.mul {b} {low_half}) (i64.shr_u {get('p')} (i64.const 32)))"))
    text.line(put("r", f"(i64.add (i64.mul {a} {high_half}) (i64.and {get('q')} (i64.const 0xffffffff)))"))
    carried = f"(i64.add (i64.shr_u {get('q')} (i64.const 32)) (i64.shr_u {get('r')} (i64.const 32)))"
    text.line(put("p", f"(i64.add (i64.mul {b} {high_half}) {carried})"))
    crossed = f"(i64.add (i64.mul {get('high')} {_i64(_MULTIPLIER)}) (i64.mul {get('low')} {_i64(_MULTIPLIER >> 64)}))"
    text.line(put("high", f"(i64.add (i64.add {get('p')} {crossed}) {_i64(increment >> 64)})"))
    text.line(
        put("q", f"(i64.mul {get('low')} {_i64(_MULTIPLIER)})"), put("low", f"(i64.add {get('q')} {_i64(increment)})")
    )
    text.line(put("high", f"(i64.add {get('high')} (i64.extend_i32_u (i64.lt_u {get('low')} {get('q')})))"))
    mixed = f"(i64.xor {get('high')} {get('low')})"
    text.line(put("drawn", f"(i64.rotr {mixed} (i64.shr_u {get('high')} (i64.const 58)))"))


def _i64(value: int) -> str:
    """The low 64 bits of a number, as a constant."""
    return f"(i64.const {value & _WORD_MASK:#x})"


def _single(value: float) -> float:
    """The nearest number of single precision."""
    return float(np.float32(value))
