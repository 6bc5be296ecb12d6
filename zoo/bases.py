"""Trainings that are well as they are: what faults of configuration are set in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Base:
    """A training that is well as it is.

    Attributes:
        name: its short name.
        world: the source.
        architecture: the networks in a word.
        objective: what is minimised; it may be a published recipe.
        settings: all others.
        rate: learning rate of both networks.
        representation: how the networks see a sound.
        seconds: of each sound; None for points.
    """

    name: str
    world: str
    architecture: str
    objective: str
    rate: float
    settings: Settings = field(default_factory=dict)
    representation: str = "points"
    seconds: float | None = None


def both(**settings: Any) -> dict[str, Any]:
    """The same settings of both networks."""
    return {f"{network}.{name}": value for name, value in settings.items() for network in ("generator", "critic")}


def betas(first: float, second: float = 0.99) -> dict[str, Any]:
    """Another momentum for both."""
    return both(optimizer_options={"betas": [first, second]})


_SOUND = {"labels": "none", "batch": 16, "measure_sounds": 64, "record_every": 4}
_POINTS = {"batch": 128, "record_every": 5}
_R1 = {"constraint": "r1", "constraint_strength": 0.02}
_WGAN = {"critic.fourier": 0, "constraint_strength": 0.05, "record_every": 3}

BASES: dict[str, Base] = {
    base.name: base
    for base in (
        Base("ring", "toy:ring", "mlp64", "relativistic", 1e-3, {**_POINTS, **both(channels=64), "steps": 800}),
        Base("grid", "toy:grid?side=3", "mlp64", "relativistic", 1e-3, {**_POINTS, **both(channels=64), "steps": 800}),
        Base(
            "spiral",
            "toy:spiral",
            "mlp96",
            "nonsaturating",
            1e-3,
            {**_POINTS, **_R1, **both(channels=96), "steps": 800},
        ),
        Base("lines", "toy:lines", "mlp48", "minimax", 1e-3, {**_POINTS, **_R1, **both(channels=48), "steps": 600}),
        Base(
            "wide",
            "toy:ring?modes=12",
            "mlp64",
            "hinge",
            1e-3,
            {**_POINTS, **both(channels=64), "constraint": "spectral-norm", "steps": 800},
        ),
        Base(
            "gp", "toy:ring?sd=0.05", "mlp64", "wgan-gp", 1e-3, {**both(channels=64), "steps": 400, "record_every": 3}
        ),
        Base(
            "gp-grid",
            "toy:grid?side=3&sd=0.1",
            "mlp80",
            "wgan-gp",
            1e-3,
            {**both(channels=80), "steps": 400, "constraint_strength": 1.0, "record_every": 3},
        ),
        Base(
            "lp",
            "toy:ring?modes=5&sd=0.05",
            "mlp64",
            "wgan-lp",
            1e-3,
            {**both(channels=64), "steps": 400, "record_every": 3},
        ),
        Base("clip", "toy:spiral?turns=1", "mlp64", "wgan", 5e-4, {**_WGAN, **both(channels=64), "steps": 400}),
        Base("clip-ring", "toy:ring?sd=0.05", "mlp72", "wgan", 5e-4, {**_WGAN, **both(channels=72), "steps": 400}),
        Base("clip-lines", "toy:lines", "mlp56", "wgan", 5e-4, {**_WGAN, **both(channels=56), "steps": 300}),
        Base(
            "ns", "toy:spiral?turns=1", "mlp80", "ns-gan", 1e-3, {**both(channels=80), "steps": 800, "record_every": 5}
        ),
        Base("ls", "toy:spiral", "mlp64", "ls-gan", 1e-3, {**both(channels=64), "steps": 800, "record_every": 5}),
        Base("r3", "toy:grid?sd=0.2", "mlp96", "r3gan", 1e-3, {**_POINTS, **both(channels=96), "steps": 1000}),
        Base(
            "lp-spiral",
            "toy:spiral?turns=1.5",
            "mlp72",
            "wgan-lp",
            1e-3,
            {**both(channels=72), "steps": 400, "n_critic": 3, "constraint_strength": 5.0, "record_every": 3},
        ),
        Base(
            "hinge-r1",
            "toy:ring?modes=6&sd=0.08",
            "mlp48",
            "hinge",
            1e-3,
            {**both(channels=48), "batch": 96, "constraint": "r1", "constraint_strength": 0.05, "steps": 500},
        ),
        Base(
            "ls-sn",
            "toy:grid?side=2&sd=0.2",
            "mlp48",
            "least-squares",
            1e-3,
            {**_POINTS, **both(channels=48), "constraint": "spectral-norm", "critic.fourier": 1, "steps": 500},
        ),
        Base(
            "mm-gp",
            "toy:ring?modes=3&sd=0.1",
            "mlp40",
            "minimax",
            5e-4,
            {
                **both(channels=40, optimizer="rmsprop"),
                "batch": 96,
                "constraint": "gradient-penalty",
                "constraint_strength": 1.0,
                "steps": 500,
                "record_every": 5,
            },
        ),
        Base(
            "r1r2",
            "toy:grid?side=3&step=1&sd=0.1",
            "mlp56",
            "nonsaturating",
            1e-3,
            {**_POINTS, **both(channels=56), "constraint": "r1+r2", "constraint_strength": 0.1, "steps": 500},
        ),
        Base(
            "free",
            "toy:spiral?sd=0.025&turns=0.5",
            "mlp48",
            "relativistic",
            5e-4,
            {**_POINTS, **both(channels=48), "critic.fourier": 1, "constraint": "none", "steps": 500},
        ),
        Base(
            "w-sn",
            "toy:lines?theta=0.5",
            "mlp40",
            "wasserstein",
            1e-3,
            {
                **_POINTS,
                **both(channels=40),
                "critic.fourier": 1,
                "constraint": "spectral-norm",
                "decay_start": 0.2,
                "n_critic": 3,
                "steps": 350,
            },
        ),
        Base(
            "sgd",
            "toy:ring?modes=4&sd=0.15",
            "mlp64",
            "nonsaturating",
            5e-2,
            {
                **_POINTS,
                "critic.fourier": 1,
                "constraint": "r1",
                "constraint_strength": 0.2,
                **both(channels=64, optimizer="sgd"),
                "steps": 600,
            },
        ),
        Base(
            "mel",
            "speech:cat,dog?count=300",
            "frames32",
            "nonsaturating",
            1e-3,
            {**_SOUND, **both(channels=32), "steps": 400},
            "log-mel",
            0.256,
        ),
        Base(
            "words",
            "speech:one,two,six?count=300",
            "frames24",
            "hinge",
            1e-3,
            {**_SOUND, **both(channels=24), "constraint": "r1", "constraint_strength": 5.0, "steps": 400},
            "log-mel",
            0.256,
        ),
        Base(
            "pair",
            "speech:yes,no?count=300",
            "frames40",
            "relativistic",
            1e-3,
            {**_SOUND, **both(channels=40), "constraint": "r1+r2", "constraint_strength": 3.0, "steps": 300},
            "log-mel",
            0.256,
        ),
        Base(
            "mag",
            "speech:cat,dog?count=300",
            "frames28",
            "wgan-gp",
            1e-3,
            {**_SOUND, **both(channels=28), "n_critic": 3, "steps": 150, "record_every": 2},
            "log-magnitude",
            0.256,
        ),
        Base(
            "raw",
            "speech:cat,dog?count=300",
            "wave12",
            "nonsaturating",
            5e-4,
            {**_SOUND, **both(channels=12, kernel=17), "constraint": "r1", "constraint_strength": 0.05, "steps": 400},
            "waveform",
            0.064,
        ),
        Base(
            "raw-words",
            "speech:yes,no?count=300",
            "wave10",
            "wgan-gp",
            2e-3,
            {**_SOUND, **both(channels=10, kernel=17), "n_critic": 2, "steps": 250, "record_every": 2},
            "waveform",
            0.064,
        ),
        Base(
            "labelled",
            "speech:one,two,six?count=300",
            "frames20",
            "relativistic",
            1e-3,
            {
                **_SOUND,
                **both(channels=20),
                "labels": "auto",
                "constraint": "r1",
                "constraint_strength": 2.0,
                "steps": 300,
            },
            "log-mel",
            0.256,
        ),
        Base(
            "phases",
            "tones",
            "frames24",
            "hinge",
            1e-3,
            {**_SOUND, **both(channels=24), "constraint": "r1", "constraint_strength": 2.0, "steps": 350},
            "magnitude+if",
            0.128,
        ),
        Base(
            "seven",
            "toy:ring?modes=7&radius=1.5&sd=0.08",
            "mlp52",
            "nonsaturating",
            1e-3,
            {
                **both(channels=52, optimizer="adamw", optimizer_options={"betas": [0.0, 0.99], "weight_decay": 1e-3}),
                "batch": 160,
                "constraint": "r1",
                "constraint_strength": 0.05,
                "steps": 550,
                "record_every": 5,
            },
        ),
        Base(
            "square",
            "toy:grid?side=2&step=1.5&sd=0.12",
            "mlp60",
            "wgan-gp",
            1e-3,
            {**both(channels=60), "n_critic": 4, "constraint_strength": 2.0, "steps": 350, "record_every": 3},
        ),
        Base(
            "coil",
            "toy:spiral?turns=0.75",
            "mlp56",
            "hinge",
            7e-4,
            {
                **both(channels=56),
                "batch": 96,
                "constraint": "lipschitz-penalty",
                "constraint_strength": 2.0,
                "n_critic": 2,
                "decay": "cosine",
                "steps": 450,
                "record_every": 4,
            },
        ),
        Base(
            "clip-four",
            "toy:ring?modes=4&radius=0.7&sd=0.07",
            "mlp52",
            "wgan",
            5e-4,
            {**_WGAN, **both(channels=52), "n_critic": 6, "batch": 96, "steps": 350},
        ),
        Base(
            "two",
            "toy:ring?modes=2&sd=0.2",
            "mlp44",
            "minimax",
            1e-3,
            {
                "critic.fourier": 1,
                **both(channels=44, optimizer="rmsprop"),
                "batch": 64,
                "constraint": "r1+r2",
                "constraint_strength": 0.02,
                "steps": 500,
                "record_every": 4,
            },
        ),
        Base(
            "sides",
            "speech:left,right?count=240",
            "frames30",
            "least-squares",
            1e-3,
            {**_SOUND, **both(channels=30), "constraint": "r1", "constraint_strength": 20.0, "steps": 420},
            "log-mel",
            0.256,
        ),
        Base(
            "lift",
            "speech:up,down?count=300",
            "frames34",
            "wgan-lp",
            1e-3,
            {**_SOUND, **both(channels=34), "n_critic": 3, "steps": 160, "record_every": 2},
            "log-mel",
            0.256,
        ),
        Base(
            "colours",
            "speech:red,blue?count=300",
            "frames26",
            "relativistic",
            1e-3,
            {**_SOUND, **both(channels=26), "constraint": "r1+r2", "constraint_strength": 4.0, "steps": 380},
            "log-magnitude",
            0.256,
        ),
        Base(
            "greet",
            "speech:hey,bye?count=300",
            "wave13",
            "relativistic",
            1e-3,
            {
                **_SOUND,
                **both(channels=13, kernel=17),
                "constraint": "r1+r2",
                "constraint_strength": 0.02,
                "steps": 450,
            },
            "waveform",
            0.064,
        ),
        Base(
            "taps",
            "speech:hot,cold?count=280",
            "frames22",
            "nonsaturating",
            2e-3,
            {
                **_SOUND,
                **both(channels=22, optimizer="adamw", optimizer_options={"betas": [0.0, 0.99]}),
                "batch": 24,
                "constraint": "r1",
                "constraint_strength": 15.0,
                "steps": 450,
            },
            "magnitude+if",
            0.128,
        ),
        Base(
            "numbers",
            "speech:three,four,five?count=300",
            "frames18",
            "wgan-gp",
            2e-3,
            {**_SOUND, **both(channels=18), "labels": "auto", "n_critic": 3, "steps": 200, "record_every": 2},
            "log-mel",
            0.256,
        ),
        Base(
            "sky",
            "speech:sun,moon?count=300",
            "frames28",
            "wgan",
            2e-3,
            {**_SOUND, **both(channels=28), "constraint_strength": 0.05, "steps": 360, "record_every": 2},
            "log-mel",
            0.256,
        ),
        Base(
            "switch",
            "speech:on,off?count=300",
            "frames31",
            "minimax",
            1e-3,
            {
                **_SOUND,
                **both(channels=31),
                "labels": "auto",
                "constraint": "r1",
                "constraint_strength": 3.0,
                "steps": 300,
            },
            "log-mel",
            0.256,
        ),
        Base(
            "clip-pentagon",
            "toy:ring?modes=5&radius=1.2&sd=0.1",
            "mlp54",
            "wgan",
            7e-4,
            {**_WGAN, **both(channels=54), "n_critic": 4, "batch": 80, "constraint_strength": 0.06, "steps": 250},
        ),
        Base(
            "clip-corners",
            "toy:grid?side=2&step=1.6&sd=0.18",
            "mlp60",
            "wgan",
            8e-4,
            {
                **_WGAN,
                **both(channels=60, optimizer="adam", optimizer_options={"betas": [0.0, 0.95]}),
                "n_critic": 5,
                "decay": "cosine",
                "steps": 240,
            },
        ),
        Base(
            "gp-nine",
            "toy:grid?side=3&step=1.2&sd=0.14",
            "mlp66",
            "wgan-gp",
            2e-3,
            {
                **both(channels=66),
                "n_critic": 3,
                "batch": 96,
                "constraint_strength": 3.0,
                "steps": 280,
                "record_every": 3,
            },
        ),
        Base(
            "lp-hook",
            "toy:spiral?sd=0.024&turns=0.6",
            "mlp52",
            "wgan-lp",
            1e-3,
            {
                **both(channels=52, optimizer="rmsprop", optimizer_options={"alpha": 0.95}),
                "n_critic": 3,
                "constraint_strength": 4.0,
                "steps": 240,
                "record_every": 3,
            },
        ),
        Base(
            "rim",
            "toy:ring?modes=9&radius=1.4&sd=0.08",
            "mlp60",
            "relativistic",
            2e-3,
            {
                **both(channels=60, optimizer="adamw", optimizer_options={"betas": [0.0, 0.98]}),
                "batch": 112,
                "constraint": "r1",
                "constraint_strength": 0.04,
                "steps": 380,
                "record_every": 5,
            },
        ),
        Base(
            "coil-wide",
            "toy:spiral?sd=0.015&turns=1.25",
            "mlp64",
            "nonsaturating",
            1.2e-3,
            {
                **both(channels=64, optimizer="rmsprop", optimizer_options={"alpha": 0.98}),
                "batch": 224,
                "constraint": "r1",
                "constraint_strength": 0.03,
                "decay": "cosine",
                "steps": 520,
                "record_every": 5,
            },
        ),
        Base(
            "nine",
            "toy:ring?modes=9&sd=0.06",
            "mlp56",
            "relativistic",
            1e-3,
            {**_POINTS, **both(channels=56), "constraint": "r1", "constraint_strength": 0.05, "steps": 600},
        ),
        Base(
            "squares",
            "toy:grid?side=2&step=2&sd=0.3",
            "mlp46",
            "hinge",
            1e-3,
            {**both(channels=46), "batch": 80, "constraint": "r1", "constraint_strength": 0.1, "steps": 500},
        ),
    )
}
"""Every base by its name."""
