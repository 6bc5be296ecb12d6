"""The way back from an encoded sound to a waveform, as operations of the same graph and kernels of the same module."""

from ganbaru.ship.compiler.way_back.attach import with_way_back

__all__ = ["with_way_back"]
