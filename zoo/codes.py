"""Faults of code: the programs of `zoo.programs`, each with the bugs that it knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ganbaru.checkup.vocabulary import STEP_OF
from zoo.makers.looping import loop
from zoo.specimen import Specimen

_DCGAN = ("loss-sign", "train-eval-mode", "critic-sigmoid", "latent-ignored", "mode-collapse", "dead-units")
_WGAN = ("loss-sign", "clip-too-small", "no-update.critic", "generator-detached", "grad-leak")
_GP = ("batch-coupling", "not-lipschitz", "output-range", "critic-on-stale-fake", "latent-ignored", "non-finite")
_LS = ("shared-optimizer", "vanishing-gradient", "exploding-gradient", "critic-sigmoid")
_RELATIVISTIC = ("grad-leak", "late-degradation", "exploding-gradient", "mode-collapse")
_GOODFELLOW = ("learning-rate-high", "no-zero-grad", "train-eval-mode", "vanishing-gradient")
_KERAS = (
    "learning-rate-high.forty",
    "critic-too-weak",
    "no-zero-grad",
    "late-degradation",
    "output-range",
    "loss-sign",
)
_FUNCTIONAL = (
    "clip-too-large.far",
    "clip-too-small",
    "n-critic-low",
    "dead-units",
    "learning-rate-low.ten",
    "loss-sign",
)
_TRACKED = (
    "mode-dropping",
    "grad-leak",
    "vanishing-gradient",
    "exploding-gradient",
    "learning-rate-high.far",
    "no-update.critic",
)
_SCALES = ("penalty-too-small", "penalty-too-large", "not-lipschitz", "batch-coupling", "critic-too-weak", "non-finite")
_CONDITIONAL = (
    "mode-dropping",
    "mode-collapse",
    "latent-ignored",
    "no-update.generator",
    "critic-too-weak",
    "dead-units",
)
_VARIATIONAL = (
    "no-zero-grad",
    "overfitting",
    "learning-rate-low.ten",
    "learning-rate-high.hundred",
    "late-degradation",
    "denormals",
    "divergence",
)
_RESIDUAL = (
    "mode-collapse",
    "vanishing-gradient",
    "output-range",
    "learning-rate-high.far",
    "learning-rate-low.hundred",
)
_NEXT = (
    "divergence",
    "dead-units",
    "train-eval-mode",
    "receptive-field-short",
    "learning-rate-low.hundred",
    "loss-sign",
)
_COSTS_TIME = ("denormals",)
"""Bugs of which quality tells nothing."""


@dataclass(frozen=True)
class Program:
    """A program on a world.

    Attributes:
        name: of its file; world: of `zoo.worlds.WORLDS`; architecture: its networks in a word.
        objective: what it minimises; representation: how samples are seen.
        options: what its ``run`` is called with, ``steps`` among them.
        only: the bugs to plant; () for all that it knows.
        paced: it takes a ``pace``, a factor of its rates.
    """

    name: str
    world: str
    architecture: str
    objective: str
    options: Mapping[str, Any] = field(default_factory=dict)
    representation: str = "points"
    only: tuple[str, ...] = ()
    paced: bool = False

    @property
    def tag(self) -> str:
        """What the names of its specimens begin with."""
        return f"{self.name}-{self.world}-{self.architecture}"

    @property
    def bugs(self) -> tuple[str, ...]:
        """The bugs to plant."""
        return self.only or tuple(import_module(f"zoo.programs.{self.name}").BUGS)


PROGRAMS: tuple[Program, ...] = (
    Program("dcgan_script", "blobs", "conv16", "nonsaturating", {"steps": 400}, "images"),
    Program("dcgan_script", "blobs", "conv8", "nonsaturating", {"steps": 400, "ngf": 8}, "images", _DCGAN),
    Program("wgan_clip", "ring", "mlp64", "wasserstein", {"steps": 400}),
    Program("wgan_clip", "lines", "mlp48", "wasserstein", {"steps": 300, "h": 48}, only=_WGAN),
    Program("wgan_gp_trainer", "grid9", "mlp64", "wasserstein", {"steps": 400}),
    Program("wgan_gp_trainer", "ring-wide", "mlp80", "wasserstein", {"steps": 400, "hidden": 80}, only=_GP),
    Program("lsgan_dict", "soft4", "mlp64", "least-squares", {"steps": 800}),
    Program("lsgan_dict", "soft5", "mlp48", "least-squares", {"steps": 600, "units": 48}, only=_LS),
    Program("hinge_hooks", "ring5", "mlp64", "hinge", {"steps": 700}),
    Program("relativistic_cells", "ring", "mlp64", "relativistic", {"steps": 700}),
    Program("relativistic_cells", "spiral", "mlp48", "relativistic", {"steps": 600, "H": 48}, only=_RELATIVISTIC),
    Program("goodfellow", "soft5", "mlp64", "nonsaturating", {"steps": 800}),
    Program("goodfellow", "soft3", "mlp48", "nonsaturating", {"steps": 600, "n_hid": 48}, only=_GOODFELLOW),
    Program("one_optimizer", "ring", "mlp64", "wasserstein", {"steps": 1000}),
    Program("accumulating", "grid4", "residual64", "wasserstein", {"steps": 250}),
    Program("ttur_r1_sound", "tones512", "wave24", "nonsaturating", {"steps": 300}, "waveform"),
    Program("wavegan_like", "tones1024", "wave16", "wasserstein", {"steps": 300}, "waveform"),
    Program("spectrogram_loop", "spectrograms", "conv24", "hinge", {"steps": 300}, "spectrogram"),
    Program("dirac", "origin", "scalar", "minimax", {"steps": 500}),
    Program("dirac", "origin3", "vector", "minimax", {"steps": 500, "dims": 3}),
    Program("classifier", "arms", "mlp64", "", {"steps": 600}),
    Program("regressor", "surface", "mlp64", "", {"steps": 800}),
    Program("autoencoder", "tones512", "mlp96", "", {"steps": 480}, "waveform"),
    Program("keras_like", "moons", "norm64", "nonsaturating", {"steps": 600}, paced=True),
    Program("keras_like", "uneven4", "norm48", "nonsaturating", {"steps": 600, "units": 48}, only=_KERAS, paced=True),
    Program("functional_game", "pinwheel5", "mlp64", "wasserstein", {"steps": 350}, paced=True),
    Program(
        "functional_game", "moons", "mlp48", "wasserstein", {"steps": 300, "breadth": 48}, only=_FUNCTIONAL, paced=True
    ),
    Program("two_timescales", "cube8", "layernorm64", "wasserstein", {"steps": 350}, paced=True),
    Program(
        "two_timescales",
        "ellipse6",
        "layernorm48",
        "wasserstein",
        {"steps": 350, "width": 48},
        only=_SCALES,
        paced=True,
    ),
    Program("conditional_average", "cube8", "spectral64", "hinge", {"steps": 450}, paced=True),
    Program(
        "conditional_average",
        "uneven6",
        "spectral48",
        "hinge",
        {"steps": 450, "width": 48},
        only=_CONDITIONAL,
        paced=True,
    ),
    Program("variational", "buzzes256", "mlp64", "", {"steps": 500}, "waveform", paced=True),
    Program("variational", "moons", "mlp32", "", {"steps": 500, "width": 32}, only=_VARIATIONAL, paced=True),
    Program("epochs_tracker", "soft5", "elu64", "least-squares", {"steps": 700}, paced=True),
    Program(
        "residual_pictures", "sweep-pictures", "residual16", "nonsaturating", {"steps": 420}, "spectrogram", paced=True
    ),
    Program(
        "residual_pictures",
        "buzz-pictures",
        "residual12",
        "nonsaturating",
        {"steps": 420, "channels": 12},
        "spectrogram",
        _RESIDUAL,
        paced=True,
    ),
    Program("next_sample", "buzzes256", "causal16", "", {"steps": 300}, "waveform", paced=True),
    Program("next_sample", "sweeps256", "causal12", "", {"steps": 300, "width": 12}, "waveform", _NEXT, paced=True),
    Program(
        "epochs_tracker", "soft3", "elu48", "least-squares", {"steps": 600, "width": 48}, only=_TRACKED, paced=True
    ),
    Program("dirac", "origin4", "vector", "minimax", {"steps": 500, "dims": 4}),
    Program("argparse_pair", "gratings12", "spectral16", "hinge", {"steps": 260}, "images", paced=True),
    Program("lightning_like", "helix3", "residual48", "relativistic", {"steps": 700}, paced=True),
    Program("stability_trainer", "circles2", "mlp48", "minimax", {"steps": 900}, paced=True),
    Program("style_modules", "crosses8", "style12", "nonsaturating", {"steps": 500}, "images"),
    Program("gp_notebook", "orthoplex5", "swish64", "wasserstein", {"steps": 700}, paced=True),
    Program("reference_clip", "tetra4", "mlp64", "wasserstein", {"steps": 450}, paced=True),
    Program("vocoder_pair", "pings256", "multiperiod12", "least-squares", {"steps": 320}, "waveform"),
    Program("gru_sampler", "warbles192", "gru24", "", {"steps": 300}, "waveform", paced=True),
    Program("noise_predictor", "bars3", "mlp64", "", {"steps": 900}, paced=True),
    Program("timbre_classifier", "timbres", "conv8", "", {"steps": 400}, "spectrogram"),
    Program("config_trainer", "crosses8", "groupnorm16", "wasserstein", {"steps": 280}, "images"),
    Program("dict_players", "pinwheel3", "relu64", "wasserstein", {"steps": 500}, paced=True),
)
"""Every program on every world that it is run on."""


def specimen(program: Program, bug: str | None, seed: int = 0, name: str = "") -> Specimen:
    """A program on its world, with a bug or without."""
    return Specimen(
        name=f"{program.tag}-{name or bug or 'healthy'}",
        kind="code",
        cause=None if bug is None else bug.partition(".")[0],
        program=program.name,
        world=program.world,
        architecture=program.architecture,
        objective=program.objective,
        representation=program.representation,
        maker=loop,
        recipe={"program": program.name, "bug": bug, "world": program.world, "seed": seed, **program.options},
        twin="" if bug is None else f"{program.tag}-healthy",
        by_code=bug is not None and (STEP_OF[bug.partition(".")[0]] == 1 or bug in _COSTS_TIME),
    )


def faults() -> Iterator[Specimen]:
    """Every fault of code."""
    for program in PROGRAMS:
        for bug in program.bugs:
            yield specimen(program, bug)
