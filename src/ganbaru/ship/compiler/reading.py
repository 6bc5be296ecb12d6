"""Reads an exported program, operation by operation, into a graph.

What is made of constants alone is made here and now. The batch, always the first axis and always 1, is taken off; an
operation that would mix it with another axis is refused like one that is not known.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.fx import Node as Exported

from ganbaru.errors import UserError
from ganbaru.ship.compiler.graph import Graph, Node

Argument = Any
"""What an operation is called with: a `Node`, a constant tensor, a number, or a list of such."""


class Reader:
    """Turns exported nodes into nodes of a graph, in order."""

    def __init__(self, latent: int, classes: int) -> None:
        self.latent, self.classes = latent, classes
        self.nodes: list[Node] = []
        self._values: dict[Exported, Argument] = {}

    def hold(self, exported: Exported, value: Tensor) -> None:
        """A weight, or any other constant."""
        self._values[exported] = value

    def take(self, exported: Exported) -> None:
        """The latent vector, which comes first, or the label."""
        first = not self.nodes
        operation, size = ("latent", self.latent) if first else ("label", 1)
        self._values[exported] = self.add(operation, (), (size,))

    def read(self, exported: Exported) -> None:
        """One operation."""
        arguments = [self._argument(each) for each in exported.args]
        told = {name: self._argument(value) for name, value in exported.kwargs.items()}
        target = exported.target
        assert not isinstance(target, str)
        if target is operator.getitem:
            self._values[exported] = arguments[0][arguments[1]]
            return
        if not any(isinstance(each, Node) for each in _flat(arguments)):
            self._values[exported] = target(*arguments, **told)
            return
        self._where = _where(exported)
        name = str(target).removeprefix("aten.")
        reading = READINGS.get(name) or READINGS.get(name.partition(".")[0])
        made = exported.meta.get("val")
        several = isinstance(made, tuple | list)
        first = made[0] if isinstance(made, tuple | list) else made
        self._shape = tuple(first.shape[1:]) if isinstance(first, Tensor) else ()
        if reading is None:
            raise self.refused(name)
        found = reading(self, *arguments, **told)
        self._values[exported] = [found] if several else found  # norms return their statistics as well

    def graph(self, made: Sequence[Exported]) -> Graph:
        """The whole, once everything is read.

        Raises:
            UserError: the generator returns anything but one tensor that depends on its latent vector.
        """
        values = [self._argument(each) for each in made]
        if len(values) != 1 or not isinstance(values[0], Node):
            raise UserError("the generator must return one tensor made of its latent vector")
        last = values[0]
        nodes = [node for node in self.nodes if node is not last]
        return Graph((), self.latent, self.classes).with_nodes([*nodes, last])

    def add(
        self,
        operation: str,
        inputs: Sequence[Node],
        shape: Sequence[int] | None = None,
        constants: dict[str, Any] | None = None,
        **numbers: Any,
    ) -> Node:
        """A new node; of the shape that was exported where none is given."""
        held = {name: _array(value) for name, value in (constants or {}).items() if value is not None}
        made = Node(
            f"{operation}{len(self.nodes)}",
            operation,
            tuple(each.name for each in inputs),
            tuple(self._shape if shape is None else shape),
            numbers,
            held,
            "" if operation in ("latent", "label") else self._where,
        )
        self.nodes.append(made)
        return made

    def refused(self, what: str, instead: str = "") -> UserError:
        """The error for what cannot be shipped."""
        place = f" in {self._where}" if self._where else ""
        known = "linear, convolutions, upsampling, norms, the usual activations, add, multiply, concatenate, reshape"
        return UserError(f"{what}{place} cannot be shipped", hint=instead or f"build the generator of {known}")

    def _argument(self, value: Any) -> Argument:
        if isinstance(value, Exported):
            return self._values[value]
        if isinstance(value, list | tuple):
            return [self._argument(each) for each in value]
        return value

    _where: str = ""
    _shape: tuple[int, ...] = ()


def _flat(values: Sequence[Any]) -> list[Any]:
    return [each for value in values for each in (_flat(value) if isinstance(value, list) else [value])]


def _array(value: Any) -> np.ndarray:
    tensor = value if isinstance(value, Tensor) else torch.as_tensor(value)
    return np.ascontiguousarray(tensor.detach().to(torch.float32).cpu().numpy())


def _where(exported: Exported) -> str:
    """The module whose forward it stands in, as the user would call it."""
    stack = exported.meta.get("nn_module_stack") or {}
    paths = [str(entry[0]) for entry in stack.values()]
    path = paths[-1].removeprefix("L['self'].").removeprefix("generator") if paths else ""
    return path.strip(".")


Reading = Callable[..., Argument]
READINGS: dict[str, Reading] = {}
"""By the name of torch's operation, with or without its overload."""


def reads(*names: str) -> Callable[[Reading], Reading]:
    """Enters a function as the reading of these operations."""

    def enter(function: Reading) -> Reading:
        READINGS.update(dict.fromkeys(names, function))
        return function

    return enter


from ganbaru.ship.compiler import readings  # noqa: E402, F401  (enters them)
