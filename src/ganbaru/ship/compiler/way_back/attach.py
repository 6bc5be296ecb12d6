"""The way back to sound as nodes behind a generator's own: what `decode` of a representation does."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ganbaru.errors import UserError
from ganbaru.ship.compiler.graph import Graph, Node
from ganbaru.signal.mel import filter_bank
from ganbaru.signal.representation import Representation
from ganbaru.signal.spectrogram import AT_FLOOR, LOUDEST

Array = np.ndarray[Any, Any]

MOMENTUM = 0.99
"""Of Griffin-Lim, as `signal.griffin_lim` has it where nothing is said."""
_LEAST = 8
"""Numbers that are transformed together."""


def with_way_back(graph: Graph, representation: Representation, samples: int) -> Graph:
    """The generator's graph with what makes a waveform of the sound that it encodes.

    Args:
        graph: of `capture.capture`; its output is one encoded sound, ``representation.shape(samples)``.
        representation: how it is encoded.
        samples: T, of the sound.

    Returns:
        A graph whose output is the waveform, T numbers, as ``representation.decode`` makes it of the same ones. Only a
        search that was asked to start from random phases starts from others than Python's, which are torch's.

    Raises:
        UserError: there is no way back from this representation inside a module, or the generator makes another shape.
    """
    name = representation.name
    if name not in _WAYS:
        raise UserError(
            f"there is no way back from {name} inside a WebAssembly module",
            hint=f"train with one of {', '.join(_WAYS)}",
        )
    if graph.output.shape != representation.shape(samples):
        raise UserError(
            f"the generator makes {graph.output.shape}, but {name} of {samples} samples is "
            f"{representation.shape(samples)}"
        )
    way = _Way(graph, name)
    recipe = representation.recipe()
    for length in ("n_fft", "hop") if name == "mdct" else ("n_fft",):
        if length in recipe:
            _check_length(name, length, recipe[length])
    way.add("finite", graph.output.shape)
    _WAYS[name](way, recipe, samples)
    return Graph(tuple(way.nodes), graph.latent, graph.classes)


class _Way:
    """Nodes, each reading the one before where nothing else is said."""

    def __init__(self, graph: Graph, where: str) -> None:
        self.nodes, self._where = list(graph.nodes), f"the way back from {where}"

    def add(self, operation: str, shape: tuple[int, ...] | None = None, *inputs: Node, **told: Any) -> Node:
        """Adds one; arrays are its constants, all else its numbers."""
        read = inputs or (self.nodes[-1],)
        constants = {key: np.asarray(value, np.float32) for key, value in told.items() if isinstance(value, np.ndarray)}
        numbers = {key: value for key, value in told.items() if key not in constants}
        node = Node(
            f"{operation}{len(self.nodes)}", operation, tuple(each.name for each in read),
            read[0].shape if shape is None else shape, numbers, constants, self._where,
        )  # fmt: skip
        self.nodes.append(node)
        return node


def _check_length(name: str, which: str, length: int) -> None:
    if length < _LEAST or length & (length - 1):
        raise UserError(
            f"{name} with {which} {length} has no way back inside a WebAssembly module",
            hint=f"train with a {which} that is a power of two, {_LEAST} or more",
        )


def _waveform(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    if recipe["scale"] != 1:
        way.add("multiply", value=np.array(recipe["scale"]))


def _mu_law(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    way.add("clamp", low=-1.0, high=1.0)
    way.add("expanded", steepness=recipe["bits"] * math.log(2))


def _unstandardised(way: _Way, recipe: dict[str, Any]) -> None:
    """The mean and deviation of each band, which is the last axis but one."""
    if "mean" in recipe:
        deviation, mean = (np.array(recipe[key])[:, None] for key in ("deviation", "mean"))
        if mean.any():
            way.add("multiply", value=deviation)
            way.add("add", value=mean)
        else:
            way.add("multiply", value=deviation)


def _searched(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    """Bands of a spectrogram, logarithmic or not, of mel or not, to a sound."""
    power = recipe.get("power", 1)
    _unstandardised(way, recipe)
    if "floor" in recipe:
        _above_floor(way, recipe["floor"] ** power, LOUDEST**power)
    else:
        way.add("clamp", low=0.0, high=LOUDEST**power)
    told: dict[str, Any] = {key: recipe[key] for key in ("n_fft", "hop", "iterations", "phase")}
    if "bands" in recipe:
        named = ("rate", "n_fft", "bands", "low", "high", "scale", "norm")
        told |= {"power": power, "bank": filter_bank(**{key: recipe[key] for key in named})}
    way.add("searched", (samples,), momentum=MOMENTUM, **told)


def _above_floor(way: _Way, floor: float, top: float) -> Node:
    return way.add("above_floor", floor=floor * AT_FLOOR, top=math.log(top))


def _inverted(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    way.add("inverted", (samples,), n_fft=recipe["n_fft"], hop=recipe["hop"])


def _complex(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    _unstandardised(way, recipe)
    _inverted(way, recipe, samples)


def _turning(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    """A plane of logarithms, and one of turns from frame to frame."""
    both = way.nodes[-1]
    plane = (1, *both.shape[1:])
    way.add("crop", plane, both, axis=0, start=0, stop=1)
    _unstandardised(way, recipe)
    magnitude = _above_floor(way, recipe["floor"], LOUDEST)
    way.add("crop", plane, both, axis=0, start=1, stop=2)
    way.add("summed")
    phase = way.add("multiply", value=np.array(math.pi))
    parts = [way.add("multiply", plane, magnitude, way.add(name, plane, phase)) for name in ("cos", "sin")]
    way.add("concatenate", both.shape, *parts, axis=0)
    _inverted(way, recipe, samples)


def _lapped(way: _Way, recipe: dict[str, Any], samples: int) -> None:
    _unstandardised(way, recipe)
    way.add("unlapped", (samples,))


_WAYS: dict[str, Callable[[_Way, dict[str, Any], int], None]] = {
    "waveform": _waveform,
    "mu-law": _mu_law,
    "log-mel": _searched,
    "mel": _searched,
    "log-magnitude": _searched,
    "stft": _complex,
    "magnitude+if": _turning,
    "mdct": _lapped,
}
