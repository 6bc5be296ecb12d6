"""A phase from magnitudes by a small network, trained on real sounds.

What the logarithm of the magnitude says of the phase's slopes is exact for a Gaussian window and frames without end
(see `ganbaru.signal.pghi`). With a Hann window, and frames a quarter or half a window apart, its neighbourhood says
more than its slopes do. So a network looks at that neighbourhood and corrects them: two-dimensional convolutions, the
same at every place, since what a click or a tone looks like does not depend on where it stands. The steps are then
integrated as PGHI integrates its own, and each bin turned to the mean of what all its neighbours say, a few times
(angular synchronisation; Singer 2011).

`ganbaru.fit` trains one with ``objective="phase"``. It is for the window and hop that it was trained for.
"""

import json
import math
from pathlib import Path
from typing import Any, Self

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from ganbaru.errors import UserError
from ganbaru.signal.framing import check, check_finite
from ganbaru.signal.pghi import frames_first, integrated, steps

_RANGE = 80 / 20 * math.log(10)
_QUIETEST = 1e-7
_TINY = 1e-12
_KEY = "ganbaru"
_CHUNK = 16
SWEEPS = 8


class PhaseNetwork(nn.Module):
    """Magnitudes to the steps of their phase.

    Args:
        n_fft: samples in a window.
        hop: samples from one window to the next.
        channels: width of the convolutions.
        layers: how many, at least 2; their reach is ``layers + 1`` bins and frames each way.
    """

    def __init__(self, *, n_fft: int, hop: int, channels: int = 24, layers: int = 6) -> None:
        super().__init__()
        check(n_fft, hop)
        if channels < 1 or layers < 2:
            raise UserError(f"{layers} layers of {channels} channels hear no phase", hint="take 2 layers or more")
        self.n_fft, self.hop = n_fft, hop
        self.options = {"n_fft": n_fft, "hop": hop, "channels": channels, "layers": layers}
        stages: list[nn.Module] = [nn.Conv2d(1, channels, 5, padding=2), nn.LeakyReLU(0.1)]
        for _ in range(layers - 2):
            stages += [nn.Conv2d(channels, channels, 3, padding=1), nn.LeakyReLU(0.1)]
        last = nn.Conv2d(channels, 2, 3, padding=1)
        nn.init.zeros_(last.weight)  # before its first step it says what PGHI says
        nn.init.zeros_(torch.as_tensor(last.bias))
        self.stages = nn.Sequential(*stages, last)

    def steps(self, magnitude: Tensor) -> tuple[Tensor, Tensor]:
        """Magnitudes ``(B, L, F)`` to radians from each frame to the next, and from each bin to the next.

        Both ``(B, L, F)``; what stands at the last frame or bin leads nowhere. Differentiable in the weights.
        """
        known = [
            torch.from_numpy(step).to(magnitude) for step in steps(_array(magnitude), n_fft=self.n_fft, hop=self.hop)
        ]
        peak = magnitude.amax(dim=(1, 2), keepdim=True).clamp(min=_QUIETEST)
        level = torch.log((magnitude / peak).clamp(min=math.exp(-_RANGE)))
        seen = (2 * level / _RANGE + 1)[:, None].contiguous(memory_format=torch.channels_last)
        lacking = self.stages(seen)
        return known[0] + lacking[:, 0], known[1] + lacking[:, 1]

    @torch.no_grad()
    def forward(self, magnitude: Tensor, *, tolerance: float = 1e-3, seed: int = 0, sweeps: int = SWEEPS) -> Tensor:
        """Phases that fit magnitudes; `griffin_lim` takes them, or the network itself, as its ``phase``.

        Args:
            magnitude: ``(B, F, L)``, of any scale.
            tolerance: bins quieter than this share of a sound's loudest get a random phase.
            seed: of those.
            sweeps: how often every bin is turned to the mean of what its neighbours say.

        Returns:
            Radians ``(B, F, L)``.

        Raises:
            UserError: the shape does not fit, or a magnitude is not finite.
        """
        if magnitude.ndim != 3 or magnitude.shape[1] != self.n_fft // 2 + 1:
            raise UserError(
                f"magnitude has shape {tuple(magnitude.shape)}", hint=f"wanted (B, {self.n_fft // 2 + 1}, L)"
            )
        check_finite(magnitude, "the magnitude")
        parts = [self._phase(part.mT, tolerance, seed, sweeps) for part in magnitude.split(_CHUNK)]
        return torch.cat(parts).mT if parts else torch.zeros_like(magnitude)

    def _phase(self, magnitude: Tensor, tolerance: float, seed: int, sweeps: int) -> Tensor:
        over_time, over_frequency = self.steps(magnitude)
        found = integrated(_array(magnitude), _array(over_time), _array(over_frequency), tolerance=tolerance, seed=seed)
        return synchronised(magnitude, torch.from_numpy(found).to(magnitude), over_time, over_frequency, sweeps=sweeps)

    def save(self, path: str | Path) -> Path:
        """Writes the network as one safetensors file, with all that makes it again."""
        target = Path(path)
        weights = {name: value.detach().cpu().contiguous() for name, value in self.state_dict().items()}
        about = {_KEY: json.dumps({"phase": self.options}, sort_keys=True)}
        target.write_bytes(safetensors.torch.save(weights, metadata=about))
        return target

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The network that `save` wrote.

        Raises:
            UserError: there is no such file, or it is another one.
        """
        try:
            with safetensors.safe_open(str(path), framework="pt") as file:
                options = json.loads((file.metadata() or {}).get(_KEY, "{}"))["phase"]
                weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            network = cls(**options)
            network.load_state_dict(weights)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError, safetensors.SafetensorError) as error:
            raise UserError(f"cannot read a phase network from {path}: {error}", hint="give what save wrote") from None
        return network.eval()


def synchronised(magnitude: Tensor, phase: Tensor, over_time: Tensor, over_frequency: Tensor, *, sweeps: int) -> Tensor:
    """Phases, each turned to the mean of what its four neighbours say, as often as asked (Singer 2011, section 2).

    A neighbour counts by the square of its magnitude, the bin itself by half of its own.

    Args:
        magnitude: ``(B, L, F)``.
        phase: radians, likewise.
        over_time: radians from each frame to the next, likewise.
        over_frequency: radians from each bin to the next.
        sweeps: how often.
    """
    weight = magnitude.square()
    time, pitch = _turn(over_time[:, :-1]), _turn(over_frequency[:, :, :-1])
    unit = _turn(phase)
    for _ in range(sweeps):
        said = unit * weight
        mean = 0.5 * said
        mean[:, 1:] += said[:, :-1] * time
        mean[:, :-1] += said[:, 1:] * time.conj()
        mean[:, :, 1:] += said[:, :, :-1] * pitch
        mean[:, :, :-1] += said[:, :, 1:] * pitch.conj()
        size = mean.abs()
        unit = torch.where(size > _TINY * weight.amax(), mean / size.clamp(min=1e-30), unit)
    return unit.angle()


def _turn(phase: Tensor) -> Tensor:
    return torch.polar(torch.ones_like(phase), phase)


def _array(values: Tensor) -> np.ndarray[Any, Any]:
    """``(B, L, F)`` as float32 on the CPU."""
    return frames_first(values.mT)
