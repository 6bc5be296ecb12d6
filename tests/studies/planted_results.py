"""Results of a study that nobody ran: what its trials would have told is known."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganbaru.studies import Plan, Results, Trial

Key = tuple[str, int]


def planted(
    cells: Mapping[str, Mapping[str, Any]], scores: Mapping[Key, float], details: Mapping[Key, Mapping[str, Any]]
) -> Results:
    """Results with these scores and details; a trial without a score is not run yet."""
    seeds = tuple(dict.fromkeys(seed for _, seed in scores))
    plan = Plan(question="Which is better?", rule="The better one.", cells=dict(cells), seeds=seeds)
    trials = {}
    for key in plan.keys:
        trial = Trial(*key)
        if key in scores:
            trial.state, trial.score, trial.details = "done", scores[key], dict(details.get(key, {}))
        trials[key] = trial
    return Results(Path("nowhere"), plan, trials, [], [], False)
