"""Our WebAssembly against what people use today: ONNX Runtime Web and tfjs, in node and in Chromium, on one thread.

    python benchmarks/ship.py [--rounds N] [--starts N] [--generators NAME …] [--engines NAME …] [--quality N]

Claims: steady inference at least 6.5 times as fast as ONNX Runtime Web on the graph as exported, 2.5 times when it is
given our folded graph, 1.8 times on the same arithmetic, and twice as fast as tfjs on the folded graph; the first
sound after navigation 10 times sooner; over the wire (brotli) at most half of the bytes with weights at fp32 and an
eighth with the precision that ``auto`` takes; no more than 15 KB of code.

*Generators*: one built like WaveGAN, for scale, and our defaults for the representations "waveform" and "log-mel", for
a second of sound at 16 kHz; the last one with the way back to sound, too. Weights are drawn, not trained: it makes no
difference to speed.
*As exported*: torch's own exporter, given the generator in torch's own layers (``nn.Upsample``, then ``nn.Conv1d``).
*Folded*: each rival is given the graph that our compiler makes of it by rewriting, upsampling taken into the weights;
activations stand where the rival can join them to what is before them (a transposed convolution in its place was
measured to be slower in ONNX Runtime). We do Winograd besides; they do what they do.
*Same arithmetic*: ours with nothing folded and no Winograd, against ONNX Runtime on the graph as exported.
*Relaxed*: with the kernels that a page takes where the browser has relaxed multiply-adds.
*Ceiling*: multiply-adds on vectors of 128 bits that wait for nothing, measured in the same rounds; the share is that
of the multiply-adds that are really done, so that Winograd gains nothing in it.

*With the way back*: the module holds the search for a sound (PGHI, 32 iterations of Griffin-Lim) too. ONNX has none,
so the rival is given one written in products of matrices, which starts from phases of zero: PGHI cannot be written so.
(Its own Fourier transform was measured to be no quicker than the product. One could also write the search in JavaScript
beside the runtime; that is not in the race.)
*First sound*: a fresh browser context each time, all files from this machine, so no network is in it; a page that needs
nothing is opened as often, and no side can be quicker than that: what ONNX Runtime takes over it is the most that there
is to reach.
*Bytes*: page, code and weights, which are moved a little from where they were drawn: then they are packed no better
than trained ones are. The precision that
``auto`` takes is the one that ``ganbaru ship`` would, by the sounds that the drawn weights make; a spectrogram's, by
those of its way back.

All sides of a race are in one process or page, take turns of about 20 ms (the median of five pieces), and each round
begins with the next side; torch (one thread) takes its turn between them. Every side hands out its samples in an array
of its own, which is held against Python's first: one that is off stops the benchmark. Times are medians over rounds on
the clock, with the tenth percentile beside them; ratios are medians over rounds with quartiles.

The packages raced against are fetched into ``~/.cache/ganbaru/benchmarks`` (or ``$GANBARU_BENCHMARKS``).
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import machine
import numpy as np
import torch
from machine import Turn
from shipped import ceiling, engines, fetching, generators, rivals
from shipped.engines import Chromium, Engine, Node
from shipped.generators import Raced

from ganbaru.ship.checking import SOUND_BOUND, difference
from ganbaru.ship.compiler.module import assembled, compiled
from ganbaru.ship.sections import FUSED, code_bytes, sections_of

OFF = 1e-4
"""Share of the largest number up to which a side may be off torch."""
WARM = 300
"""Milliseconds for which each side is run before the race."""
PYTHON = "Python, native"
BUSY = 1.1
"""How many times its processor time torch may take on a machine that is quiet enough."""
PIECES = 5
"""Times that torch runs in a turn, of which the median counts; the other sides' turns are alike, see ``sides.mjs``."""
PRECISIONS = ("fp32", "fp16", "int8")


