"""The signal room against librosa: time to an equal phase, quality at equal iterations, mel both ways, import.

    python benchmarks/signal_room.py [--sounds N] [--seeds N] [--rounds N]

(It is not called ``signal.py``: a script of that name would stand before Python's own module of that name.)

Claims, each printed with its bar at the end; medians over real sounds and seeds, at 16 kHz, n_fft 1024, hop 256, Hann:

- The spectral convergence that librosa's Griffin-Lim reaches in 32 iterations (momentum 0.99, random start) takes 5
  times less with ours, that of 60 iterations 7 times less; by CPU and by wall time, idle and with another core busy.
  For each sound and seed, ours takes as few iterations from `pghi` as reach librosa's figure.
- After 32 iterations each, ours is 8 dB better.
- A mel spectrogram takes 2.5 times less for one sound, 4 times less for a batch of 32.
- Mel bands to a sound: 0.5 dB of log-mel error on speech, in less time than librosa's chain.
- ``import ganbaru.signal`` costs 50 ms more than ``import torch``.

Each side is given the magnitudes of its own frames, and judged by them; the turns of both alternate. One thread.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import machine

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy's second thread waits at the cost of whoever is next
import numpy as np
import recordings
import torch
from machine import Turn

from ganbaru import signal
from ganbaru.errors import UserError

warnings.simplefilter("ignore")
import librosa  # noqa: E402

Array = np.ndarray[Any, Any]
RATE, N_FFT, HOP, BANDS = 16_000, 1024, 256, 80
FRAMES = {"n_fft": N_FFT, "hop": HOP}
SOUNDS = (
    "klettres", "loop_tabla", "guit_em9", "loop_amen", "ambi_haunted_hum", "speech:one,two,three", "loop_breakbeat",
    "ambi_choir",
)  # fmt: skip
SPEECH = ("klettres", "speech:one,two,three")
FEW = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


@dataclass
class Race:
    """What one sound and seed gave.

    Attributes:
        theirs: librosa's spectral convergence, dB.
        iterations: how many of ours reach it; None where 128 do not.
        turns: "librosa" and "ours", idle and busy.
    """

    theirs: float
    iterations: int | None
    turns: dict[str, dict[str, list[Turn]]] = field(default_factory=dict)


def convergence(found: Array, wanted: Array) -> float:
    """``20 log10(‖found − wanted‖ / ‖wanted‖)``, dB."""
    return 20 * math.log10(float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted)) + 1e-12)


def librosa_magnitude(sound: Array) -> Array:
    """``(F, L)``, by librosa's frames."""
    return np.abs(librosa.stft(sound, n_fft=N_FFT, hop_length=HOP, pad_mode="constant"))


def librosa_griffin_lim(magnitude: Array, samples: int, iterations: int, seed: int) -> Array:
    """Librosa's own, as it comes."""
    return librosa.griffinlim(
        magnitude, n_iter=iterations, hop_length=HOP, n_fft=N_FFT, length=samples, random_state=seed
    )


def magnitude_of(sound: Array) -> torch.Tensor:
    """``(1, F, L)``, by our frames."""
    return signal.stft(torch.from_numpy(sound)[None], **FRAMES).abs().mT


def race(sound: Array, *, iterations: int, seed: int, rounds: int) -> Race:
    """Librosa so many iterations against as few of ours as get as far."""
    theirs, ours = librosa_magnitude(sound), magnitude_of(sound)
    samples = len(sound)
    reached = convergence(librosa_magnitude(librosa_griffin_lim(theirs, samples, iterations, seed)), theirs)
    enough = (
        count
        for count in FEW
        if float(signal.recover(ours, samples=samples, iterations=count, seed=seed, **FRAMES).convergence) <= reached
    )
    found = Race(reached, next(enough, None))
    if found.iterations is not None:
        sides = {
            "librosa": lambda: librosa_griffin_lim(theirs, samples, iterations, seed),
            "ours": lambda: signal.griffin_lim(
                ours, samples=samples, iterations=found.iterations or 0, seed=seed, **FRAMES
            ),
        }
        found.turns["idle"] = machine.alternate(sides, rounds=rounds, warmup=1)
        with busy():
            found.turns["busy"] = machine.alternate(sides, rounds=rounds, warmup=0)
    return found


@contextmanager
def busy() -> Iterator[None]:
    """Within, every core but one has something else to do."""
    others = max(1, (os.cpu_count() or 2) - 1)
    jobs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
    try:
        yield
    finally:
        for job in jobs:
            job.kill()
            job.wait()


