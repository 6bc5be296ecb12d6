"""A shipped module in wasmtime."""

import numpy as np
import wasmtime


class Loaded:
    """An instance of a module."""

    def __init__(self, binary: bytes) -> None:
        engine = wasmtime.Engine()
        self.store = wasmtime.Store(engine)
        self.exports = wasmtime.Instance(self.store, wasmtime.Module(engine, binary), []).exports(self.store)

    def number(self, name: str) -> int:
        """Of an exported global."""
        return self.exports[name].value(self.store)

    def numbers(self, address: str, size: str) -> np.ndarray:
        """Those at an exported address."""
        first = self.number(address)
        held = self.exports["memory"].read(self.store, first, first + 4 * self.number(size))
        return np.frombuffer(held, "<f4")

    def generate(self, seed: int, label: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """The latent vector and what was made of it."""
        if self.number("labels"):
            self.exports["label"].set_value(self.store, wasmtime.Val.i32(label))
        assert self.exports["generate"](self.store, seed) == 0
        return self.numbers("latent", "latent_size"), self.numbers("output", "length")
