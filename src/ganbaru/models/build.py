"""From a config and the shape of one encoded sound to a network."""

from collections.abc import Callable

from ganbaru.models.config import CriticConfig, GeneratorConfig, Plan, plan
from ganbaru.models.feedforward import FeedForwardCritic, FeedForwardGenerator
from ganbaru.models.network import Critic, Generator
from ganbaru.models.spectrogram import SpectrogramCritic, SpectrogramGenerator
from ganbaru.models.spectrogram2d import PictureCritic, PictureGenerator
from ganbaru.models.waveform import WaveformCritic, WaveformGenerator

_GENERATORS: dict[str, Callable[[Plan], Generator]] = {
    "waveform": WaveformGenerator,
    "spectrogram": SpectrogramGenerator,
    "spectrogram-2d": PictureGenerator,
    "feed-forward": FeedForwardGenerator,
}
_CRITICS: dict[str, Callable[[Plan], Critic]] = {
    "waveform": WaveformCritic,
    "spectrogram": SpectrogramCritic,
    "spectrogram-2d": PictureCritic,
    "feed-forward": FeedForwardCritic,
}


def build_generator(config: GeneratorConfig, shape: tuple[int, ...], classes: int = 0) -> Generator:
    """A generator ``forward(z (B, latent), label (B,) or None) -> (B, *shape)`` with the attribute ``latent``.

    The weights are drawn from torch's default random state: seed it, inside ``torch.random.fork_rng`` if it matters.

    Args:
        config: kind, size and overrides.
        shape: one encoded sound without the batch: (1, T) a waveform, (C, L) a spectrogram, (P, C, L) one of
            P planes, (D,) a point.
        classes: number of labels; 0 for a generator that takes none.

    Raises:
        UserError: config and shape do not go together.
    """
    filled = plan("generator", config, tuple(shape), classes)
    return _GENERATORS[filled.kind](filled)


def build_critic(config: CriticConfig, shape: tuple[int, ...], classes: int = 0) -> Critic:
    """A critic ``forward(x (B, *shape), label (B,) or None) -> (B,)``; arguments as for :func:`build_generator`.

    Raises:
        UserError: config and shape do not go together.
    """
    filled = plan("critic", config, tuple(shape), classes)
    return _CRITICS[filled.kind](filled)
