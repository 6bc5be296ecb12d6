"""What a trial may return, and how it is stored."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ganbaru.runs.seal import open_line, seal_line

MOST_BYTES = 64 << 10
"""The greatest size of what a trial returns, as JSON: more belongs in a file in its folder."""


def stored(returned: Any) -> dict[str, Any]:
    """A trial's answer as the ledger holds it: ``score`` and ``details``.

    Args:
        returned: a number, an `Estimate`, or a mapping with one of these as ``"score"`` and what else is to be kept:
            plain values or Estimates.
            A score that is not finite is an answer too: it says that the training ended in nothing.

    Raises:
        TypeError: it is something else, or holds what JSON cannot.
        ValueError: it is larger than `MOST_BYTES`.
    """
    if isinstance(returned, Mapping):
        if "score" not in returned:
            raise TypeError(f"the trial returned a mapping without a 'score': {sorted(map(str, returned))}")
        score = returned["score"]
        details = {str(name): _plain_detail(item) for name, item in returned.items() if name != "score"}
    else:
        score, details = returned, {}
    line = seal_line({"score": _plain_score(score), "details": details})
    if len(line) > MOST_BYTES:
        raise ValueError(f"the trial returned {len(line)} bytes; write what is large into files in its folder")
    return open_line(line)


def value(score: Any) -> float:
    """The number in a stored score; NaN where there is none."""
    if isinstance(score, Mapping):
        return float(score["value"])
    return math.nan if score is None else float(score)


def interval(score: Any) -> tuple[float, float]:
    """Lower and upper end of a stored score's own interval; NaN where it has none."""
    if isinstance(score, Mapping):
        return float(score["low"]), float(score["high"])
    return math.nan, math.nan


def _plain_detail(detail: Any) -> Any:
    return _json_of_estimate(detail) if _is_estimate(detail) else detail


def _is_estimate(answer: Any) -> bool:
    """Told by what it has: importing distances to ask for the class would load torch."""
    return all(hasattr(answer, name) for name in ("to_json", "value", "low", "high"))


def _json_of_estimate(estimate: Any) -> Any:
    return json.loads(json.dumps(estimate.to_json(), default=float))


def _plain_score(score: Any) -> Any:
    if _is_estimate(score):
        return _json_of_estimate(score)
    if score is None or isinstance(score, str | bytes | list | tuple | Mapping):
        raise TypeError(f"the trial returned {type(score).__name__}, not a score")
    try:
        return float(np.asarray(score.detach().cpu() if hasattr(score, "detach") else score).item())
    except (TypeError, ValueError) as error:
        raise TypeError(f"the trial returned {type(score).__name__}, not one number") from error
