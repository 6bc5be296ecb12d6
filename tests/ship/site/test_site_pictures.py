"""The page's own transform against numpy's."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from ganbaru.ship.site.scripts import asset


def test_the_spectrogram_is_what_numpy_makes_of_the_same_windows() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node is installed (on Debian: apt-get install nodejs)")
    sound = np.random.default_rng(2).normal(size=700)
    frames, size = 9, 128
    program = asset("voice", "spectrum.js") + (
        f"const levels = spectrogram(Float64Array.from({json.dumps(sound.tolist())}), {frames}, {size});"
        "console.log(JSON.stringify([...levels]));"
    )
    said = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True).stdout
    padded = np.pad(sound, size)
    window = np.hanning(size + 1)[:-1]
    starts = [int(np.floor((frame + 0.5) / frames * len(sound) - size / 2 + 0.5)) + size for frame in range(frames)]
    spectra = np.array([np.fft.rfft(padded[start : start + size] * window) for start in starts])
    expected = 10 * np.log10(np.abs(spectra) ** 2 + 1e-12)
    assert np.abs(np.array(json.loads(said)).reshape(expected.shape) - expected).max() < 1e-3
