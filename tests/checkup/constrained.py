"""Evidence of made-up games under a constraint: some of what was recorded is given, the rest is as where it is well."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

RECORDS = 40
WELL = {
    "batch_distance": 0.11 + 0.9 * np.exp(-np.arange(RECORDS) / 4),
    "coverage": 0.85,
    "precision": 0.9,
    "spread": 1.0,
}
LOST = {"batch_distance": 0.9, "coverage": 0.05, "precision": 0.1, "spread": 0.8}
"""Samples that are as real ones are, and samples that are far from them."""


def game(
    constraint: str,
    objective: str = "wasserstein",
    *,
    facts: Mapping[str, Any] | None = None,
    probes: Mapping[str, Any] | None = None,
    **recorded: Any,
) -> Evidence:
    """The evidence of a game.

    Args:
        constraint: its name; objective: likewise.
        facts: more of them.
        probes: what was probed.
        **recorded: series by name, numbers ``(40,)`` or one for all steps.
    """
    usual: dict[str, Any] = {"batch_distance_real": 0.1, "coverage_real": 0.9, "precision_real": 0.95}
    usual |= {"real_score_std": 1.0, "fake_score_std": 1.0, "real_score_mean": 1.0, "fake_score_mean": 0.0}
    usual |= {"lipschitz": 1.0, **WELL, **recorded}
    steps = range(0, 10 * RECORDS, 10)
    series = {name: Series.of(steps, np.broadcast_to(value, RECORDS)) for name, value in usual.items()}
    known = {"kind": "gan", "objective": objective, "constraint": constraint, "n_critic": 5, "batch": 64}
    return Evidence("a game", {**known, **(facts or {})}, series, probes or {})
