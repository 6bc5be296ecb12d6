"""What the page shows under "look inside": sections, exports and a few functions of a module, as they are read back."""

from ganbaru.ship import binary
from ganbaru.ship.site import Export, Function, Inside, Section

_EXPORTED = {
    "memory": "what everything lies in",
    "run": "runs on the latent vector as it lies in memory; 0, or 1: no such label",
    "generate": "draws the latent vector of a seed and runs; likewise",
    "draw": "draws the latent vector of a seed",
    "latent": "address of the latent vector",
    "latent_size": "how many numbers it has",
    "output": "address of the sound",
    "length": "samples of the sound",
    "sample_rate": "samples a second",
    "labels": "how many labels there are",
    "label": "the one asked for, from 0; it may be set",
}
_SHORT = ("run", "zeros")


def inside(module: bytes) -> Inside:
    """The module as the page tells it: the two functions that are easiest to read, and the one that works most."""
    read = binary.read(module)
    own = [each for each in read.functions if each.size]
    heart = max(own, key=lambda each: (each.name == "product", each.size))
    shown = [name for name in (*_SHORT, heart.name) if any(each.name == name for each in own)]
    return Inside(
        tuple(Section(each.name, each.size) for each in read.sections),
        tuple(Export(each.name, f"{each.kind} {each.type}", _EXPORTED.get(each.name, "")) for each in read.exports),
        tuple(Function(name, read.notes.get(name, ""), read.function_text(name)) for name in shown),
    )
