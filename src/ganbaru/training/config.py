"""Every setting of a training: one tree of checked values, written to ``run.toml`` and read back from it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ganbaru.models import CriticConfig, GeneratorConfig

Positive = Annotated[int, Field(gt=0)]
ADAPTIVE = "adaptive"
Augmentation = Literal["gain", "shift", "pitch", "noise", "polarity", "specaugment", "time-stretch", "adaptive"]


class OptimizerConfig(BaseModel):
    """How one network's weights move.

    Attributes:
        optimizer: any optimizer of ``torch.optim`` by its name, in any case.
        learning_rate: its step size.
        optimizer_options: what else it takes, such as ``{"betas": [0.0, 0.99]}``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    optimizer: str = "adam"
    learning_rate: float = Field(5e-4, gt=0)
    optimizer_options: dict[str, Any] = Field(default_factory=lambda: {"betas": [0.0, 0.99]})


class GeneratorSettings(GeneratorConfig, OptimizerConfig):
    """The generator: its size and how it moves."""

    def network(self) -> GeneratorConfig:
        """What the network itself is built from."""
        return GeneratorConfig(**self.model_dump(include=set(GeneratorConfig.model_fields)))


class CriticSettings(CriticConfig, OptimizerConfig):
    """The critic: its size and how it moves."""

    def network(self) -> CriticConfig:
        """What the network itself is built from."""
        return CriticConfig(**self.model_dump(include=set(CriticConfig.model_fields)))


class Config(BaseModel):
    """All settings of a training.

    Attributes:
        seed: every random thing of the run follows from it.
        steps: how many generator updates; a total, resumes included. None leaves it to the clock; without
            either, it is 4,000.
        minutes: how long the fit may take, measuring included; schedules then follow the clock.
        batch: sounds in a batch.
        n_critic: critic updates before each generator update; "adaptive" lets the number follow what they are worth,
            see `ganbaru.training.adaptive`.
        n_critic_most: the bound of an adaptive number.
        objective: name of the objective.
        constraint: name of the constraint on the critic.
        constraint_strength: its one number: the clip's bound or the penalty's weight; None takes the published one.
        constraint_every: take the penalty at every so many critic updates, so many times as strong.
        representation: how the networks see a sound.
        representation_options: what the representation takes besides its rate.
        labels: "auto" tells generator and critic the label where the source has labels, "none" never does.
        ema: decay per step of the generator's moving average; 0 keeps none.
        warmup: steps over which the learning rates rise from 0.
        decay: how the learning rates fall at the end.
        decay_start: share of the training after which they fall.
        gradient_clip: greatest norm of a network's gradient; None leaves it as it is.
        noise: standard deviation of the noise on the critic's input, in units of the data's own; falls to 0
            by ``decay_start``.
        shift: the critic sees each sound shifted by up to so many frames or samples, real and generated alike.
        augment: what else the critic's input goes through, real and generated alike; see
            `ganbaru.training.augmenting.transforms`. "adaptive" lets the probability follow how far the critic
            overfits, of those named beside or of all that suit the representation.
        augment_probability: with which a sample goes through each of them; the greatest, if it is adaptive.
        record_every: steps between two lines of evidence; 0 records none.
        measure_every: steps between two measurements; None measures ten times in a training.
        measure_sounds: sounds made for a measurement during training.
        checkpoint_every: steps between two checkpoints; None saves every minute and at each measurement.
        listening: sounds in the listening set.
        device: "auto", "cpu", "cuda", "mps" …
        devices: how many of them, one process each.
        precision: of the arithmetic, as lightning-fabric names it.
        threads: torch's threads on a CPU; None takes one for each core that may be used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(0, ge=0)
    steps: Positive | None = None
    minutes: float | None = Field(None, gt=0)
    batch: Positive = 32
    n_critic: Positive | Literal["adaptive"] = 1
    n_critic_most: Positive = 10
    objective: str = "nonsaturating"
    constraint: str = "r1"
    constraint_strength: float | None = Field(None, gt=0)
    constraint_every: Positive = 1
    representation: str = "log-mel"
    representation_options: dict[str, Any] = Field(default_factory=dict)
    labels: Literal["auto", "none"] = "auto"
    ema: float = Field(0.998, ge=0, lt=1)
    warmup: int = Field(0, ge=0)
    decay: Literal["none", "linear", "cosine"] = "linear"
    decay_start: float = Field(0.5, ge=0, le=1)
    gradient_clip: float | None = Field(None, gt=0)
    noise: float = Field(0.0, ge=0)
    shift: int = Field(0, ge=0)
    augment: tuple[Augmentation, ...] = ()
    augment_probability: float = Field(0.5, gt=0, le=1)
    record_every: int = Field(10, ge=0)
    measure_every: Positive | None = None
    measure_sounds: Positive = 256
    checkpoint_every: Positive | None = None
    listening: Positive = 10
    device: str = "auto"
    devices: Positive = 1
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    threads: Positive | None = None
    generator: GeneratorSettings = Field(default_factory=lambda: GeneratorSettings())
    critic: CriticSettings = Field(default_factory=lambda: CriticSettings())

    @field_validator("n_critic", mode="before")
    @classmethod
    def _number_or_adaptive(cls, value: Any) -> Any:
        """Of two ways to be wrong pydantic would name both; one sentence says what is meant."""
        if value != "adaptive" and (not isinstance(value, int) or value < 1):
            raise ValueError('give a whole number above 0, or "adaptive"')
        return value

    @property
    def most_updates(self) -> int:
        """Critic updates before a generator update, at most."""
        return self.n_critic_most if self.n_critic == "adaptive" else self.n_critic

    def document(self) -> dict[str, Any]:
        """The settings as TOML can hold them: what is None is left out, and read back as None."""
        return self.model_dump(mode="json", exclude_none=True)
