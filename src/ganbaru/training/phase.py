"""Training a network that finds phases: the same loop, run folder and resuming, with another kind of step.

There is no critic to win against: the phases of real sounds are known. Two losses are added:

- every step between neighbouring bins should be the real one: the mean of ``1 − cos`` of the difference, weighted by
  the quieter magnitude of both (the von Mises likelihood of Takamichi et al. 2018, "Phase reconstruction from amplitude
  spectrograms based on von-Mises-distribution deep neural network");
- consistency: the spectrum whose bins have the phase of their neighbour plus the step should be that of a sound, that
  is, come back from a sound as it went (the projection of Griffin & Lim 1984; as a loss, Masuyama et al. 2019, "Deep
  Griffin-Lim iteration").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru import signal
from ganbaru.distances import Estimate, bootstrap
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.runs import Run
from ganbaru.signal import PhaseNetwork
from ganbaru.sources import Source
from ganbaru.training import state
from ganbaru.training.config import Config
from ganbaru.training.ema import Average
from ganbaru.training.evidence import Before, gradient
from ganbaru.training.machine import average_over, launched
from ganbaru.training.measure import Figures, named_files
from ganbaru.training.optimizers import optimizer
from ganbaru.training.randomness import own_random_state
from ganbaru.training.session import Session, decks
from ganbaru.training.step import Batch, move
from ganbaru.training.trained import best_weights

OBJECTIVE = "phase"
_CONSISTENCY = 0.3
_CHANNELS, _LAYERS = 24, 6
_SOUNDS, _FINAL_SOUNDS = 64, 256
_TINY = 1e-12


@dataclass(frozen=True)
class PhaseStep:
    """What a step leaves behind: detached losses, seconds by name, and the batches that were dealt for it."""

    losses: dict[str, Tensor]
    seconds: dict[str, float]
    updates: int


@dataclass(kw_only=True)
class PhaseSession(Session):
    """A network from magnitudes to phases, taught by real sounds.

    Attributes:
        network: what learns.
        mover: moves its weights.
    """

    network: PhaseNetwork
    mover: torch.optim.Optimizer

    @property
    def trained_networks(self) -> dict[str, torch.nn.Module]:
        """The one network, under the name of the settings that it follows."""
        return {"generator": self.network}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Its own."""
        return {"generator": self.mover}

    def play(self, batches: Iterator[Batch]) -> PhaseStep:
        """One update on the last batch of real spectra."""
        dealt = list(islice(batches, self.config.most_updates))
        began = perf_counter()
        self.mover.zero_grad(set_to_none=True)
        with self.fabric.autocast():
            steps, consistency = losses(self.network, _spectrum(dealt[-1].real))
        (steps + _CONSISTENCY * consistency).backward()
        average = average_over(self.fabric)
        move(self.network, self.mover, average=average, gradient_clip=self.config.gradient_clip)
        return PhaseStep(
            {"generator_loss": steps.detach(), "consistency_loss": consistency.detach()},
            {"generator": perf_counter() - began},
            updates=len(dealt),
        )

    @torch.no_grad()
    def evidence(self, played: PhaseStep, before: Before, held_out: Batch) -> dict[str, Any]:
        """Losses on train and held-out, gradient and move."""
        steps, consistency = losses(self.network, _spectrum(held_out.real))
        return {
            **{name: float(value) for name, value in played.losses.items()},
            "generator_loss_held_out": float(steps),
            "consistency_loss_held_out": float(consistency),
            "generator_gradient": gradient(self.network),
            **before.ratios(),
        }

    def measurer(self, progress: Progress) -> "PhaseMeasurer":
        """Measures the phases of held-out sounds."""
        best = self.best
        assert isinstance(best, PhaseNetwork)
        return PhaseMeasurer(self.source, best, self.config, self.device)

    def facts(self) -> dict[str, Any]:
        """What makes the network again."""
        return {"phase": self.network.options, "samples": self.source.shape[0], "classes": 0}


