"""Kernels that are neither product nor walk: borders, norms whose statistics are the sound's own, blends, rows."""

from dataclasses import dataclass

from ganbaru.ship.compiler import mathematics as m
from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.memory import WORD, Buffer
from ganbaru.ship.compiler.wat import Text, f64, get, i32, plus, put


@dataclass(frozen=True)
class Zeros:
    """So many stretches of zeros.

    Attributes:
        name: of the layer and the side.
        address: of the first.
        bytes: of each.
        times: how many.
        step: from one to the next.
    """

    name: str
    address: int
    bytes: int
    times: int
    step: int


@dataclass(frozen=True)
class Normalisation:
    """``(x − mean) / √(variance + eps) · weight + bias`` over groups of channels with all space.

    Attributes:
        name: of its function.
        source: what is read.
        target: what is written; as long as the source.
        groups: of channels.
        eps: as in the formula.
        weight: where one number for each channel lies.
        bias: likewise.
        activation: of what is stored.
    """

    name: str
    source: Buffer
    target: Buffer
    groups: int
    eps: float
    weight: int
    bias: int
    activation: Activation


@dataclass(frozen=True)
class Blend:
    """Linear interpolation along one axis.

    Attributes:
        name: of its function.
        source: what is read.
        target: what is written.
        axis: of space.
        table: where, for each place, the one before it and the way from there to the next lie, two float32.
    """

    name: str
    source: Buffer
    target: Buffer
    axis: int
    table: int


@dataclass(frozen=True)
class Row:
    """The row of a table that a label says, or one 1 among zeros.

    Attributes:
        name: of its function.
        label: where its number lies, an i32.
        table: where the rows lie; 0 for a one-hot vector.
        target: where the row goes.
        count: numbers of a row.
    """

    name: str
    label: int
    table: int
    target: int
    count: int


def write_zeros(text: Text) -> None:
    """Writes ``$zeros``, which all of them share."""
    told = " ".join(f"(param ${name} i32)" for name in ("at", "bytes", "times", "step"))
    with text.block(f"(func $zeros {told}"), text.block("(loop $each"):
        text.line(f"(memory.fill {get('at')} {i32(0)} {get('bytes')})")
        text.line(put("at", f"(i32.add {get('at')} {get('step')})"), put("times", plus(get("times"), -1)))
        text.line(f"(br_if $each {get('times')})")


def row(text: Text, one: Row) -> None:
    """Writes its function."""
    label = f"(i32.load {i32(one.label)})"
    with text.block(f"(func ${one.name}"):
        if one.table:
            source = f"(i32.add {i32(one.table)} (i32.mul {label} {i32(WORD * one.count)}))"
            text.line(f"(memory.copy {i32(one.target)} {source} {i32(WORD * one.count)})")
        else:
            text.line(f"(memory.fill {i32(one.target)} {i32(0)} {i32(WORD * one.count)})")
            text.line(f"(f32.store (i32.add {i32(one.target)} (i32.shl {label} {i32(2)})) (f32.const 1))")


def _places(text: Text, buffers: list[tuple[str, Buffer]], body: list[str], depth: int = 0) -> None:
    """Runs lines for every place of space, pointers at its first channel; they move on by themselves."""
    shape = buffers[0][1].space
    if depth == len(shape):
        text.line(*body)
        return
    text.line(put(f"n{depth}", i32(shape[depth])))
    with text.block(f"(loop $space{depth}"):
        _places(text, buffers, body, depth + 1)
        for pointer, buffer in buffers:
            inner = buffer.steps[depth + 2] * shape[depth + 1] if depth + 1 < len(shape) else 0
            text.line(put(pointer, plus(get(pointer), buffer.steps[depth + 1] - inner)))
        text.line(put(f"n{depth}", plus(get(f"n{depth}"), -1)), f"(br_if $space{depth} {get(f'n{depth}')})")


def normalisation(text: Text, one: Normalisation) -> None:
    """Writes its function: sums in double precision, first of the numbers, then of the squares about their mean."""
    each = one.source.channels // one.groups
    count = each
    for places in one.source.space:
        count *= places
    with text.block(f"(func ${one.name} (local $g i32) (local $c i32) (local $in i32) (local $out i32)"):
        text.line("(local $mean f64) (local $sum f64) (local $scale f64) (local $d f64) (local $v v128)")
        text.line(" ".join(f"(local $n{axis} i32)" for axis in range(max(1, len(one.source.space)))))
        with text.loop("groups", "g", i32(0), i32(one.groups), 1):
            start = f"(i32.add {i32(one.source.start)} (i32.mul {get('g')} {i32(each * WORD)}))"
            value = f"(f64.promote_f32 (f32.load (i32.add {get('in')} (i32.shl {get('c')} {i32(2)}))))"
            text.line(put("in", start), put("sum", f64(0)))
            _places(text, [("in", one.source)], _channels(each, [put("sum", f"(f64.add {get('sum')} {value})")]))
            text.line(put("mean", f"(f64.div {get('sum')} {f64(count)})"), put("in", start), put("sum", f64(0)))
            square = [
                put("d", f"(f64.sub {value} {get('mean')})"),
                put("sum", f"(f64.add {get('sum')} (f64.mul {get('d')} {get('d')}))"),
            ]
            _places(text, [("in", one.source)], _channels(each, square))
            variance = f"(f64.add (f64.div {get('sum')} {f64(count)}) {f64(one.eps)})"
            text.line(put("scale", f"(f64.div {f64(1)} (f64.sqrt {variance}))"), put("in", start))
            text.line(put("out", f"(i32.add {i32(one.target.start)} (i32.mul {get('g')} {i32(each * WORD)}))"))
            _places(text, [("in", one.source), ("out", one.target)], _channels(each, _normed(one, each, value)))


