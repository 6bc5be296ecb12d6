"""A gain between nothing and what is worth having: the three answers that every study's verdict rests on."""

from typing import Any, Final, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Zone = Literal["gain", "none", "open"]
CANNOT_TELL: Final = "can't tell"
TOO_FEW: Final = "too few seeds for an interval"


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
    if np.isnan(estimate.value):
        return "not known"
    if endless(estimate):
        return f"{number(estimate.value)} ({TOO_FEW})"
    return f"{number(estimate.value)} [{number(estimate.low)}, {number(estimate.high)}]"


def endless(estimate: Estimate) -> bool:
    """Whether its interval has no end on either side, as that of an exact test of too few seeds."""
    return bool(np.isinf(estimate.low) and np.isinf(estimate.high))


def mostly_collapsed(collapsed: Array, where: str = "") -> str:
    """Why nothing can be told of runs ``(C, S)`` of which more than half collapsed; empty for any others.

    Collapsed runs have one score, the worst: many of them look like no noise at all.

    Args:
        collapsed: which did.
        where: which runs these are, beginning with a space; empty for all.
    """
    fell, runs = int(collapsed.sum()), collapsed.size
    if 2 * fell <= runs:
        return ""
    return f"{CANNOT_TELL}: {'all' if fell == runs else str(fell) + ' of'} {runs} runs{where} collapsed"


def index_of(value: float, known: Array) -> int:
    """Where a value stands among the cells' values.

    Raises:
        UserError: it is none of them.
    """
    near = np.flatnonzero(np.isclose(known, value, rtol=1e-9, atol=0.0))
    if len(near) == 0:
        raise UserError(f"the present value {number(value)} was not tried", hint=", ".join(number(x) for x in known))
    return int(near[0])
