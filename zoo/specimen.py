"""One specimen: a training or a folder in which at most one thing is wrong, and it is known which."""

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.vocabulary import MEANING

LOOKED_AT = frozenset(
    {
        "accumulating/grid4/residual64",
        "argparse_pair/gratings12/spectral16",
        "conditional_average/cube8/spectral64",
        "conditional_average/uneven6/spectral48",
        "dirac/origin/scalar",
        "dirac/origin4/vector",
        "epochs_tracker/soft3/elu48",
        "functional_game/moons/mlp48",
        "functional_game/pinwheel5/mlp64",
        "ganbaru.fit/speech:cat,dog?count=300/frames32",
        "ganbaru.fit/speech:cat,dog?count=300/wave12",
        "ganbaru.fit/speech:hey,bye?count=300/wave13",
        "ganbaru.fit/speech:hot,cold?count=280/frames22",
        "ganbaru.fit/speech:left,right?count=240/frames30",
        "ganbaru.fit/speech:one,two,six?count=300/frames20",
        "ganbaru.fit/speech:red,blue?count=300/frames26",
        "ganbaru.fit/speech:sun,moon?count=300/frames28",
        "ganbaru.fit/tones/frames24",
        "ganbaru.fit/toy:grid?side=2&step=1.5&sd=0.12/mlp60",
        "ganbaru.fit/toy:grid?side=3&sd=0.1/mlp80",
        "ganbaru.fit/toy:grid?side=3&step=1&sd=0.1/mlp56",
        "ganbaru.fit/toy:lines/mlp48",
        "ganbaru.fit/toy:lines?theta=0.5/mlp40",
        "ganbaru.fit/toy:ring/mlp64",
        "ganbaru.fit/toy:ring?modes=12/mlp64",
        "ganbaru.fit/toy:ring?modes=2&sd=0.2/mlp44",
        "ganbaru.fit/toy:ring?modes=3&sd=0.1/mlp40",
        "ganbaru.fit/toy:ring?modes=4&radius=0.7&sd=0.07/mlp52",
        "ganbaru.fit/toy:ring?modes=4&sd=0.15/mlp64",
        "ganbaru.fit/toy:ring?modes=5&sd=0.05/mlp64",
        "ganbaru.fit/toy:ring?modes=7&radius=1.5&sd=0.08/mlp52",
        "ganbaru.fit/toy:ring?sd=0.05/mlp64",
        "ganbaru.fit/toy:ring?sd=0.05/mlp72",
        "ganbaru.fit/toy:spiral?sd=0.025&turns=0.5/mlp48",
        "ganbaru.fit/toy:spiral?turns=0.75/mlp56",
        "ganbaru.fit/toy:spiral?turns=1.5/mlp72",
        "ganbaru.fit/toy:spiral?turns=1/mlp80",
        "goodfellow/soft3/mlp48",
        "goodfellow/soft5/mlp64",
        "gp_notebook/orthoplex5/swish64",
        "gru_sampler/warbles192/gru24",
        "keras_like/uneven4/norm48",
        "lsgan_dict/soft5/mlp48",
        "one_optimizer/ring/mlp64",
        "reference_clip/tetra4/mlp64",
        "regressor/surface/mlp64",
        "relativistic_cells/ring/mlp64",
        "relativistic_cells/spiral/mlp48",
        "residual_pictures/sweep-pictures/residual16",
        "style_modules/crosses8/style12",
        "two_timescales/ellipse6/layernorm48",
        "variational/moons/mlp32",
        "wavegan_like/tones1024/wave16",
        "wgan_gp_trainer/ring-wide/mlp80",
    }
)
"""Groups that were of the half "test" until their misses had been looked at; then others took their place."""

Kind = Literal["configuration", "code", "data"]
Half = Literal["calibration", "test"]