class PhaseMeasurer:
    """Measures how well phases fit, on held-out sounds, against those of `signal.pghi`, with no iteration after either.

    Args:
        source: real sounds.
        network: what is measured; its weights are those of the moment.
        config: the training's settings.
        device: where the network lives.
    """

    def __init__(self, source: Source, network: PhaseNetwork, config: Config, device: torch.device) -> None:
        self._source, self._network, self._config, self._device = source, network, config, device
        self.untrained: Figures = {}
        self.judge: Figures = {}

    def figures(self, *, final: bool = False) -> Figures:
        """``convergence``, ``convergence_pghi`` and how much lower the first is, ``gain``: medians of sounds, dB."""
        sounds = self._held_out(self.count(final=final))
        learned, known = self.fits(sounds)
        kinds = {"convergence": learned, "convergence_pghi": known, "gain": known - learned}
        return {name: self._median(values) for name, values in kinds.items()}

    def fits(self, sounds: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Spectral convergence of sounds ``(N, T)`` with phases of the network and of PGHI: ``(N,)`` each, dB."""
        magnitude = self._magnitude(sounds)
        found = [self._sound(magnitude, phase, sounds.shape[1]) for phase in (self._network, "pghi")]
        fits = [signal.spectral_convergence(sound, magnitude, **self._frames) for sound in found]
        return fits[0].cpu().numpy(), fits[1].cpu().numpy()

    def count(self, *, final: bool = False) -> int:
        """How many sounds a measurement takes."""
        return min(_FINAL_SOUNDS if final else _SOUNDS, len(self._source.held_out.data))

    def score(self, figures: Figures) -> float | None:
        """What the best checkpoint has least of: the spectral convergence."""
        return figures["convergence"].value

    def verdicts(self, figures: Figures) -> list[str]:
        """How it stands against PGHI."""
        gain = figures["gain"]
        if gain.low <= 0 <= gain.high:
            return ["Its phases fit neither better nor worse than those that PGHI finds without learning."]
        better = "better" if gain.value > 0 else "worse"
        return [
            f"Without any iteration its phases fit {abs(gain.value):.1f} dB {better} than those of PGHI "
            f"({figures['convergence'].value:.1f} against {figures['convergence_pghi'].value:.1f} dB)."
        ]

    def listening_set(self) -> dict[str, bytes]:
        """Held-out sounds with the network's phases, with no iteration after."""
        sounds = self._held_out(self._config.listening)
        return self._files(self._sound(self._magnitude(sounds), self._network, sounds.shape[1]))

    def real_set(self) -> dict[str, bytes]:
        """The same sounds with their own phases."""
        return self._files(self._held_out(self._config.listening))

    @property
    def _frames(self) -> dict[str, Any]:
        return {"n_fft": self._network.n_fft, "hop": self._network.hop}

    def _held_out(self, count: int) -> Tensor:
        """Sounds ``(N, T)`` spread over the held-out ones, silent ones left out: they have no phase."""
        sounds = torch.from_numpy(self._source.held_out.take(self._chosen(count)))
        heard = sounds.abs().amax(dim=1) > 0
        return (sounds[heard] if heard.any() else sounds).to(self._device)

    def _chosen(self, count: int) -> np.ndarray:
        most = len(self._source.held_out.data)
        return np.linspace(0, most - 1, min(count, most)).astype(np.int64)

    def _magnitude(self, sounds: Tensor) -> Tensor:
        return signal.stft(sounds, **self._frames).abs().mT

    def _sound(self, magnitude: Tensor, phase: Any, samples: int) -> Tensor:
        return signal.griffin_lim(magnitude, samples=samples, iterations=0, phase=phase, **self._frames)

    def _median(self, values: np.ndarray) -> Estimate:
        return bootstrap(lambda x: float(np.median(x)), values, seed=self._config.seed, method="median of sounds, dB")

    def _files(self, sounds: Tensor) -> dict[str, bytes]:
        chosen, labels = self._chosen(self._config.listening), self._source.held_out.labels
        names = ["sound"] * len(sounds)
        if labels is not None and len(chosen) == len(sounds):
            names = [self._source.label_names[label] for label in labels[chosen]]
        return named_files(sounds.cpu().numpy(), names, self._source.rate)


def losses(network: PhaseNetwork, spectrum: Tensor) -> tuple[Tensor, Tensor]:
    """How far the network's steps are from real ones, and how inconsistent the spectra are that they make.

    Args:
        network: what learns.
        spectrum: of real sounds, complex ``(B, L, F)``.

    Returns:
        ``()`` both; the first between 0 and 4, the second a share of the energy.
    """
    magnitude = spectrum.abs()
    apart, inconsistent = spectrum.real.new_zeros(()), spectrum.real.new_zeros(())
    for axis, step in zip((1, 2), network.steps(magnitude), strict=True):
        count = spectrum.shape[axis] - 1
        if count < 1:
            continue
        here, there = spectrum.narrow(axis, 0, count), spectrum.narrow(axis, 1, count)
        turned = here * torch.polar(torch.ones_like(step), step).narrow(axis, 0, count)
        sizes = turned.abs(), there.abs()
        agreement = (turned * there.conj()).real / (sizes[0] * sizes[1]).clamp(min=_TINY)
        weight = torch.minimum(*sizes)
        apart = apart + (weight * (1 - agreement)).sum() / weight.sum().clamp(min=_TINY)
        moved = turned * (sizes[1] / sizes[0].clamp(min=_TINY))
        inconsistent = inconsistent + _inconsistency(torch.cat([spectrum.narrow(axis, 0, 1), moved], dim=axis), network)
    return apart, inconsistent


def _inconsistency(spectrum: Tensor, network: PhaseNetwork) -> Tensor:
    """Share of a spectrum's energy ``(B, L, F)`` that is lost on the way to a sound and back: ``()``."""
    frames = {"n_fft": network.n_fft, "hop": network.hop}
    samples = spectrum.shape[1] * network.hop
    back = signal.stft(signal.istft(spectrum, samples=samples, **frames), **frames)
    return (back - spectrum).abs().square().sum() / spectrum.abs().square().sum().clamp(min=_TINY)


def prepare(source: Source, config: Config, parts: Any) -> PhaseSession:
    """Puts the training of a phase network together; nothing is written yet.

    Raises:
        UserError: the source has no phases, or a part was given that this training has not.
    """
    if source.kind == "points":
        raise UserError("points have no phase", hint="train on sounds, such as speech:digits")
    given = [name for name, part in vars(parts).items() if part is not None]
    if given:
        raise UserError(f"objective 'phase' takes no {given[0]} of your own")
    fabric = launched(config)
    representation = _frames(source.rate, config.representation_options)
    with own_random_state(config.seed, "networks"):
        network = PhaseNetwork(
            n_fft=representation.n_fft,
            hop=representation.hop,
            channels=config.generator.channels or _CHANNELS,
            layers=config.generator.layers or _LAYERS,
        ).to(fabric.device)
    train, held_out = decks(source, config, fabric, representation, labelled=False, latent=1)
    return PhaseSession(
        config=config,
        source=source,
        fabric=fabric,
        representation=representation,
        average=Average(network, config.ema) if config.ema else None,
        deck=train,
        held_out=held_out,
        network=network,
        mover=optimizer(config.generator, network),
    )


def load_phase(run: Run | str | Path, *, step: int | None = None) -> PhaseNetwork:
    """The phase network of a run: its moving average where one was kept.

    Args:
        run: the run or its folder.
        step: which checkpoint; None takes the newest.

    Raises:
        UserError: there is no such run or no checkpoint, or it is damaged.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    document = run.document
    if "phase" not in document["networks"]:
        raise UserError(f"{run.path} holds no phase network", hint="train one with objective='phase'")
    weights = best_weights(run, step)
    network = PhaseNetwork(**document["networks"]["phase"])
    state.load_network(network, *weights)
    return network.eval()


def _frames(rate: int, options: dict[str, Any]) -> signal.ComplexSpectrogram:
    """The spectrum that is taught: a hop of a quarter of the window, unless the settings say otherwise."""
    plain = signal.representation("stft", rate=rate, **options)
    assert isinstance(plain, signal.ComplexSpectrogram)
    return signal.ComplexSpectrogram(**{"rate": rate, "n_fft": plain.n_fft, "hop": plain.n_fft // 4, **options})


def _spectrum(planes: Tensor) -> Tensor:
    """Real and imaginary part ``(B, 2, F, L)`` to complex ``(B, L, F)``."""
    return torch.complex(planes[:, 0], planes[:, 1]).mT
