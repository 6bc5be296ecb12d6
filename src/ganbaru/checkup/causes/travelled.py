"""How far the weights of a network went."""

import math

import numpy as np

from ganbaru.checkup.evidence import Evidence


def travelled(evidence: Evidence, name: str, *, to: int | None = None) -> float:
    """Length of the way that a network's weights went, in norms of them; NaN where it is not known.

    Args:
        evidence: what was gathered.
        name: of the network.
        to: the step up to which; None: all of it.
    """
    if evidence.lacks(f"{name}_update_ratio"):
        return math.nan
    strides = evidence.series[f"{name}_update_ratio"].finite
    if not len(strides):
        return math.nan
    steps, ratios = np.concatenate([[0], strides.steps]), np.concatenate([strides.values[:1], strides.values])
    ways = np.concatenate([[0.0], np.cumsum(np.diff(steps) * (ratios[1:] + ratios[:-1]) / 2)])
    way = float(ways[-1] if to is None else np.interp(to, steps, ways))
    return way * float(evidence.facts.get("updates_per_step") or 1)
