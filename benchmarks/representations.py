"""Raw waveform or a converted form? What each representation costs, loses, and makes of a network's errors.

    python benchmarks/representations.py [--sounds N]

For real sounds at 16 kHz, each representation as it comes (fitted to the sounds, as training does):

- numbers a second: what a generator has to make for a second of sound;
- milliseconds of CPU a second of sound, to encode and to decode, on one thread;
- what the way there and back loses: `signal.audible_difference`, 0 (nothing heard) to 1 (nothing in common);
- what an error sounds like: the same after noise of 10 % and of 30 % of the numbers' own size was added to them. A
  generator is taught by differences of these very numbers, and makes errors in them.

Medians over the sounds. The last lines are ratios of the audible difference at 10 % to that of the waveform: below 1
means that errors of equal size are heard less.
"""

import argparse
import statistics
from typing import Any

import machine
import recordings
import torch

from ganbaru import signal
from ganbaru.errors import UserError

RATE = 16_000
SOUNDS = ("klettres", "speech:one,two,three", "loop_tabla", "guit_em9", "loop_amen", "ambi_choir")
KINDS: dict[str, dict[str, Any]] = {
    "waveform": {},
    "mu-law": {},
    "stft": {},
    "magnitude+if": {"hop": 128},
    "mdct": {},
    "log-magnitude": {},
    "mel": {},
    "log-mel": {},
    "cqt": {},
    "log-cqt": {},
}
ERRORS = (0.0, 0.1, 0.3)


def heard(representation: Any, sound: torch.Tensor, error: float) -> float:
    """Audible difference of what comes back after an error of that share of the numbers' size."""
    encoded = representation.encode(sound)
    noise = torch.randn(encoded.shape, generator=torch.Generator().manual_seed(0))
    back = representation.decode(encoded + error * _size(encoded) * noise, sound.shape[1])
    return float(signal.audible_difference(sound, back, rate=RATE))


def _size(encoded: torch.Tensor) -> torch.Tensor:
    """How much the numbers of each plane differ from their mean."""
    planes = encoded if encoded.ndim == 4 else encoded[:, None]
    spread = planes.std(dim=(0, 2, 3), keepdim=True)
    return spread if encoded.ndim == 4 else spread[:, 0]


def measure(name: str, sounds: list[torch.Tensor]) -> dict[str, float]:
    """One row of the table."""
    plain = signal.representation(name, rate=RATE, **KINDS[name])
    fitted = [plain.fitted(sound) for sound in sounds]
    seconds = [sound.shape[1] / RATE for sound in sounds]
    encoded = [one.encode(sound) for one, sound in zip(fitted, sounds, strict=True)]
    row = {"numbers a second": statistics.median(x.numel() / s for x, s in zip(encoded, seconds, strict=True))}
    pairs = list(zip(fitted, sounds, encoded, seconds, strict=True))
    there = machine.alternate({str(i): lambda p=p: p[0].encode(p[1]) for i, p in enumerate(pairs)}, rounds=3, warmup=1)
    back = machine.alternate(
        {str(i): lambda p=p: p[0].decode(p[2], p[1].shape[1]) for i, p in enumerate(pairs)}, rounds=3, warmup=1
    )
    for said, turns in (("encode", there), ("decode", back)):
        row[said] = statistics.median(1000 * machine.median(turns[str(i)]) / p[3] for i, p in enumerate(pairs))
    for error in ERRORS:
        each = [heard(one, sound, error) for one, sound in zip(fitted, sounds, strict=True)]
        row[f"{error:.0%}"] = statistics.median(each)
    return row


def main() -> None:
    """Measure and print; the ratios come last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--sounds", type=int, help="so many; none: all")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(machine.about())
    sounds = []
    for name in SOUNDS[: options.sounds]:
        try:
            sounds.append(torch.from_numpy(recordings.load(name, rate=RATE, seconds=3)).float()[None])
        except UserError as error:
            print(f"{error}: left out {name}")
    if not sounds:
        raise SystemExit("there is no sound to measure")
    rows = {name: measure(name, sounds) for name in KINDS}
    print(f"\n{len(sounds)} sounds; ms of CPU a second of sound; audible difference after an error of so much\n")
    print("| representation | numbers a second | encode ms | decode ms | no error | 10 % | 30 % |\n|" + " --- |" * 7)
    for name, row in rows.items():
        numbers, encode, decode, *differences = row.values()
        cells = [f"{numbers:,.0f}", f"{encode:.2f}", f"{decode:.2f}", *(f"{value:.3f}" for value in differences)]
        print(f"| {name} | {' | '.join(cells)} |")
    print()
    for name, row in rows.items():
        print(f"an error of 10 % is heard, {name} against waveform: {row['10%'] / rows['waveform']['10%']:.2f}x")


if __name__ == "__main__":
    main()
