"""A shipped module, run on this machine by wasmtime."""

from typing import Any

import numpy as np
import wasmtime

from ganbaru.ship.sections import FUSED, sections_of

Array = np.ndarray[Any, Any]


class Instance:
    """A module with its memory.

    Args:
        module: its bytes.
        fused: run the quicker kernels that it carries.
    """

    def __init__(self, module: bytes, *, fused: bool = False) -> None:
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        plain = wasmtime.Instance(self._store, wasmtime.Module(engine, module), [])
        self._exports: Any = plain.exports(self._store)
        self._run: Any = self._exports["run"]
        if fused:
            quicker = wasmtime.Module(engine, sections_of(module)[FUSED])
            shared = [self._exports["memory"], self._exports["label"]]
            self._run = wasmtime.Instance(self._store, quicker, shared).exports(self._store)["run"]

    def number(self, name: str) -> int:
        """Of an exported global."""
        return int(self._exports[name].value(self._store))

    @property
    def latent(self) -> Array:
        """The latent vector as it lies in memory, ``(latent,)``."""
        return self._numbers("latent", "latent_size")

    @property
    def pages(self) -> int:
        """Of 64 KiB, that its memory has."""
        return int(self._exports["memory"].size(self._store))

    def generate(self, seed: int, label: int = 0) -> Array:
        """What the module makes of a seed, ``(length,)``.

        Raises:
            ValueError: there is no such label.
        """
        self._exports["draw"](self._store, seed)
        return self._made(label)

    def run(self, latent: Array, label: int = 0) -> Array:
        """What the module makes of a latent vector ``(latent,)``: ``(length,)``.

        Raises:
            ValueError: there is no such label.
        """
        self._exports["memory"].write(self._store, latent.astype("<f4").tobytes(), self.number("latent"))
        return self._made(label)

    def _made(self, label: int) -> Array:
        if self.number("labels"):
            self._exports["label"].set_value(self._store, wasmtime.Val.i32(label))
        if self._run(self._store):
            raise ValueError(f"there is no label {label}")
        return self._numbers("output", "length")

    def _numbers(self, address: str, size: str) -> Array:
        first = self.number(address)
        held = self._exports["memory"].read(self._store, first, first + 4 * self.number(size))
        return np.frombuffer(held, "<f4")