def phases(sounds: dict[str, Array], *, iterations: int, seeds: int, rounds: int) -> list[str]:
    """Time to librosa's figure after so many iterations: a row for each sound, and the lines of ratios."""
    print(f"\nas good as librosa after {iterations} iterations (medians over {seeds} seeds; ms of CPU, idle)\n")
    print(
        "| sound | librosa dB | librosa ms | our iterations | our ms | ratio |\n| --- | --- | --- | --- | --- | --- |"
    )
    ratios: dict[tuple[str, str], list[float]] = {}
    for name, sound in sounds.items():
        found = [race(sound, iterations=iterations, seed=seed, rounds=rounds) for seed in range(seeds)]
        raced = [one for one in found if one.iterations is not None]
        for one in raced:
            for load, turns in one.turns.items():
                for clock in ("cpu", "wall"):
                    quotient = machine.median(turns["librosa"], clock) / machine.median(turns["ours"], clock)
                    ratios.setdefault((load, clock), []).append(quotient)
        print(_row(name, found, raced))
    return [
        f"time to librosa's {iterations} iterations, {load}, {clock}: {statistics.median(values):.1f}x "
        f"[{min(values):.1f}, {max(values):.1f}] (bar {5 if iterations == 32 else 7})"
        for (load, clock), values in sorted(ratios.items(), reverse=True)
    ]


def _row(name: str, found: list[Race], raced: list[Race]) -> str:
    reached = statistics.median(one.theirs for one in found)
    if not raced:
        return f"| {name} | {reached:.1f} | – | not in {FEW[-1]} | – | – |"
    slow, fast = (
        1000 * statistics.median(machine.median(one.turns["idle"][side]) for one in raced)
        for side in ("librosa", "ours")
    )
    counts = statistics.median(one.iterations or 0 for one in raced)
    return f"| {name} | {reached:.1f} | {slow:.0f} | {counts:g} | {fast:.1f} | {slow / fast:.1f}x |"


def quality(sounds: dict[str, Array], *, seeds: int) -> list[str]:
    """How much better ours is after as many iterations, and without any."""
    print("\nspectral convergence, dB (medians over seeds)\n")
    print("| sound | librosa 32 | ours: pghi alone | 4 | 32 | random start 32 |\n| --- | --- | --- | --- | --- | --- |")
    gains = []
    for name, sound in sounds.items():
        theirs, ours, samples = librosa_magnitude(sound), magnitude_of(sound), len(sound)
        rows = []
        for seed in range(seeds):
            other = convergence(librosa_magnitude(librosa_griffin_lim(theirs, samples, 32, seed)), theirs)
            mine = [
                float(
                    signal.recover(
                        ours, samples=samples, iterations=count, phase=start, seed=seed, **FRAMES
                    ).convergence
                )
                for start, count in (("pghi", 0), ("pghi", 4), ("pghi", 32), ("random", 32))
            ]
            rows.append([other, *mine])
            gains.append(other - mine[2])
        print(f"| {name} | {' | '.join(f'{value:.1f}' for value in np.median(rows, axis=0))} |")
    return [
        f"better than librosa after 32 iterations each: {statistics.median(gains):.1f} dB "
        f"[{min(gains):.1f}, {max(gains):.1f}] (bar 8)"
    ]


def floor(sound: Array, *, rounds: int) -> list[str]:
    """What of an iteration is its two Fourier transforms."""
    import scipy.fft

    wanted, samples = magnitude_of(sound), len(sound)
    spectrum = np.ascontiguousarray(signal.stft(torch.from_numpy(sound)[None], **FRAMES).numpy())

    def transforms() -> None:
        for _ in range(32):
            scipy.fft.rfft(scipy.fft.irfft(spectrum, n=N_FFT))

    sides = {
        "one": lambda: signal.griffin_lim(wanted, samples=samples, iterations=1, phase="zero", **FRAMES),
        "more": lambda: signal.griffin_lim(wanted, samples=samples, iterations=33, phase="zero", **FRAMES),
        "transforms": transforms,
    }
    turns = machine.alternate(sides, rounds=rounds, warmup=1)
    share = machine.median(turns["transforms"]) / (machine.median(turns["more"]) - machine.median(turns["one"]))
    return [f"two Fourier transforms' share of an iteration: {100 * share:.0f} %"]


def mel_speed(sound: Array, *, rounds: int) -> list[str]:
    """A mel spectrogram of power, equal to librosa's, of one sound and of batches."""
    mel = signal.Mel(rate=RATE, bands=BANDS, n_fft=N_FFT, hop=HOP, low=0.0, scale="slaney", norm="slaney", power=2)
    lines = []
    longest = sound[: 10 * RATE]
    for said, batch, bar in (
        ("one sound of 10 s", longest[None], 2.5),
        ("batch of 32 sounds of 1 s", np.stack([sound[:RATE]] * 32), 4),
        ("batch of 32 sounds of 10 s", np.stack([longest] * 32), 4),
    ):
        given = torch.from_numpy(batch)
        sides = {
            "librosa": lambda batch=batch: librosa.feature.melspectrogram(
                y=batch, sr=RATE, n_fft=N_FFT, hop_length=HOP, n_mels=BANDS
            ),
            "ours": lambda given=given: mel.magnitude(given),
        }
        turns = machine.alternate(sides, rounds=3 * rounds)
        lines.append(
            machine.spoken(f"mel spectrogram, {said}, CPU", machine.ratio(turns["librosa"], turns["ours"]))
            + f" (bar {bar})"
        )
    return lines