class Prepared:
    """One generator with the files of all its sides.

    Attributes:
        raced: the generator.
        sides: for each side, what `sides.mjs` is told; names of files relative to the folder.
        multiply_adds: for each of ours, those of one sound.
    """

    def __init__(self, raced: Raced, folder: Path) -> None:
        self.raced, self._folder = raced, folder
        self.multiply_adds: dict[str, int] = {}
        self._write("latent", raced.latent.tobytes())
        self.sides = dict(self._rivals())
        self.sides |= self._ours("folded")
        if raced.representation is None:
            with generators.nothing_folded():
                self.sides |= self._ours("unfolded")
        for name, relaxed in (("ceiling", False), ("ceiling, relaxed", True)):
            code = self._write(f"{name}.wasm", assembled(ceiling.text(relaxed=relaxed)))
            self.sides[name] = {"kind": "ceiling", "module": code}

    def file(self, name: str) -> Path:
        """One of its files."""
        return self._folder / f"{self.raced.name}-{name.replace(', ', '-')}"

    def spec(self, engine: Engine) -> dict[str, Any]:
        """What an engine is told."""
        sides = {
            name: {key: engine.path(value) if isinstance(value, Path) else value for key, value in told.items()}
            for name, told in self.sides.items()
        }
        return {"latent": engine.path(self.file("latent")), "sides": sides}

    def _ours(self, name: str) -> dict[str, dict[str, Any]]:
        graph = self.raced.graph
        made = compiled(graph, rate=self.raced.rate)
        file = self._write(f"{name}.wasm", generators.finished(made))
        names = {f"ours, {name}": False, f"ours, {name}, relaxed": True}
        if self.raced.representation is None:
            self.multiply_adds |= dict.fromkeys(names, generators.multiply_adds(made))
        return {each: {"kind": "ganbaru", "module": file, "relaxed": relaxed} for each, relaxed in names.items()}

    def _rivals(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "ort, exported", {"kind": "ort", "model": self._write("exported.onnx", rivals.exported(self.raced))}
        if self.raced.representation is not None:
            return
        yield "ort, folded", {"kind": "ort", "model": self._write("folded.onnx", rivals.folded_onnx(self.raced))}
        steps, weights = rivals.tfjs_steps(self.raced)
        yield "tfjs, folded", {"kind": "tfjs", "steps": steps, "weights": self._write("tfjs.bin", weights)}

    def _write(self, name: str, content: bytes) -> Path:
        self.file(name).write_bytes(content)
        return self.file(name)


def steady(prepared: Prepared, engine: Engine, *, rounds: int) -> list[str]:
    """The race of one generator in one engine; prints what was met, returns the lines of ratios."""
    raced = prepared.raced
    names = engine.do({"do": "prepare", "spec": prepared.spec(engine)})
    off = {name: _off(raced, engine, name) for name in names if not name.startswith("ceiling")}
    engine.do({"do": "warm", "milliseconds": WARM})
    turns = _alternate(raced, engine, names, rounds=rounds)
    print(f"\n{raced.name} in {engine.version}: {raced.about}, {raced.parameters:,} weights\n")
    _table(prepared, turns, off)
    disturbed = _disturbed(turns)
    if disturbed > BUSY:
        print(
            f"\nOther jobs were busy: torch took {disturbed:.1f} times its processor time. Quote nothing of this race."
        )
    where = f"{raced.name}, {engine.version.split()[0]}{' (busy machine)' if disturbed > BUSY else ''}"
    return [f"{where}, {line}" for line in _ratios(prepared, turns)]


def _disturbed(turns: dict[str, list[Turn]]) -> float:
    """How many times its processor time torch took on the clock: on one thread, only other jobs make a difference."""
    return machine.median(turns[PYTHON], "wall") / machine.median(turns[PYTHON])


def _off(raced: Raced, engine: Engine, name: str) -> float:
    """How far a side is off Python: its largest difference, as a share of the largest number; where phases are sought,
    the share of the loudness that is heard to be different.

    Raises:
        SystemExit: too far; a race with wrong results is none.
    """
    made = np.array(engine.do({"do": "sound", "side": name}), np.float32)
    truth = raced.written() if name.startswith("ort") else raced.run()
    if made.shape != truth.shape:
        raise SystemExit(f"{name} makes {made.shape} instead of {truth.shape}: no race")
    if raced.representation is None:
        off, bound = float(np.abs(made - truth).max() / np.abs(truth).max()), OFF
    else:
        off, bound = difference(truth[None], made[None], raced.rate).audible, SOUND_BOUND
    if not off <= bound:
        raise SystemExit(f"{name} is {off:.2g} off Python, more than {bound:g}: no race")
    return off


def _alternate(raced: Raced, engine: Engine, names: list[str], *, rounds: int) -> dict[str, list[Turn]]:
    """As `machine.alternate`, timed by the engine's clock, and torch's by Python's."""

    def turn(side: str) -> Turn:
        seconds = float(engine.do({"do": "turn", "side": side})) / 1000
        return Turn(seconds, seconds)

    taken: dict[str, Callable[[], Turn]] = {name: partial(turn, name) for name in names}
    taken[PYTHON] = lambda: sorted((machine.timed(raced.run) for _ in range(PIECES)), key=_wall)[PIECES // 2]
    turns: dict[str, list[Turn]] = {name: [] for name in taken}
    order = list(taken)
    for number in range(1 + rounds):
        for name in order:
            one = taken[name]()
            if number:
                turns[name].append(one)
        order = [*order[1:], order[0]]
    return turns


def _wall(turn: Turn) -> float:
    return turn.wall


def _table(prepared: Prepared, turns: dict[str, list[Turn]], off: dict[str, float]) -> None:
    print("| side | median ms | p10 ms | off Python | multiply-adds | share of the ceiling |")
    print("|" + " --- |" * 6)
    for name, taken in turns.items():
        if name.startswith("ceiling"):
            rate = 2 * ceiling.MULTIPLY_ADDS / machine.median(taken) / 1e9
            print(f"| {name} | | | | | {rate:.1f} GFLOP/s |")
            continue
        done = prepared.multiply_adds.get(name)
        cells = [f"{1000 * machine.median(taken, 'wall'):.3f}", f"{1000 * _quick(taken):.3f}"]
        cells += [f"{off[name]:.1e}" if name in off else ""]
        cells += [f"{done / 1e6:.1f} M" if done else "", f"{_share(turns, name, done):.0%}" if done else ""]
        print(f"| {name} | {' | '.join(cells)} |")


def _share(turns: dict[str, list[Turn]], name: str, done: int) -> float:
    """Of the ceiling of the same kind of multiply-add."""
    beside = turns["ceiling, relaxed" if name.endswith("relaxed") else "ceiling"]
    return machine.ratio(beside, turns[name])[0] * done / ceiling.MULTIPLY_ADDS


_RATIOS = (
    ("torch on one native thread / ours", PYTHON, "ours, folded"),
    ("tfjs, folded / ours (bar 2)", "tfjs, folded", "ours, folded"),
    ("ORT as exported / ours, same arithmetic (bar 1.8)", "ort, exported", "ours, unfolded"),
    ("ORT, folded / ours (bar 2.5)", "ort, folded", "ours, folded"),
    ("ORT as exported / ours (bar 6.5)", "ort, exported", "ours, folded"),
)


def _ratios(prepared: Prepared, turns: dict[str, list[Turn]]) -> Iterator[str]:
    """Of the kernels that every browser takes, then of the relaxed ones."""
    for kind in ("", ", relaxed"):
        for name, done in prepared.multiply_adds.items():
            if name == f"ours, folded{kind}" and name in turns:
                yield f"share of the ceiling{kind}: {_share(turns, name, done):.0%}"
        for name, slow, fast in _RATIOS:
            if slow in turns and fast + kind in turns:
                said = machine.spoken(f"{name}{kind}", machine.ratio(turns[slow], turns[fast + kind]))
                yield f"{said}, of the tenth percentiles {_quick(turns[slow]) / _quick(turns[fast + kind]):.2f}x"


def _quick(turns: list[Turn]) -> float:
    """Seconds of the tenth percentile, which other jobs on the machine disturb least."""
    return float(np.quantile([turn.wall for turn in turns], 0.1))


def first_sound(prepared: Prepared, browser: Chromium, *, starts: int) -> list[str]:
    """From navigation to the first samples, with nothing cached; ours at fp32 and int8, ONNX Runtime, and a page that
    needs nothing and makes nothing.
    """
    raced = prepared.raced
    model = prepared.file("exported.onnx").name
    pages = {
        "nothing": "first_nothing.html",
        **{each: f"first_ganbaru.html?model={wire(prepared, each).name}" for each in ("fp32", "int8")},
        "ort": f"first_ort.html?model={model}&latent={raced.generator.latent}",
    }
    times: dict[str, list[Turn]] = {name: [] for name in pages}
    order = list(pages)
    for number in range(1 + starts):
        for name in order:
            said = browser.first(pages[name])
            if not said["power"] > 0:
                raise SystemExit(f"the first sound of {name} is silent: no race")
            if number:
                times[name].append(Turn(said["milliseconds"] / 1000, said["milliseconds"] / 1000))
        order = [*order[1:], order[0]]
    said_of = ", ".join(f"{name} {1000 * machine.median(taken):.0f} ms" for name, taken in times.items())
    print(f"\n{raced.name}, first sound in {browser.version}: {said_of}")
    about = f"{raced.name}, {browser.version.split()[0]}, first sound: ORT /"
    against = {"fp32": "ours at fp32 (bar 10)", "int8": "ours at int8 (bar 10)", "nothing": "an empty page (the most)"}
    return [
        machine.spoken(f"{about} {said}", machine.ratio(times["ort"], times[each])) for each, said in against.items()
    ]


def wire(prepared: Prepared, precision: str) -> Path:
    """The module as it is shipped in a precision."""
    file = prepared.file(f"{precision}.wasm")
    if not file.exists():
        raced = prepared.raced
        file.write_bytes(generators.shipped(raced.graph, raced.rate, precision))  # type: ignore[arg-type]
    return file


def over_the_wire(prepared: Prepared, process: Node, packages: Path, *, quality: int) -> list[str]:
    """Bytes of all that a page needs to make a sound, by brotli: the page, the code, the weights."""

    def size(*files: Path) -> int:
        return sum(_brotli(process, file, quality) for file in files)

    page, runtime = engines.HERE / "first_ort.html", packages / "onnxruntime-web" / "dist"
    ort = size(runtime / "ort.wasm.bundle.min.mjs", runtime / "ort-wasm-simd-threaded.wasm")
    theirs = ort + size(page, prepared.file("exported.onnx"))
    scripts = (
        *("tfjs-core/dist/tf-core.min.js", "tfjs-backend-cpu/dist/tf-backend-cpu.min.js"),
        *("tfjs-backend-wasm/dist/tf-backend-wasm.min.js", "tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"),
    )
    tfjs = size(*(packages / "@tensorflow" / script for script in scripts))
    name, lines = prepared.raced.name, list[str]()
    print(
        f"\n{name}, bytes over the wire (brotli {quality}): ORT {theirs:,}; runtimes alone: ORT {ort:,}, tfjs {tfjs:,}"
    )
    for said, precision in {**{each: each for each in PRECISIONS}, "auto": prepared.raced.smallest}.items():
        module = wire(prepared, precision)
        ours = size(engines.HERE / "first_ganbaru.html", module)
        content = module.read_bytes()
        code = code_bytes(content), code_bytes(sections_of(content)[FUSED])
        name_of = said if said == precision else f"{said}, here {precision}"
        print(f"  ours, {name_of}: {ours:,} ({module.stat().st_size:,} as they are), code {code[0]:,} + {code[1]:,}")
        bar = {"fp32": " (bar 2)", "auto": " (bar 8)"}.get(said, "")
        lines.append(f"{name}, bytes: ORT / ours at {name_of}{bar}: {theirs / ours:.2f}x")
    return [
        f"{name}, code: {code[0]:,} bytes, and {code[1]:,} once more with relaxed multiply-adds (bar 15,000)",
        *lines,
    ]


@cache
def _brotli(process: Node, file: Path, quality: int) -> int:
    return int(process.do({"do": "brotli", "file": str(file), "quality": quality}))


def main() -> None:
    """Measure and print; the ratios come last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="turns of each side that count")
    parser.add_argument("--starts", type=int, default=9, help="first sounds of each side that count")
    parser.add_argument("--quality", type=int, default=11, help="of brotli, 0 to 11")
    parser.add_argument("--generators", nargs="+", choices=generators.GENERATORS, default=list(generators.GENERATORS))
    parser.add_argument("--engines", nargs="+", choices=("node", "chromium"), default=["node", "chromium"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    print(machine.about())
    packages, lines = fetching.rivals(), list[str]()
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        process = stack.enter_context(engines.node(packages))
        browser = None
        if "chromium" in options.engines:
            browser = stack.enter_context(engines.chromium(packages, Path(place)))
        raced_in: list[Engine] = [process] if "node" in options.engines else []
        raced_in += [browser] if browser else []
        print(f"{process.version}; {browser.version if browser else 'no browser'}; {versions()}")
        for name in options.generators:
            prepared = Prepared(generators.drawn(name), Path(place))
            lines += over_the_wire(prepared, process, packages, quality=options.quality)
            if browser:
                lines += first_sound(prepared, browser, starts=options.starts)
            for engine in raced_in:
                lines += steady(prepared, engine, rounds=options.rounds)
    print("\nmedians over rounds [quartiles], clock", *lines, sep="\n")


def versions() -> str:
    """Of the rivals."""
    return ", ".join(f"{name} {version}" for name, version in fetching.RIVALS.items() if "core" not in name)


if __name__ == "__main__":
    main()
