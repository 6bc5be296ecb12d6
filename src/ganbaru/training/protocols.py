"""What the loop asks of a step and of a measurement, whatever is trained."""

from typing import Protocol

from torch import Tensor

from ganbaru.distances import Estimate


class Step(Protocol):
    """What a step leaves behind: what must stay finite, the seconds that its parts took, by name, and how many batches
    it learned from."""

    @property
    def losses(self) -> dict[str, Tensor]: ...

    @property
    def seconds(self) -> dict[str, float]: ...

    @property
    def updates(self) -> int: ...


class Measuring(Protocol):
    """What measures a training: figures by name, files to listen to, and sentences.

    Attributes:
        untrained: figures before the first step; whoever measures them puts them here.
        judge: how far a judge among the figures is to be believed.
    """

    untrained: dict[str, Estimate]
    judge: dict[str, Estimate]

    def figures(self, *, final: bool = False) -> dict[str, Estimate]: ...

    def count(self, *, final: bool = False) -> int: ...

    def score(self, figures: dict[str, Estimate]) -> float | None: ...

    def verdicts(self, figures: dict[str, Estimate]) -> list[str]: ...

    def listening_set(self) -> dict[str, bytes]: ...

    def real_set(self) -> dict[str, bytes]: ...