def from_mel(sounds: dict[str, Array], *, rounds: int) -> list[str]:
    """Mel bands back to sound: the error of the result's log-mel spectrogram, and the time."""
    mel = signal.Mel(rate=RATE, bands=BANDS, n_fft=N_FFT, hop=HOP, low=0.0, scale="slaney", norm="slaney")
    print("\nmel bands to sound: mean log-mel error, dB, and ms of CPU\n")
    print("| sound | librosa dB | ms | ours dB | ms |\n| --- | --- | --- | --- | --- |")
    lines = []
    for name, sound in sounds.items():
        given, samples = torch.from_numpy(sound)[None], len(sound)
        bands = mel.magnitude(given)
        theirs = librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=BANDS) @ librosa_magnitude(sound)
        made: dict[str, Array] = {}

        def chain(theirs: Array = theirs, samples: int = samples, made: dict[str, Array] = made) -> None:
            linear = librosa.feature.inverse.mel_to_stft(theirs, sr=RATE, n_fft=N_FFT, power=1.0)
            made["librosa"] = librosa_griffin_lim(linear, samples, 32, 0)

        def ours(bands: torch.Tensor = bands, samples: int = samples, made: dict[str, Array] = made) -> None:
            made["ours"] = mel.decode(bands, samples)[0].numpy()

        turns = machine.alternate({"librosa": chain, "ours": ours}, rounds=max(1, rounds // 2), warmup=1)
        errors = {side: log_mel_gap(mel, torch.from_numpy(one).float()[None], bands) for side, one in made.items()}
        spent = {side: 1000 * machine.median(each) for side, each in turns.items()}
        cells = [f"{errors[side]:.2f} | {spent[side]:.0f}" for side in ("librosa", "ours")]
        print(f"| {name} | {' | '.join(cells)} |")
        if name in SPEECH:
            lines.append(
                f"log-mel error of {name}: ours {errors['ours']:.2f} dB (bar 0.5), librosa {errors['librosa']:.2f} dB, "
                f"{spent['librosa'] / spent['ours']:.1f}x the time of ours"
            )
    return lines


def log_mel_gap(mel: signal.Mel, found: torch.Tensor, bands: torch.Tensor) -> float:
    """Mean absolute difference of levels, dB, of bands down to −100 dB of the loudest."""
    least = 1e-5 * float(bands.max())
    levels = [20 * torch.log10(side.clamp(min=least)) for side in (mel.magnitude(found), bands)]
    return float((levels[0] - levels[1]).abs().mean())


def importing(*, rounds: int) -> list[str]:
    """Seconds of CPU that a process takes to import."""
    spent: dict[str, list[float]] = {"torch": [], "ganbaru.signal": []}
    for _ in range(rounds + 1):
        for name, times in spent.items():
            before = os.times()
            subprocess.run([sys.executable, "-c", f"import {name}"], check=True)
            after = os.times()
            times.append(after.children_user + after.children_system - before.children_user - before.children_system)
    more = statistics.median(b - a for a, b in zip(*(times[1:] for times in spent.values()), strict=True))
    return [f"import ganbaru.signal: {1000 * more:.0f} ms of CPU more than import torch (bar 50)"]


def main() -> None:
    """Measure and print; the ratios come last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--sounds", type=int, help="so many; none: all")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side that count")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine.about()}; librosa {librosa.__version__}")
    sounds = {}
    for name in SOUNDS[: options.sounds]:
        try:
            sounds[name] = recordings.load(name, rate=RATE, seconds=10).astype(np.float32)
        except UserError as error:
            print(f"{error}: left out {name}")
    if not sounds:
        raise SystemExit("there is no sound to measure")
    longest = max(sounds.values(), key=len)
    lines = []
    for iterations in (32, 60):
        lines += phases(sounds, iterations=iterations, seeds=options.seeds, rounds=options.rounds)
    lines += quality(sounds, seeds=options.seeds)
    lines += floor(longest, rounds=options.rounds)
    lines += mel_speed(longest, rounds=options.rounds)
    lines += from_mel(sounds, rounds=options.rounds)
    lines += importing(rounds=options.rounds)
    print("\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
