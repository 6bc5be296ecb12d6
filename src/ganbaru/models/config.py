"""What a user may say about the two networks: a kind, a size, and numbers that override the size's."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ganbaru.errors import UserError

Kind = Literal["auto", "waveform", "spectrogram", "spectrogram-2d", "feed-forward"]
Size = Literal["small", "medium", "large"]


class NetworkConfig(BaseModel):
    """What both networks have in common. A field left None takes the number that belongs to kind and size."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = "auto"
    size: Size = "small"
    channels: int | None = Field(None, ge=1, le=4096, description="width; in the waveform kind, next to the sound")
    layers: int | None = Field(None, ge=1, le=12, description="stages that change the length, or hidden layers")
    kernel: int | None = Field(None, ge=1, le=127, description="taps of those stages; odd")
    slope: float | None = Field(None, ge=0, lt=1, description="of the leaky ReLUs; 0 makes them plain ReLUs")

    def numbers(self) -> dict[str, Any]:
        """The overrides that were given, by field."""
        return {k: v for k, v in self.model_dump(exclude={"kind", "size"}).items() if v is not None}


class GeneratorConfig(NetworkConfig):
    """The generator: from a latent vector (and a label) to one encoded sound."""

    latent: int | None = Field(None, ge=1, le=4096, description="numbers in the latent vector")


class CriticConfig(NetworkConfig):
    """The critic: from one encoded sound (and a label) to a score."""

    fourier: int | None = Field(
        None, ge=0, le=16, description="octaves of sines and cosines that a point's coordinates are joined by"
    )
    minibatch_deviation: bool | None = Field(
        None, description="show the critic how much the sounds of a batch differ (Karras et al. 2018, section 3)"
    )


@dataclass(frozen=True)
class Plan:
    """A config with every blank filled: what is built for one shape."""

    kind: str
    size: str
    shape: tuple[int, ...]
    classes: int
    numbers: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.numbers[name]


_SIZES: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("generator", "waveform"): {
        "small": {"latent": 64, "channels": 32, "kernel": 9, "slope": 0.2},
        "medium": {"latent": 64, "channels": 48, "kernel": 17, "slope": 0.2},
        "large": {"latent": 128, "channels": 64, "kernel": 25, "slope": 0.2},
    },
    ("critic", "waveform"): {
        "small": {"channels": 32, "kernel": 9, "slope": 0.2, "minibatch_deviation": False},
        "medium": {"channels": 48, "kernel": 17, "slope": 0.2, "minibatch_deviation": False},
        "large": {"channels": 64, "kernel": 25, "slope": 0.2, "minibatch_deviation": False},
    },
    ("generator", "spectrogram"): {
        "small": {"latent": 64, "channels": 128, "kernel": 5, "slope": 0.2},
        "medium": {"latent": 64, "channels": 192, "kernel": 5, "slope": 0.2},
        "large": {"latent": 128, "channels": 320, "kernel": 5, "slope": 0.2},
    },
    ("critic", "spectrogram"): {
        "small": {"channels": 128, "kernel": 5, "slope": 0.2, "minibatch_deviation": False},
        "medium": {"channels": 192, "kernel": 5, "slope": 0.2, "minibatch_deviation": False},
        "large": {"channels": 320, "kernel": 5, "slope": 0.2, "minibatch_deviation": False},
    },
    ("generator", "spectrogram-2d"): {
        "small": {"latent": 64, "channels": 16, "kernel": 3, "slope": 0.2},
        "medium": {"latent": 64, "channels": 32, "kernel": 3, "slope": 0.2},
        "large": {"latent": 128, "channels": 64, "kernel": 3, "slope": 0.2},
    },
    ("critic", "spectrogram-2d"): {
        "small": {"channels": 16, "kernel": 3, "slope": 0.2, "minibatch_deviation": False},
        "medium": {"channels": 32, "kernel": 3, "slope": 0.2, "minibatch_deviation": False},
        "large": {"channels": 64, "kernel": 3, "slope": 0.2, "minibatch_deviation": False},
    },
    ("generator", "feed-forward"): {
        "small": {"latent": 2, "channels": 128, "layers": 5, "slope": 0.0},
        "medium": {"latent": 4, "channels": 256, "layers": 5, "slope": 0.0},
        "large": {"latent": 8, "channels": 512, "layers": 5, "slope": 0.0},
    },
    ("critic", "feed-forward"): {
        "small": {"channels": 128, "layers": 3, "slope": 0.2, "fourier": 4, "minibatch_deviation": False},
        "medium": {"channels": 256, "layers": 3, "slope": 0.2, "fourier": 4, "minibatch_deviation": False},
        "large": {"channels": 512, "layers": 4, "slope": 0.2, "fourier": 4, "minibatch_deviation": False},
    },
}

# factor of a stage, frames at the start
_STAGES = {"waveform": (4, 16), "spectrogram": (2, 8), "spectrogram-2d": (2, 8)}


def plan(role: Literal["generator", "critic"], config: NetworkConfig, shape: tuple[int, ...], classes: int) -> Plan:
    """Fills what the config leaves open, for sounds of this shape.

    Args:
        role: which of the two networks.
        config: what the user asked for.
        shape: one encoded sound without the batch: (1, T), (C, L), (P, C, L) with P planes, or (D,).
        classes: number of labels, 0 for none.

    Raises:
        UserError: the kind does not fit the shape, or a number is given that this kind does not have.
    """
    kind = _kind(config.kind, shape)
    numbers = dict(_SIZES[role, kind][config.size])
    if kind != "feed-forward":
        numbers["layers"] = stages(kind, min(shape[-2:]) if kind == "spectrogram-2d" else shape[-1])
    for name, value in config.numbers().items():
        if name not in numbers:
            raise UserError(f"{role}.{name} = {value} has no meaning for kind {kind!r}", hint=f"leave {name} out")
        numbers[name] = value
    if numbers.get("kernel", 1) % 2 == 0:
        raise UserError(f"{role}.kernel = {numbers['kernel']} is even", hint=f"try {numbers['kernel'] + 1}")
    return Plan(kind, config.size, shape, classes, numbers)


def stages(kind: str, length: int) -> int:
    """How many stages bring `length` samples or frames nearest to the length the first (last) layer works on."""
    factor, start = _STAGES[kind]
    count = 1
    while length / factor ** (count + 0.5) >= start:
        count += 1
    return count


def _kind(kind: str, shape: tuple[int, ...]) -> str:
    if not shape or len(shape) > 3 or min(shape) < 1:
        raise UserError(
            f"no network is known for sounds of shape {shape}", hint="use (1, T), (C, L), (P, C, L) or (D,)"
        )
    if kind == "auto":
        return "feed-forward" if len(shape) == 1 else "waveform" if shape[:-1] == (1,) else "spectrogram"
    if (kind == "feed-forward") != (len(shape) == 1) or (kind == "waveform" and len(shape) == 3):
        raise UserError(f"kind {kind!r} does not fit sounds of shape {shape}", hint="use kind 'auto'")
    return kind
