"""A gain between nothing and what is worth having: the three answers that every study's verdict rests on."""

from typing import Any, Final, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Zone = Literal["gain", "none", "open"]
CANNOT_TELL: Final = "can't tell"


def zone(gain: Estimate, worthwhile: float) -> Zone:
    """Whether there is a gain, none worth having, or neither can be said.

    "none" where the whole interval lies under ``worthwhile``; "gain" where it lies over 0 and reaches ``worthwhile``.
    """
    if gain.high < worthwhile or gain.high <= 0:
        return "none"
    return "gain" if gain.low > 0 else "open"


def number(value: float) -> str:
    """A number as a sentence carries it: three digits."""
    return f"{value:.3g}"


def interval(estimate: Estimate) -> str:
    """An estimate as a sentence carries it."""
    return f"{number(estimate.value)} [{number(estimate.low)}, {number(estimate.high)}]"


def index_of(value: float, known: Array) -> int:
    """Where a value stands among the cells' values.

    Raises:
        UserError: it is none of them.
    """
    near = np.flatnonzero(np.isclose(known, value, rtol=1e-9, atol=0.0))
    if len(near) == 0:
        raise UserError(f"the present value {number(value)} was not tried", hint=", ".join(number(x) for x in known))
    return int(near[0])
