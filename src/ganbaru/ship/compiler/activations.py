"""What is done to each number by itself: as a part of a kernel's store, or as a pass of its own."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganbaru.ship.compiler import mathematics as m
from ganbaru.ship.compiler.graph import Node
from ganbaru.ship.compiler.wat import get, put, splat


@dataclass(frozen=True)
class Activation:
    """One or none.

    Attributes:
        name: of `graph.UNARY`; "" for none.
        numbers: what it is told.
    """

    name: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_node(cls, node: Node) -> "Activation":
        """That of a node."""
        return cls(node.operation, node.numbers)

    def of(self, local: str) -> Iterator[str]:
        """Lines that put the result in the place of a local's four numbers."""
        if self.name == "above_floor":
            yield put(local, f"(call $exp (f32x4.pmin {get(local)} {splat(self.numbers['top'])}))")
            yield put(local, f"(v128.and {get(local)} (f32x4.gt {get(local)} {splat(self.numbers['floor'])}))")
        elif self.name:
            yield put(local, self._value(get(local)))

    @property
    def calls(self) -> tuple[str, ...]:
        """Functions of `mathematics` that it needs."""
        if self.name in m.CALLED:
            return (self.name,)
        exponential = dict.fromkeys(("elu", "above_floor", "expanded"), ("exp",))
        return {**exponential, "power": ("exp", "log")}.get(self.name, ())

    @property
    def keeps_zero(self) -> bool:
        """Whether it makes 0 of 0, so that a border of zeros stays one."""
        return self.name not in (
            *("sigmoid", "softplus", "cos", "exp", "log", "reciprocal", "clamp", "power", "above_floor"),
        )

    def _value(self, x: str) -> str:
        if self.name in m.CALLED:
            scale = self.numbers.get("beta", 1.0)
            if scale != 1:
                return m.divide(f"(call ${self.name} {m.multiply(x, splat(scale))})", splat(scale))
            return f"(call ${self.name} {x})"
        return str(getattr(self, f"_{self.name}")(x))

    def _relu(self, x: str) -> str:
        return f"(f32x4.pmax {x} {splat(0)})"

    def _leaky_relu(self, x: str) -> str:
        slope = self.numbers["slope"]
        larger = "pmax" if slope <= 1 else "pmin"
        return f"(f32x4.{larger} {x} {m.multiply(x, splat(slope))})"

    def _elu(self, x: str) -> str:
        grown = m.multiply(splat(self.numbers["alpha"]), m.subtract(f"(call $exp {x})", splat(1)))
        return m.select(x, grown, f"(f32x4.gt {x} {splat(0)})")

    def _square(self, x: str) -> str:
        return m.multiply(x, x)

    def _abs(self, x: str) -> str:
        return f"(f32x4.abs {x})"

    def _negative(self, x: str) -> str:
        return f"(f32x4.neg {x})"

    def _sqrt(self, x: str) -> str:
        return f"(f32x4.sqrt {x})"

    def _reciprocal(self, x: str) -> str:
        return m.divide(splat(1), x)

    def _clamp(self, x: str) -> str:
        low, high = self.numbers["low"], self.numbers["high"]
        x = x if low == -math.inf else f"(f32x4.max {x} {splat(low)})"
        return x if high == math.inf else f"(f32x4.min {x} {splat(high)})"

    def _power(self, x: str) -> str:
        """Of numbers above 0."""
        return f"(call $exp {m.multiply(splat(self.numbers['exponent']), f'(call $log {x})')})"

    def _finite(self, x: str) -> str:
        """What is no number becomes 0, infinity the largest number."""
        number = f"(v128.and {x} (f32x4.eq {x} {x}))"
        return f"(f32x4.pmin (f32x4.pmax {number} {splat(-_LARGEST)}) {splat(_LARGEST)})"

    def _expanded(self, x: str) -> str:
        """``sign(x) (exp(s |x|) − 1) / (exp(s) − 1)``."""
        steepness = self.numbers["steepness"]
        grown = m.subtract(f"(call $exp {m.multiply(f'(f32x4.abs {x})', splat(steepness))})", splat(1))
        sign = f"(v128.and {x} (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000))"
        return f"(v128.or {m.multiply(grown, splat(1 / math.expm1(steepness)))} {sign})"


_LARGEST = (2 - 2**-23) * 2.0**127

NONE = Activation()