def _channels(count: int, body: list[str]) -> list[str]:
    """Lines for every channel of a group."""
    return [
        put("c", i32(0)),
        "(loop $channels",
        *(f"  {line}" for line in body),
        f"  {put('c', plus(get('c'), 1))}",
        f"  (br_if $channels (i32.ne {get('c')} {i32(count)}))",
        ")",
    ]


def _normed(one: Normalisation, each: int, value: str) -> list[str]:
    channel = f"(i32.shl (i32.add (i32.mul {get('g')} {i32(each)}) {get('c')}) {i32(2)})"
    factor, shift = (
        f"(f64.promote_f32 (f32.load (i32.add {i32(where)} {channel})))" for where in (one.weight, one.bias)
    )
    unit = f"(f64.mul (f64.sub {value} {get('mean')}) {get('scale')})"
    return [
        put("v", f"(f32x4.splat (f32.demote_f64 (f64.add (f64.mul {unit} {factor}) {shift})))"),
        *one.activation.of("v"),
        f"(v128.store32_lane 0 (i32.add {get('out')} (i32.shl {get('c')} {i32(2)})) {get('v')})",
    ]


def blend(text: Text, one: Blend) -> None:
    """Writes its function: for each place the two that it lies between, all channels and inner places of them."""
    axis, source, target = one.axis, one.source, one.target
    outer = source.space[:axis]
    inner = (*source.space[axis + 1 :], source.channels)
    within = [*zip((*source.steps[axis + 2 :], WORD), (*target.steps[axis + 2 :], WORD), inner, strict=True)]
    with text.block(
        f"(func ${one.name} (local $entry i32) (local $from i32) (local $p i32) (local $q i32) (local $k i32)"
    ):
        text.line("(local $w v128) (local $x v128) (local $i i32) (local $o i32)")
        text.line(" ".join(f"(local $n{depth} i32)" for depth in range(len(outer) + 2 + len(inner))))
        text.line(put("i", i32(source.start)), put("o", i32(target.start)))
        for depth, count in enumerate(outer):
            text.line(put(f"n{depth}", i32(count)), f"(loop $outer{depth}")
        text.line(put("entry", i32(one.table)), put("q", get("o")), put("k", i32(target.space[axis])))
        with text.block("(loop $places"):
            place = f"(i32.trunc_f32_s (f32.load {get('entry')}))"
            text.line(put("from", f"(i32.add {get('i')} (i32.mul {place} {i32(source.steps[axis + 1])}))"))
            text.line(put("w", f"(v128.load32_splat offset=4 {get('entry')})"), put("p", get("q")))
            _blended(text, within, source.steps[axis + 1] if source.space[axis] > 1 else 0, 0)
            text.line(put("q", plus(get("q"), target.steps[axis + 1])), put("entry", plus(get("entry"), 8)))
            text.line(put("k", plus(get("k"), -1)), f"(br_if $places {get('k')})")
        for depth in reversed(range(len(outer))):
            text.line(
                put("i", plus(get("i"), source.steps[depth + 1])), put("o", plus(get("o"), target.steps[depth + 1]))
            )
            text.line(put(f"n{depth}", plus(get(f"n{depth}"), -1)), f"(br_if $outer{depth} {get(f'n{depth}')}))")


def _blended(text: Text, within: list[tuple[int, int, int]], next_place: int, depth: int) -> None:
    """``x + w (next − x)`` for all that belongs to one place."""
    read, write, count = within[depth]
    counter = f"n{len(within) - depth}"
    text.line(put(counter, i32(count)))
    with text.block(f"(loop $inner{depth}"):
        if depth < len(within) - 1:
            _blended(text, within, next_place, depth + 1)
            gone = within[depth + 1]
            read, write = read - gone[0] * gone[2], write - gone[1] * gone[2]
        else:
            text.line(put("x", f"(v128.load32_zero {get('from')})"))
            step = f"(f32x4.sub (v128.load32_zero offset={next_place} {get('from')}) {get('x')})"
            text.line(f"(v128.store32_lane 0 {get('p')} {m.add(get('x'), m.multiply(get('w'), step))})")
        text.line(put("from", plus(get("from"), read)), put("p", plus(get("p"), write)))
        text.line(put(counter, plus(get(counter), -1)), f"(br_if $inner{depth} {get(counter)})")
