"""An answer that is known, not estimated."""

from typing import Any

from ganbaru.distances.estimate import Estimate


def exact(value: Any, method: str) -> Estimate:
    """Without an interval, and of full confidence; what rounding has put below 0 is 0."""
    known = max(float(value), 0.0)
    return Estimate(known, known, known, 1.0, method=method)
