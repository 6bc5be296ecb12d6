"""The inverse short-time Fourier transform: `signal.framing.istft`, four frames at a time."""

from dataclasses import dataclass

from ganbaru.ship.compiler.memory import WORD
from ganbaru.ship.compiler.wat import Text, get, i32, plus, put
from ganbaru.ship.compiler.way_back import fourier, frames
from ganbaru.ship.compiler.way_back.fourier import PAIR, Frames, keep, load, locals_of


@dataclass(frozen=True)
class Inverse:
    """One transform.

    Attributes:
        name: of its function.
        frames: of the sound.
        source: where the spectra lie: for each bin all frames, real and imaginary part of each.
        step: from a bin to the next, bytes.
        target: where the sound goes.
    """

    name: str
    frames: Frames
    source: int
    step: int
    target: int
    calls: tuple[str, ...] = ()


def write(text: Text, one: Inverse, fused: bool) -> None:
    """Writes its function and those that it calls."""
    if not fused:
        fourier.write_tables(text, one.frames)
    fourier.write(text, one.frames.transform, fused=fused)
    frames.write_inverse(text, one.frames, fused=fused)
    _write_gathered(text, one)
    of_frames = one.frames
    step, end = 4 * 2 * WORD, one.source + of_frames.groups * 4 * 2 * WORD
    with text.block(f"(func ${one.name} {locals_of('i32', 'from out')}"):
        text.line(f"(memory.fill {i32(of_frames.following)} {i32(0)} {i32(WORD * of_frames.length)})")
        text.line(put("out", i32(of_frames.following)))
        with text.loop("groups", "from", i32(one.source), i32(end), step):
            text.line(f"(call $gathered {get('from')})", "(call $waves)", f"(call $overlaid {get('out')})")
            text.line(put("out", plus(get("out"), 4 * WORD * of_frames.hop)))
        text.line("(call $levelled)", frames.copied_out(of_frames, one.target))


def _write_gathered(text: Text, one: Inverse) -> None:
    """Writes ``$gathered``: spectra of four frames, real parts and imaginary parts each side by side."""
    real, imaginary = "0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27", "4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31"
    opening = "(func $gathered (param $from i32) (local $i i32) (local $x v128) (local $y v128)"
    with text.block(opening), text.loop("bins", "i", i32(0), i32(PAIR * one.frames.bins), PAIR):
        text.line(put("x", load(get("from"))), put("y", load(get("from"), 16)))
        for offset, lanes in ((0, real), (16, imaginary)):
            text.line(keep(get("i"), f"(i8x16.shuffle {lanes} {get('x')} {get('y')})", one.frames.spectrum + offset))
        text.line(put("from", plus(get("from"), one.step)))
