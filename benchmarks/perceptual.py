"""Which distance orders changes of a sound as ears would? Claim: `audible_difference` does, on sounds it never saw.

    python benchmarks/perceptual.py [--sounds N] [--seconds S]

Real sounds at 16 kHz, with 50 ms of silence at both ends, are changed in ways whose order to the ear is known. For each
distance and sound, Kendall's tau: of all pairs of changes from different tiers, the share in the right order less the
share in the wrong one; a tie counts as neither but stays a pair. 1 is the order of the ears, 0 is none.

`audible_difference` was chosen on `CHOSEN_ON`; nothing in it follows from what `HELD_OUT` said. "aligned" gives an
older distance what `audible_difference` does first (the delay is taken out if that is better), to show what the rest of
it adds.

The tiers, and why:

0. Not heard. Flipped polarity and a phase shift of 90 degrees at all frequencies, heard on test signals only (Lipshitz,
   Pocock & Vanderkooy 1982); delays of 1 sample, 1 and 5 ms, as nothing else tells the time; 0.1 dB of gain, a fifth of
   what is just noticeable (Jesteadt, Wier & Green 1977).
1. Barely heard. Eight all-pass filters with group delays from 2.5 ms at 4 kHz to 5.6 ms at 280 Hz, up to three times
   what is just heard of clicks (Blauert & Laws 1978); Griffin-Lim of 60 iterations from random phases, whose magnitudes
   fit to −23 dB and better; Ogg Vorbis at quality 4, made to be near transparent.
2. Plainly heard. A low-pass at 4 kHz, the band of the telephone and close to the low anchor of listening tests (3.5
   kHz, ITU-R BS.1534); 8 bits linear, where speech needs 11 to sound like µ-law (Rabiner & Schafer 1978, chapter 5).
   µ-law of 8 bits is in tier 1 or 2 and not compared with either: it is one of the 14 units of distortion that a
   telephone connection may have (ITU-T G.113).
3. White noise at 20 dB: 11 dB and more above that of 8 bits.
4. White noise at 10 dB.
5. White noise at 0 dB, where speech begins to be lost (French & Steinberg 1947).
6. Silence: nothing of the sound is left.

The low-pass counts where it takes 0.01 to 10 % of a sound's energy: with less there is nothing to hear, with more most
of the sound is gone. One place in this order is doubtful: in a dense loud sound (loop_amen, bass_voxy_c) the noise of 8
bits lies 35 dB below the sound at all times and is probably not heard at all. It is counted all the same.
"""

import argparse
import io
import itertools
import statistics
from collections.abc import Callable, Iterable
from typing import Any

import machine
import numpy as np
import recordings
import scipy.signal
import soundfile
import torch

from ganbaru import signal
from ganbaru.errors import UserError
from ganbaru.signal.audible import advanced, audible_difference, delay
from ganbaru.signal.cepstrum import mel_cepstral_distortion
from ganbaru.signal.differences import log_mel_error, multi_resolution_stft, si_sdr, waveform_l2

Array = np.ndarray[Any, Any]
Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
RATE = 16_000
CHOSEN_ON = ("loop_tabla", "guit_em9", "loop_amen", "ambi_choir", "misc_crow", "speech:zero,one,two")
HELD_OUT = (
    "loop_breakbeat", "guit_e_slide", "ambi_piano", "drum_tom_hi_hard", "perc_bell", "loop_safari", "bass_voxy_c",
    "speech:seven,eight,nine", "klettres",
)  # fmt: skip


