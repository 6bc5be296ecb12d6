"""A learned phase against PGHI: how well both fit without any iteration, and as a start for Griffin-Lim.

    python benchmarks/learned_phase.py [--minutes M]

A network is trained by ``ganbaru.fit(…, objective="phase")`` on the spoken digits of English voices, for so many
minutes, and asked for the phases of sounds at 8 kHz (256 samples a window) that it never heard: digits that were held
out (of the same voices), words of other languages by other voices, and recordings of music. Claim: on voices that were
held out it is 3 dB better than PGHI, with no iteration after either. Spectral convergence in dB, lower is better;
medians over sounds.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
import numpy as np
import recordings
import torch

import ganbaru as gb
from ganbaru import signal
from ganbaru.errors import UserError
from ganbaru.training import load_phase

RATE, N_FFT = 8_000, 256
VOICES = ("speech:eins,zwei,drei,vier?language=de&count=48", "speech:uno,dos,tres,cuatro?language=es&count=48")
MUSIC = ("loop_tabla", "guit_em9", "loop_amen", "ambi_choir", "loop_breakbeat", "ambi_haunted_hum")
ITERATIONS = (0, 4, 32)


def sounds() -> Iterator[tuple[str, list[torch.Tensor]]]:
    """Kinds of sounds that the network never heard: ``(1, T)`` each."""
    digits = gb.sources.open("speech:digits").held_out
    yield "held-out digits", _each(digits, 64)
    yield "other voices and words", [sound for name in VOICES for sound in _each(gb.sources.open(name).train, 32)]
    music = []
    for name in MUSIC:
        try:
            music.append(torch.from_numpy(recordings.load(name, rate=RATE, seconds=4)).float()[None])
        except UserError as error:
            print(f"{error}: left out {name}")
    if music:
        yield "music", music


def _each(split: Any, count: int) -> list[torch.Tensor]:
    chosen = np.linspace(0, len(split.data) - 1, min(count, len(split.data))).astype(np.int64)
    return [torch.from_numpy(sound)[None] for sound in split.take(chosen) if np.abs(sound).max() > 0]


def fits(found: list[torch.Tensor], network: signal.PhaseNetwork) -> dict[str, list[float]]:
    """By start and iterations, the median over sounds."""
    frames = {"n_fft": network.n_fft, "hop": network.hop}
    figures: dict[str, list[list[float]]] = {"PGHI": [], "learned": []}
    for sound in found:
        wanted = signal.stft(sound, **frames).abs().mT
        for start, phase in (("PGHI", "pghi"), ("learned", network)):
            figures[start].append(
                [
                    float(
                        signal.recover(
                            wanted, samples=sound.shape[1], iterations=count, phase=phase, **frames
                        ).convergence
                    )
                    for count in ITERATIONS
                ]
            )
    return {start: [statistics.median(column) for column in zip(*rows, strict=True)] for start, rows in figures.items()}


def measured(hop: int, minutes: float) -> list[str]:
    """Trains for one hop, prints its table, and gives back the lines of gains."""
    with tempfile.TemporaryDirectory() as place:
        options = {"n_fft": N_FFT, "hop": hop}
        run = gb.fit(
            "speech:digits", out=Path(place) / "run", objective="phase", minutes=minutes, representation_options=options
        )
        network = load_phase(run)
        steps = run.read_json("quality")["step"]
    weights = sum(weight.numel() for weight in network.parameters())
    print(f"\nhop {hop} of {N_FFT}: {steps} steps in {minutes:g} minutes, {weights:,} weights\n")
    print(f"| sounds | start | {' | '.join(f'{count} iterations' for count in ITERATIONS)} |")
    print(f"|{' --- |' * (2 + len(ITERATIONS))}")
    lines = []
    for name, found in sounds():
        rows = fits(found, network)
        for start, values in rows.items():
            print(f"| {name} ({len(found)}) | {start} | {' | '.join(f'{value:.1f}' for value in values)} |")
        gains = [known - learned for known, learned in zip(rows["PGHI"], rows["learned"], strict=True)]
        bar = " (bar 3)" if name == "other voices and words" and hop == N_FFT // 4 else ""
        said = ", ".join(f"{gain:.1f} dB after {count}" for gain, count in zip(gains, ITERATIONS, strict=True))
        lines.append(f"learned better than PGHI, hop {hop}, {name}: {said} iterations{bar}")
    return lines


def main() -> None:
    """Train, measure and print; the gains come last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--minutes", type=float, default=4.0, help="of training, for each hop")
    options = parser.parse_args()
    print(machine.about())
    lines = [line for hop in (N_FFT // 4, N_FFT // 2) for line in measured(hop, options.minutes)]
    print("\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
