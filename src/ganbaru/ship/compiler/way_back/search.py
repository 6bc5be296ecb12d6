"""Griffin-Lim inside the module: `signal.griffin_lim` and `signal.mel_griffin_lim`, four frames at a time.

An iteration runs once through the groups of four frames: their spectra in the sound as it is, mended, go straight into
the sound that is being added up; only the spectra of the iteration before are kept. So a group's numbers stay in the
first cache.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ganbaru.ship.compiler import mathematics as m
from ganbaru.ship.compiler.gemm import multiply_add
from ganbaru.ship.compiler.memory import WORD
from ganbaru.ship.compiler.wat import Text, get, i32, plus, put, splat
from ganbaru.ship.compiler.way_back import bands, fourier, frames, integration
from ganbaru.ship.compiler.way_back.bands import LANES, Bank
from ganbaru.ship.compiler.way_back.fourier import PAIR, Frames, keep, load, locals_of, of
from ganbaru.ship.compiler.way_back.integration import Phases


@dataclass(frozen=True)
class Search:
    """One search.

    Attributes:
        name: of its function.
        frames: of the sound.
        phases: what it starts from.
        bank: of the bands that are wanted; None where magnitudes are.
        source: where they lie, a frame behind the other.
        want: where they lie four frames at a time; with a bank.
        before: where the spectra of the last iteration do.
        target: where the sound goes.
        iterations: how many.
        momentum: of the mending.
    """

    name: str
    frames: Frames
    phases: Phases
    bank: Bank | None
    source: int
    want: int
    before: int
    target: int
    iterations: int
    momentum: float

    @property
    def calls(self) -> tuple[str, ...]:
        """Functions of `mathematics` that it needs."""
        return ("sin", "cos", *(("log",) if self.phases.start == "pghi" else ()))

    @property
    def rows(self) -> int:
        """Numbers of a frame that is read."""
        return self.frames.bins if self.bank is None else self.bank.bands


def write(text: Text, one: Search, fused: bool) -> None:
    """Writes its function and those that it calls."""
    if not fused:
        fourier.write_tables(text, one.frames)
    fourier.write(text, one.frames.transform, fused=fused)
    frames.write_inverse(text, one.frames, fused=fused)
    frames.write_framed(text, one.frames)
    frames.write_spectrum(text, one.frames, _bin_of(one, fused), fused=fused)
    frames.write_laned(text, one.rows)
    if one.bank is not None:
        bands.write(text, one.bank)
    _write_mended(text, one, fused)
    integration.write(text, one.phases, one.frames)
    _write_search(text, one)


def _bin_of(one: Search, fused: bool) -> frames.BinOf:
    """Of each bin: what it is, and with a bank how loud."""

    def lines(pointer: str, real: str, imaginary: str) -> list[str]:
        parts = ((0, real), (16, imaginary))
        made = [keep(get(pointer), get(part), one.frames.spectrum + offset) for offset, part in parts]
        if one.bank is not None:
            squares = fourier.sum_of_products(real, real, imaginary, imaginary, fused)
            loud = squares if one.bank.power == 2 else f"(f32x4.sqrt {squares})"
            made.append(keep(f"(i32.shr_u {get(pointer)} {i32(1)})", loud, one.bank.loud))
        return made

    return lines


def _write_mended(text: Text, one: Search, fused: bool) -> None:
    """Writes ``$mended``: spectra with the magnitudes that are wanted, and the phases of where they are going.

    That is beyond where they are, by as much of the way from those of the iteration before as the momentum says.
    """
    spectrum = one.frames.spectrum
    with text.block("(func $mended (param $want i32) (param $before i32) (local $i i32) (local $wide i32)"):
        text.line(locals_of("v128", "re im x scale"))
        if one.bank is not None:
            text.line(f"(call $lacking {get('want')})")
        with text.loop("bins", "i", i32(0), i32(4 * one.frames.bins), 4):
            text.line(put("wide", f"(i32.shl {get('i')} {i32(3)})"))
            for part, offset in (("re", 0), ("im", 16)):
                text.line(put("x", load(get("wide"), spectrum + offset)))
                step = of("sub", "x", load(get("before"), offset))
                text.line(put(part, multiply_add(splat(one.momentum), step, get("x"), fused)))
                text.line(keep(get("before"), get("x"), offset))
            size = m.add(fourier.sum_of_products("re", "re", "im", "im", fused), splat(1e-30))
            text.line(put("scale", m.divide(_wanted(one), f"(f32x4.sqrt {size})")))
            for part, offset in (("re", 0), ("im", 16)):
                text.line(keep(get("wide"), of("mul", part, "scale"), spectrum + offset))
            text.line(put("before", plus(get("before"), PAIR)))


def _wanted(one: Search) -> str:
    """The magnitude of a bin."""
    if one.bank is None:
        return load(f"(i32.add {get('want')} (i32.shl {get('i')} {i32(2)}))")
    there = f"(i32.shl {get('i')} {i32(2)})"
    loud = f"(f32x4.pmax {load(there, one.bank.loud)} {splat(1e-12)})"
    found = of("mul", bands.gained(one.bank, "i"), loud)
    return found if one.bank.power == 1 else f"(f32x4.sqrt {found})"


def _write_search(text: Text, one: Search) -> None:
    of_frames, magnitude = one.frames, one.phases.row(one.phases.magnitude)
    per_group = 4 * of_frames.hop * WORD
    want, wide = (magnitude, one.phases.pitch) if one.bank is None else (one.want, LANES * one.rows)
    steps = {
        "from": (one.source, 4 * WORD * one.rows),
        "want": (want, wide),
        "loud": (magnitude, one.phases.pitch),
        "out": (of_frames.following, per_group),
        "sound": (of_frames.sound, per_group),
        "before": (one.before, PAIR * of_frames.bins),
    }
    with text.block(f"(func ${one.name} {locals_of('i32', 'n ' + ' '.join(steps))}"):
        text.comment("what is wanted, four frames at a time, and magnitudes to start from")
        with _groups(text, of_frames, steps, "from", "want", "loud"):
            text.line(f"(call $laned {get('from')} {get('want')})")
            if one.bank is not None:
                text.line(f"(call $magnitudes {get('want')} {get('loud')})")
        text.line("(call $phases)")
        text.line(f"(memory.fill {i32(one.before)} {i32(0)} {i32(PAIR * of_frames.groups * of_frames.bins)})")
        text.line(f"(memory.fill {i32(of_frames.following)} {i32(0)} {i32(WORD * of_frames.length)})")
        with _groups(text, of_frames, steps, "loud", "out"):
            text.line(f"(call $polar {get('loud')})", "(call $waves)", f"(call $overlaid {get('out')})")
        text.line("(call $levelled)")
        if one.iterations:
            with text.loop("iterations", "n", i32(0), i32(one.iterations), 1):
                with _groups(text, of_frames, steps, "sound", "before", "want", "out"):
                    text.line(f"(call $framed {get('sound')})", "(call $spectrum)")
                    text.line(
                        f"(call $mended {get('want')} {get('before')})",
                        "(call $waves)",
                        f"(call $overlaid {get('out')})",
                    )
                text.line("(call $levelled)")
        text.line(frames.copied_out(of_frames, one.target))


@contextmanager
def _groups(text: Text, one: Frames, steps: Mapping[str, tuple[int, int]], *names: str) -> Iterator[None]:
    """Lines for every group of four frames, with pointers of these names, each ``(address, step)``."""
    text.line(*(put(name, i32(steps[name][0])) for name in names))
    first, step = steps[names[0]]
    with text.block("(loop $groups"):
        yield
        text.line(*(put(name, plus(get(name), steps[name][1])) for name in names))
        text.line(f"(br_if $groups (i32.ne {get(names[0])} {i32(first + one.groups * step)}))")
