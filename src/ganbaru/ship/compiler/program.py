"""What lowering makes: kernels in order, each with the step that it belongs to."""

from dataclasses import dataclass, field

from ganbaru.ship.compiler.copying import Walk
from ganbaru.ship.compiler.gemm import Product
from ganbaru.ship.compiler.memory import Buffer
from ganbaru.ship.compiler.planning import Plan, Stage
from ganbaru.ship.compiler.special import Blend, Normalisation, Row, Zeros
from ganbaru.ship.compiler.unpacking import Parcel
from ganbaru.ship.compiler.way_back.inverse import Inverse
from ganbaru.ship.compiler.way_back.lapped import Unlapped
from ganbaru.ship.compiler.way_back.search import Search
from ganbaru.ship.compiler.winograd import Winograd

Kernel = Product | Winograd | Walk | Zeros | Normalisation | Blend | Row | Inverse | Search | Unlapped


@dataclass
class Program:
    """All kernels in order, for each the stage that it belongs to.

    Attributes:
        plan: what was lowered.
        parcel: its weights.
        drawing: where the tables lie by which latent vectors are drawn.
        kernels: as said.
    """

    plan: Plan
    parcel: Parcel
    drawing: int
    kernels: list[tuple[Stage, Kernel]] = field(default_factory=list)


def kernel_name(stage: Stage, suffix: str = "", group: int = 0, groups: int = 1) -> str:
    """Of a step's kernel, where it has several."""
    return f"{stage.value}{suffix}{f'_g{group}' if groups > 1 else ''}"


def source_of(stage: Stage, program: Program, number: int = 0) -> Buffer:
    """Where a step's input lies."""
    return program.plan.buffer(stage.node.inputs[number])
