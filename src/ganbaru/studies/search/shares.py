"""Which settings of a search matter, by two measures of different kind, each held against a dummy.

`judging.importance` is the first-order functional ANOVA of the scores' ranks, in bins: what a setting explains on its
own of all differences. PED-ANOVA (Watanabe, Bansal & Hutter 2023), in Optuna's implementation, asks what sets the best
tenth of the points apart from all that were tried, and so allows for a search that gathered round its best. They need
not agree: a setting may spoil runs without telling good ones apart.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ganbaru.studies import judging
from ganbaru.studies.search.chooser import distribution, quiet
from ganbaru.studies.search.space import Space, Value

Array = np.ndarray[Any, Any]
_SHUFFLES = 100
_FLOOR = 0.99


def by_ranks(
    space: Space, points: Sequence[Mapping[str, Value]], scores: Sequence[float], *, higher_is_better: bool
) -> judging.Importance:
    """`judging.importance` of points; one without a score counts as the worst."""
    matrix = np.array([[space.axes[name].place(point[name]) for name in space.names] for point in points])  # type: ignore[arg-type]
    values = np.array(scores, dtype=float)
    return judging.importance(
        space.names,
        matrix.reshape(len(points), len(space.names)),
        values,
        ~np.isfinite(values),
        higher_is_better=higher_is_better,
    )


def by_the_best(
    space: Space,
    points: Sequence[Mapping[str, Value]],
    scores: Sequence[float],
    *,
    higher_is_better: bool,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """PED-ANOVA: of each setting its divergence, and what the best of as many dummies reaches.

    Dummies are the same points with their scores shuffled. Points without a score are left out; a categorical setting
    is taken as one. Empty where fewer than 50 are left: the best tenth would be under five.
    """
    known = [(dict(point), score) for point, score in zip(points, scores, strict=True) if np.isfinite(score)]
    if len(known) < 50:
        return {}
    rng = np.random.default_rng([seed, 0x9ED])
    losses = np.array([score for _, score in known]) * (-1.0 if higher_is_better else 1.0)
    with quiet():
        divergences = _measured(space, [point for point, _ in known])
        found = divergences(losses)
        shuffled = [max(divergences(rng.permutation(losses)).values()) for _ in range(_SHUFFLES)]
    floor = float(np.quantile(shuffled, _FLOOR))
    return {name: (found[name], floor) for name in space.names}


def _measured(space: Space, points: Sequence[Mapping[str, Value]]) -> Callable[[Array], dict[str, float]]:
    """What PED-ANOVA says of these points, given their losses."""
    import optuna

    study = optuna.create_study()
    distributions = {name: distribution(axis) for name, axis in space.axes.items()}
    study.add_trials(
        [optuna.create_trial(value=0.0, params=dict(point), distributions=distributions) for point in points]
    )
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    return lambda losses: evaluator.evaluate(
        study, params=space.names, target=lambda trial: float(losses[trial.number])
    )