def hilbert(sound: Array) -> Array:
    """All frequencies 90 degrees later."""
    return np.imag(scipy.signal.hilbert(np.pad(sound, RATE // 4)))[RATE // 4 : -RATE // 4]


def later(sound: Array, samples: int) -> Array:
    """Delayed by so many samples."""
    return np.concatenate([np.zeros(samples), sound[:-samples]])


def all_pass(sound: Array) -> Array:
    """Through eight second-order all-pass filters, from 200 to 4,000 Hz, poles at 0.95."""
    for hertz in np.geomspace(200, 4000, 8):
        poles = np.array([1, -2 * 0.95 * np.cos(2 * np.pi * hertz / RATE), 0.95**2])
        sound = scipy.signal.lfilter(poles[::-1], poles, sound)
    return sound


def griffin_lim(sound: Array) -> Array:
    """The sound's magnitudes with phases found anew."""
    frames = {"n_fft": 1024, "hop": 256}
    magnitude = signal.stft(torch.from_numpy(sound).float()[None], **frames).abs().mT
    return signal.griffin_lim(magnitude, samples=len(sound), iterations=60, phase="random", **frames)[0].numpy()


def vorbis(sound: Array) -> Array:
    """Through Ogg Vorbis at quality 4."""
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format="OGG", subtype="VORBIS", compression_level=0.6)
    file.seek(0)
    return soundfile.read(file)[0][: len(sound)]


def mu_law(sound: Array) -> Array:
    """Rounded to 8 bits after µ-law compression."""
    level = np.round(127.5 * (1 + np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256))) / 127.5 - 1
    return np.sign(level) * (256 ** np.abs(level) - 1) / 255


def low_pass(sound: Array) -> Array:
    """Without what lies above 4 kHz: Butterworth of order 8, forwards and backwards."""
    return scipy.signal.sosfiltfilt(scipy.signal.butter(8, 4000, fs=RATE, output="sos"), sound)


def noisy(sound: Array, decibels: float) -> Array:
    """With white noise so many dB below the sound."""
    noise = np.random.default_rng(0).normal(size=len(sound))
    return sound + noise * np.linalg.norm(sound) / np.linalg.norm(noise) * 10 ** (-decibels / 20)


CHANGES: dict[str, tuple[int, int, Callable[[Array], Array]]] = {
    "flipped polarity": (0, 0, lambda sound: -sound),
    "90 degree phase shift": (0, 0, hilbert),
    "delay of 1 sample": (0, 0, lambda sound: later(sound, 1)),
    "delay of 1 ms": (0, 0, lambda sound: later(sound, RATE // 1000)),
    "delay of 5 ms": (0, 0, lambda sound: later(sound, RATE // 200)),
    "gain of 0.1 dB": (0, 0, lambda sound: sound * 10 ** (0.1 / 20)),
    "8 all-pass filters": (1, 1, all_pass),
    "Griffin-Lim, 60": (1, 1, griffin_lim),
    "Ogg Vorbis": (1, 1, vorbis),
    "µ-law, 8 bits": (1, 2, mu_law),
    "linear, 8 bits": (2, 2, lambda sound: np.round(127 * sound) / 127),
    "low-pass, 4 kHz": (2, 2, low_pass),
    "noise at 20 dB": (3, 3, lambda sound: noisy(sound, 20)),
    "noise at 10 dB": (4, 4, lambda sound: noisy(sound, 10)),
    "noise at 0 dB": (5, 5, lambda sound: noisy(sound, 0)),
    "silence": (6, 6, np.zeros_like),
}
"""Each with its lowest and highest tier."""


def aligned(distance: Distance) -> Distance:
    """The distance, or that after the delay between the two was taken out, whichever is less."""

    def least(reference: torch.Tensor, changed: torch.Tensor) -> torch.Tensor:
        moved = advanced(changed, delay(reference, changed, longest=RATE // 100))
        return torch.minimum(distance(reference, changed), distance(reference, moved))

    return least


def log_mel(reference: torch.Tensor, changed: torch.Tensor) -> torch.Tensor:
    """`log_mel_error` at the rate of this table."""
    return log_mel_error(reference, changed, rate=RATE)


DISTANCES: dict[str, Distance] = {
    "waveform_l2": waveform_l2,
    "−si_sdr": lambda reference, changed: -si_sdr(reference, changed),
    "mel_cepstral_distortion": lambda reference, changed: mel_cepstral_distortion(reference, changed, rate=RATE),
    "multi_resolution_stft": multi_resolution_stft,
    "log_mel_error": log_mel,
    "multi_resolution_stft, aligned": aligned(multi_resolution_stft),
    "log_mel_error, aligned": aligned(log_mel),
    "audible_difference": lambda reference, changed: audible_difference(reference, changed, rate=RATE),
}


def measured(sound: Array) -> dict[str, dict[str, float]]:
    """By distance, the figure of every change that counts for this sound."""
    changed = {name: change(sound) for name, (_, _, change) in CHANGES.items()}
    lost = np.square(sound - changed["low-pass, 4 kHz"]).sum() / np.square(sound).sum()
    if not 1e-4 < lost < 0.1:
        del changed["low-pass, 4 kHz"]
    batch = torch.from_numpy(np.stack(list(changed.values()))).float()
    reference = torch.from_numpy(sound).float().expand_as(batch)
    figures = {name: distance(reference, batch).tolist() for name, distance in DISTANCES.items()}
    return {name: dict(zip(changed, values, strict=True)) for name, values in figures.items()}


def tau(figures: dict[str, float]) -> float:
    """Kendall's tau of the figures against the tiers; pairs whose tiers touch are left out."""
    agree, pairs = 0.0, 0
    for one, other in itertools.permutations(figures, 2):
        if CHANGES[one][1] < CHANGES[other][0]:
            agree += np.sign(figures[other] - figures[one])
            pairs += 1
    return float(agree / pairs)


def measure(names: Iterable[str], seconds: float) -> dict[str, dict[str, dict[str, float]]]:
    """By sound and distance; says in a line what is missing.

    Raises:
        SystemExit: all of it is.
    """
    found, missing = {}, {}
    for name in names:
        try:
            sound = recordings.load(name, rate=RATE, seconds=seconds)
            found[name] = measured(np.pad(sound, RATE // 20))
        except UserError as error:
            missing.setdefault(str(error), []).append(name)
    for reason, left_out in missing.items():
        print(f"{reason}: left out {', '.join(left_out)}")
    if not found:
        raise SystemExit("there is no sound to measure")
    return found


def table(side: dict[str, dict[str, dict[str, float]]]) -> None:
    """The median over the sounds of every change and distance."""
    print(f"| change | tier | {' | '.join(DISTANCES)} |\n|{' --- |' * (2 + len(DISTANCES))}")
    for change, (low, high, _) in CHANGES.items():
        each = [[figures[name][change] for figures in side.values() if change in figures[name]] for name in DISTANCES]
        cells = [f"{statistics.median(values):.3g}" if values else "–" for values in each]
        print(f"| {change} | {low if low == high else f'{low}–{high}'} | {' | '.join(cells)} |")


def main() -> None:
    """Measure and print; the taus come last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--sounds", type=int, help="so many of each side; none: all")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each sound, at most")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine.about()}; {RATE:,} Hz, {options.seconds:g} s of each sound at most\n")
    sides = {}
    for said, names in (("chosen on", CHOSEN_ON), ("held out", HELD_OUT)):
        sides[said] = measure(names[: options.sounds], options.seconds)
        print(f"{said}: median over {', '.join(sides[said])}\n")
        table(sides[said])
        print()
    for name in DISTANCES:
        taus = {said: [tau(figures[name]) for figures in side.values()] for said, side in sides.items()}
        each = [
            f"{said} {statistics.median(t):5.2f} (worst {min(t):5.2f}, {len(t)} sounds)" for said, t in taus.items()
        ]
        print(f"tau of {name}: {', '.join(each)}")


if __name__ == "__main__":
    main()