_ROOT = Path(__file__).parents[1]
_CHECKUP = "src/ganbaru/checkup"
_GATHERING: dict[str, tuple[str, ...]] = {
    "configuration": (
        f"{_CHECKUP}/run",
        f"{_CHECKUP}/probes",
        f"{_CHECKUP}/sight",
        "src/ganbaru/training",
        "src/ganbaru/objectives",
    ),
    "code": (f"{_CHECKUP}/watch", f"{_CHECKUP}/sight", "src/ganbaru/training/gauges.py"),
    "data": (f"{_CHECKUP}/folder", f"{_CHECKUP}/heard"),
}
"""What gathers the evidence of each kind, beside the documents themselves; files, modules or packages."""
_DOCUMENTS = (f"{_CHECKUP}/evidence.py", f"{_CHECKUP}/series.py")


@dataclass(frozen=True)
class Specimen:
    """One specimen.

    Attributes:
        name: unlike every other one.
        kind: how its fault came in: by settings of `ganbaru.fit`, by a bug in a loop, or by its data.
        cause: the planted fault, of the closed vocabulary; None for a healthy one.
        program: what trains (or spoils).
        world: what is learned.
        architecture: the networks, in a word.
        objective: name of the objective; "" where nothing is trained against a critic.
        representation: how sounds are seen; "points" and "images" where there are none.
        maker: makes the evidence.
        recipe: what ``maker`` is called with.
        twin: name of the healthy specimen that it is compared with; "" for a healthy one.
        by_code: it is a fault by its code or its files, whatever it does to the quality.
    """

    name: str
    kind: Kind
    cause: str | None
    program: str
    world: str
    architecture: str
    objective: str
    representation: str
    maker: Callable[..., Evidence]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    twin: str = ""
    by_code: bool = False

    def __post_init__(self) -> None:
        if self.cause is not None and self.cause not in MEANING:
            raise ValueError(f"{self.name}: {self.cause!r} is not in the vocabulary of causes")
        if (self.cause is None) != (self.twin == ""):
            raise ValueError(f"{self.name}: a fault has a twin, a healthy one has none")

    def make(self) -> Evidence:
        """Trains or spoils, and gathers."""
        return self.maker(**self.recipe)

    @property
    def group(self) -> str:
        """What stays together when the zoo is split."""
        return f"{self.program}/{self.world}/{self.architecture}"

    @property
    def half(self) -> Half:
        """The half that bounds are set on, or the half that figures are reported on."""
        return half_of(self.group)

    def key(self) -> str:
        """Hash of its description, of the program's source and of the sources that gather: the name of its record."""
        description = {name: value for name, value in vars(self).items() if name != "maker"}
        own = Path(inspect.getfile(self.maker))
        parts = [json.dumps(description, sort_keys=True), self.maker.__qualname__, own.read_text("utf-8")]
        parts += _texts(_program_files(self.program)) + _texts(_GATHERING[self.kind]) + _texts(_DOCUMENTS)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def half_of(group: str) -> Half:
    """The half of a whole group, by the first byte of the SHA-256 of its name: fixed before any bound was chosen.

    Groups of `LOOKED_AT` are calibration whatever their hash.
    """
    if group in LOOKED_AT:
        return "calibration"
    return "calibration" if hashlib.sha256(group.encode()).digest()[0] % 2 == 0 else "test"


def _program_files(program: str) -> tuple[str, ...]:
    return (f"zoo/programs/{program}.py", "zoo/worlds.py")


def _texts(paths: Iterable[str]) -> list[str]:
    return [text for path in paths for text in _text(path)]


@lru_cache(maxsize=64)
def _text(path: str) -> tuple[str, ...]:
    """The sources under a path: of one file, of a module of that name, or of a package."""
    place = _ROOT / path
    files = [place] if place.is_file() else [place.with_suffix(".py"), *sorted(place.rglob("*.py"))]
    return tuple(file.read_text("utf-8") for file in files if file.is_file())
