"""Mel bands of four frames at a time, one in each lane, and spectra that have given bands.

A bank is zero but for a stretch of bins in each band, and of bands at each bin. So it is shipped as those stretches,
once the one way and once the other: for each row, the address of its first number relative to the whole, how many
there are, and the weights.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.ship.compiler import mathematics as m
from ganbaru.ship.compiler.unpacking import Parcel
from ganbaru.ship.compiler.wat import Text, get, i32, plus, put, splat
from ganbaru.ship.compiler.way_back.fourier import keep, load, locals_of, of, spread

Array = np.ndarray[Any, Any]

LANES = 16
"""Bytes of a number of four frames."""
UPDATES = 20
"""As `signal.mel.to_linear` does."""
_TINY = 1e-12


@dataclass(frozen=True)
class Bank:
    """Where a bank lies, and what is worked on.

    Attributes:
        bands: how many.
        bins: how many.
        power: 1 for bands of magnitudes, 2 of powers.
        over_bins: the stretches of each band.
        over_bands: those of each bin.
        total: one over what each bin weighs in all bands.
        row: one over what each band weighs.
        have: room for all bands of four frames.
        gain: room for all bins.
        loud: likewise.
    """

    bands: int
    bins: int
    power: int
    over_bins: int
    over_bands: int
    total: int
    row: int
    have: int
    gain: int
    loud: int


def shipped(bank: Array, power: int, parcel: Parcel) -> Bank:
    """A bank ``(bands, bins)``."""
    bands, bins = bank.shape
    covered = bank.sum(axis=0) > 0
    total = np.where(covered, 1 / np.maximum(bank.sum(axis=0), _TINY), 0)
    row = 1 / np.maximum(bank.sum(axis=1), _TINY)
    tables = [parcel.numbers(_stretches(each)) for each in (bank, bank.T)]
    rest = [parcel.numbers(each) for each in (total, row)]
    room = [parcel.memory.take(LANES * count) for count in (bands, bins, bins)]
    return Bank(bands, bins, power, *tables, *rest, *room)


def _stretches(rows: Array) -> Array:
    made: list[Array] = []
    for row in rows:
        places = np.flatnonzero(row)
        first, end = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
        made += [np.array([LANES * first, end - first], "<i4").view("<f4"), row[first:end].astype("<f4")]
    return np.concatenate(made)


def write(text: Text, one: Bank) -> None:
    """Writes ``$sums``, rows of a bank; ``$lacking``, what each bin lacks; ``$magnitudes``, what to start from."""
    _write_sums(text)
    with text.block("(func $lacking (param $want i32) (local $c i32)"):
        text.comment("the mean, weighted by the bank, of what the bands of a bin lack (Lee & Seung 2001, theorem 2)")
        text.line(f"(call $sums {i32(one.over_bins)} {i32(one.loud)} {i32(one.have)} {i32(one.bands)})")
        with text.loop("bands", "c", i32(0), i32(LANES * one.bands), LANES):
            have = f"(f32x4.pmax {load(get('c'), one.have)} {splat(_TINY * _TINY)})"
            text.line(keep(get("c"), m.divide(load(f"(i32.add {get('want')} {get('c')})"), have), one.have))
        text.line(f"(call $sums {i32(one.over_bands)} {i32(one.have)} {i32(one.gain)} {i32(one.bins)})")
    _write_magnitudes(text, one)


def gained(one: Bank, pointer: str) -> str:
    """What a bin lacks, at a pointer of 4 bytes a bin in a local."""
    return of("mul", load(f"(i32.shl {get(pointer)} {i32(2)})", one.gain), spread(get(pointer), one.total))


def _write_sums(text: Text) -> None:
    told = " ".join(f"(param ${name} i32)" for name in ("table", "from", "to", "rows"))
    with text.block(f"(func $sums {told}"):
        text.line(locals_of("i32", "p n"), locals_of("v128", "x"))
        with text.block("(loop $each"):
            text.line(put("p", f"(i32.add {get('from')} (i32.load {get('table')}))"))
            text.line(put("n", f"(i32.load offset=4 {get('table')})"), put("x", "(v128.const i32x4 0 0 0 0)"))
            text.line(put("table", plus(get("table"), 8)))
            with text.block(f"(if {get('n')}"), text.block("(then"), text.block("(loop $terms"):
                text.line(put("x", of("add", "x", of("mul", load(get("p")), spread(get("table"))))))
                text.line(put("p", plus(get("p"), LANES)), put("table", plus(get("table"), 4)))
                text.line(put("n", plus(get("n"), -1)), f"(br_if $terms {get('n')})")
            text.line(keep(get("to"), get("x")), put("to", plus(get("to"), LANES)))
            text.line(put("rows", plus(get("rows"), -1)), f"(br_if $each {get('rows')})")


def _write_magnitudes(text: Text, one: Bank) -> None:
    with text.block("(func $magnitudes (param $want i32) (param $to i32) (local $i i32) (local $n i32)"):
        text.comment("from the bank's transpose on, so many multiplicative updates")
        with text.loop("bands", "i", i32(0), i32(4 * one.bands), 4):
            wide = f"(i32.shl {get('i')} {i32(2)})"
            there = load(f"(i32.add {get('want')} {wide})")
            text.line(keep(wide, of("mul", there, spread(get("i"), one.row)), one.have))
        text.line(f"(call $sums {i32(one.over_bands)} {i32(one.have)} {i32(one.loud)} {i32(one.bins)})")
        with text.loop("least", "i", i32(0), i32(LANES * one.bins), LANES):
            text.line(keep(get("i"), m.add(load(get("i"), one.loud), splat(_TINY * _TINY)), one.loud))
        with text.loop("updates", "n", i32(0), i32(UPDATES), 1):
            text.line(f"(call $lacking {get('want')})")
            with text.loop("bins", "i", i32(0), i32(4 * one.bins), 4):
                wide = f"(i32.shl {get('i')} {i32(2)})"
                text.line(keep(wide, of("mul", load(wide, one.loud), gained(one, "i")), one.loud))
        if one.power == 1:
            text.line(f"(memory.copy {get('to')} {i32(one.loud)} {i32(LANES * one.bins)})")
            return
        with text.loop("roots", "i", i32(0), i32(LANES * one.bins), LANES):
            text.line(keep(f"(i32.add {get('to')} {get('i')})", f"(f32x4.sqrt {load(get('i'), one.loud)})"))
