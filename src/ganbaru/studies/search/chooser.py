"""Optuna's part of a search: it chooses points, and says which are not worth going on with.

It works in memory and is told everything anew at the start of a sitting, from the ledger: no state of Optuna's own
has to outlive a kill. What a sampler draws for a point depends on the seed, the number of the point and what was told
by then, and on nothing else; so does what a pruner says.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ganbaru.studies.search.space import Axis, Choice, Space, Value
from ganbaru.studies.search.stages import REDUCTION, Pruning

if TYPE_CHECKING:
    import optuna

Sampler = Literal["random", "tpe"]
_REFUSED = 0.2
"""The p of the Wilcoxon test from which on a point is given up: with a fifth, three seeds that all lost are enough."""
_TRIES = 50
"""Draws that were all tried before, after which there is taken to be nothing new."""


class Chooser:
    """What Optuna knows of a search.

    Args:
        space: what may be chosen.
        sampler: "random" or "tpe" (tree-structured Parzen estimators).
        pruning: by which of its pruners.
        most: the resource of the last stage.
        higher_is_better: direction of the scores.
        seed: of every draw.
    """

    def __init__(
        self, space: Space, *, sampler: Sampler, pruning: Pruning, most: int, higher_is_better: bool, seed: int
    ) -> None:
        import optuna

        self._kind, self._seed, self._optuna = sampler, seed, optuna
        self._distributions = {name: distribution(axis) for name, axis in space.axes.items()}
        self._trials: dict[int, optuna.Trial] = {}
        with quiet():
            direction = direction_of(higher_is_better)
            self._study = optuna.create_study(
                study_name="search", direction=direction, sampler=self._sampler(0), pruner=_pruner(pruning, most)
            )

    def propose(self) -> tuple[int, dict[str, Value]] | None:
        """A new point and its number; None where only points that were tried come out.

        What was tried before takes a number all the same, which no point has.
        """
        for _ in range(_TRIES):
            with quiet():
                number = len(self._study.get_trials(deepcopy=False))
                self._study.sampler = self._sampler(number)
                trial = self._study.ask(self._distributions)
                if not self._known(trial.params):
                    self._trials[number] = trial
                    return number, dict(trial.params)
                self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)
        return None

    def recall(self, number: int, params: Mapping[str, Value]) -> None:
        """Take up a point that was chosen before, under the number it has; those between are left out."""
        with quiet():
            self.leave_out(number - len(self._study.get_trials(deepcopy=False)))
            self._study.enqueue_trial(dict(params))
            self._trials[number] = self._study.ask(self._distributions)

    def leave_out(self, count: int) -> None:
        """Give the next so many numbers to nothing."""
        for _ in range(count):
            self._study.add_trial(self._optuna.create_trial(state=self._optuna.trial.TrialState.FAIL))

    def report(self, number: int, resource: int, value: float) -> None:
        """Tell a score on the way."""
        with quiet():
            self._trials[number].report(value, resource)

    def refuses(self, number: int) -> bool:
        """Whether, after what was told last, a point is not worth going on with."""
        with quiet():
            return bool(self._trials[number].should_prune())

    def finish(self, number: int, value: float) -> None:
        """Tell the score of a point that was tried to its end."""
        with quiet():
            self._study.tell(self._trials[number], value)

    def give_up(self, number: int, *, failed: bool = False) -> None:
        """Tell that a point is not tried any further: it is bad, or its trials failed and say nothing."""
        states = self._optuna.trial.TrialState
        with quiet():
            self._study.tell(self._trials[number], state=states.FAIL if failed else states.PRUNED)

    def ended(self) -> list["optuna.trial.FrozenTrial"]:
        """What is known of the points that have ended, by number."""
        return [trial for trial in self._study.get_trials(deepcopy=False) if trial.state.is_finished() and trial.params]

    def _known(self, params: Mapping[str, Value]) -> bool:
        return any(each.params == params for each in self._trials.values())

    def _sampler(self, number: int) -> "optuna.samplers.BaseSampler":
        seed = int(np.random.SeedSequence([self._seed, number]).generate_state(1)[0])
        samplers = self._optuna.samplers
        return samplers.RandomSampler(seed=seed) if self._kind == "random" else samplers.TPESampler(seed=seed)


def direction_of(higher_is_better: bool) -> Literal["maximize", "minimize"]:
    """As Optuna names it."""
    return "maximize" if higher_is_better else "minimize"


@contextmanager
def quiet() -> Iterator[None]:
    """Optuna says nothing to the user: its log is for whoever runs it himself."""
    import optuna

    log, level = logging.getLogger("optuna"), optuna.logging.get_verbosity()  # asked first, it sets its log up
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def distribution(axis: Axis) -> Any:
    """An axis as Optuna names it."""
    from optuna import distributions

    if isinstance(axis, Choice):
        return distributions.CategoricalDistribution(axis.values)
    if axis.integer:
        return distributions.IntDistribution(int(axis.low), int(axis.high), axis.log, int(axis.step or 1))
    return distributions.FloatDistribution(float(axis.low), float(axis.high), axis.log, axis.step)


def _pruner(pruning: Pruning, most: int) -> "optuna.pruners.BasePruner":
    from optuna import pruners

    if pruning == "halving":
        return pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=REDUCTION)
    if pruning == "hyperband":
        return pruners.HyperbandPruner(min_resource=1, max_resource=most, reduction_factor=REDUCTION)
    if pruning == "wilcoxon":
        return pruners.WilcoxonPruner(p_threshold=_REFUSED)
    return pruners.NopPruner()
