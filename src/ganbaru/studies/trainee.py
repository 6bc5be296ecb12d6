"""Anything that trains, as the trial of a study: a function, an estimator, or `ganbaru.fit`.

>>> def train(data, *, slope=1.0):
...     return sum(data) * slope
>>> trial = trainee(train, [1.0, 2.0, 3.0, 4.0])
>>> trial(trial.cell(slope=2.0), seed=0, folder=Path())
{'samples': 4, 'score': 20.0}

A cell's settings are what the function is called with, and under names with a dot, which no function has, how much of
the data it is given: see `cell`. `ganbaru.fit` has a trainee of its own: see `ganbaru.studies.of_fit`.
"""

import copy
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.studies import subsets
from ganbaru.studies.drawing import Groups, Pool, fingerprint, pool

SIZE, DATA = "data.size", "data.fingerprint"
"""Settings of a cell that are none of the trainee's own: units of the data it may see, and what the data were."""
SHARE = 0.2
"""The share of the data that is held out where nothing else is asked for."""
NOTHING = object()
"""What `Trainee.present` says of a setting that has no value."""

Score = Callable[[Any, Any, Any], Any]
"""``score(estimator, X, y)``, as scikit-learn's scorers are called."""


class Trainee(ABC):
    """A trial made of something that trains and the data it is to learn.

    Args:
        data: what it draws from.
        held_out: what is kept from training: a share of ``data``, the same for all sizes of one seed; or data of its
            own; None where nothing is.
        higher_is_better: direction of the score.

    Attributes:
        measure: what the score is, for an axis of a graph.
    """

    measure = "score"

    def __init__(self, data: Pool, held_out: Any, *, higher_is_better: bool) -> None:
        self.data, self.held_out, self.higher_is_better = data, held_out, higher_is_better
        if isinstance(held_out, float) and not 0 < held_out < 1:
            raise UserError(f"a share of {held_out} cannot be held out", hint="give one between 0 and 1, such as 0.2")

    @property
    def units(self) -> int:
        """How many units there are to train on; what is held out is not among them."""
        count = len(self.data.labels)
        share = self.held_out if isinstance(self.held_out, float) else None
        return count if share is None else count - subsets.held_out_count(count, share)

    def cell(self, size: int | None = None, **settings: Any) -> dict[str, Any]:
        """The settings of a cell.

        Args:
            size: units of the data it is trained on; None for all.
            settings: what it is trained with.

        Raises:
            UserError: there are not so many units, or a setting is not known.
        """
        self.check(settings)
        if size is not None and not 0 < size <= self.units:
            raise UserError(f"there are {self.units} {self.data.unit} to train on, not {size}")
        return {**({} if size is None else {SIZE: size}), DATA: self._data_said(), **settings}

    def _data_said(self) -> str:
        """The fingerprint of the data, and what is held out: another score is another study."""
        if self.held_out is None:
            return self.data.fingerprint
        share = f"{self.held_out:g}" if isinstance(self.held_out, float) else fingerprint(self.held_out)
        return f"{self.data.fingerprint}, held out {share}"

    def __call__(self, settings: Mapping[str, Any], seed: int, folder: Path) -> dict[str, Any]:
        """Train with a cell's settings on its part of the data.

        Returns:
            The score and its details, with the number of ``samples`` trained on.
        """
        size = settings.get(SIZE)
        chosen, kept = self.drawn(size, seed)
        some = self.data.take(chosen, "" if size is None else f"{size} of seed {seed}")
        own = {name: value for name, value in settings.items() if name not in (SIZE, DATA)}
        told = self.train(some, self._kept(kept), own, seed, folder)
        return {"samples": self.data.rows(chosen), **(told if isinstance(told, Mapping) else {"score": told})}

    def drawn(self, size: int | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Units trained on, and units held out."""
        labels = self.data.labels
        kept = np.zeros(len(labels), dtype=bool)
        if isinstance(self.held_out, float):
            kept = subsets.held_out(labels, self.held_out, seed)
        free = np.flatnonzero(~kept)
        return free[subsets.nested(labels[free], seed)[:size]], np.flatnonzero(kept)

    @abstractmethod
    def check(self, settings: Mapping[str, Any]) -> None:
        """Raise UserError for a setting that it does not know."""

    @abstractmethod
    def present(self, name: str, settings: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """The value that a setting has beside others; `NOTHING` where it has none."""

    @abstractmethod
    def train(self, data: Any, held_out: Any, settings: dict[str, Any], seed: int, folder: Path) -> Any:
        """Train; returns what a trial may return."""

    def _kept(self, kept: np.ndarray) -> Any:
        return self.data.take(kept, "held out") if isinstance(self.held_out, float) else self.held_out


class OfFunction(Trainee):
    """A function ``train(data, **settings) -> score``.

    It is given ``seed``, ``folder`` (its own, kept) and ``held_out`` if it has parameters of these names.
    """

    _OFFERED = ("seed", "folder", "held_out")

    def __init__(self, train: Callable[..., Any], data: Pool, held_out: Any, *, higher_is_better: bool) -> None:
        parameters = inspect.signature(train).parameters
        self._open = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
        self._known = {name: each.default for name, each in list(parameters.items())[1:] if each.kind in _BY_NAME}
        wanted = held_out if "held_out" in self._known else None
        super().__init__(data, wanted, higher_is_better=higher_is_better)
        self._train = train

    def check(self, settings: Mapping[str, Any]) -> None:
        """See `Trainee`."""
        known = [name for name in self._known if name not in self._OFFERED]
        for name in settings:
            if name not in known and not self._open:
                raise unknown("setting", name, known)

    def present(self, name: str, settings: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """As it is given, or the parameter's default."""
        value = settings.get(name, self._known.get(name, inspect.Parameter.empty))
        return NOTHING if value is inspect.Parameter.empty else value

    def train(self, data: Any, held_out: Any, settings: dict[str, Any], seed: int, folder: Path) -> Any:
        """See `Trainee`."""
        offered = {"seed": seed, "folder": folder, "held_out": held_out}
        return self._train(data, **{name: offered[name] for name in self._OFFERED if name in self._known}, **settings)


class OfEstimator(Trainee):
    """An object with ``fit(X, y)``, and ``score(X, y)`` unless a scorer is given, as scikit-learn's have.

    Each trial trains a fresh copy; parameters named ``random_state`` are set to the seed.
    """

    def __init__(
        self, estimator: Any, data: Pool, held_out: Any, *, score: Score | None, higher_is_better: bool
    ) -> None:
        super().__init__(data, held_out, higher_is_better=higher_is_better)
        self._estimator, self._score = estimator, score
        if not (hasattr(estimator, "score") if score is None else callable(score)):
            what = f"{_named(estimator)} has no score" if score is None else f"{score!r} is no scorer"
            raise UserError(what, hint="give score=a function of (estimator, X, y)")

    def check(self, settings: Mapping[str, Any]) -> None:
        """See `Trainee`."""
        known = _parameters(self._estimator)
        for name in settings:
            if name not in known:
                raise unknown(f"parameter of {_named(self._estimator)}", name, known)

    def present(self, name: str, settings: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """As it is given, or the estimator's own parameter."""
        return settings.get(name, _parameters(self._estimator).get(name, NOTHING))

    def train(self, data: Any, held_out: Any, settings: dict[str, Any], seed: int, folder: Path) -> Any:
        """See `Trainee`."""
        x, y = _pair(data)
        estimator = fresh(self._estimator)
        seeded = {name: seed for name in _parameters(estimator) if name.split("__")[-1] == "random_state"}
        if seeded or settings:
            estimator.set_params(**{**seeded, **settings})
        estimator.fit(x, y)
        return (self._score or type(estimator).score)(estimator, *_pair(held_out))


def trainee(
    train: Any,
    data: Any = None,
    *,
    groups: Groups | None = None,
    held_out: Any = SHARE,
    score: Any = None,
    higher_is_better: bool | None = None,
) -> Trainee:
    """The trial of something that trains.

    Args:
        train: a function ``train(data, **settings) -> score``, whose score is a number, an `Estimate` or a mapping
            with one of these as ``"score"``; an estimator as scikit-learn has them; `ganbaru.fit`; or a trainee.
        data: what it learns; see `ganbaru.studies.drawing.pool`.
        groups: what each sample comes from; samples of one group are never split.
        held_out: the share of the data that is kept to score on, or data of its own. A function that has no parameter
            ``held_out`` is given all data, and keeps some back itself.
        score: of an estimator, ``score(estimator, X, y)``; of `ganbaru.fit`, the name of a figure of quality.
        higher_is_better: direction of the score; by default it is, but for the distances of `ganbaru.fit`.

    Raises:
        UserError: it cannot be trained on these data.
    """
    if isinstance(train, Trainee):
        _refuse("a trainee", data=data, groups=groups, score=score, higher_is_better=higher_is_better)
        return train
    if data is None:
        raise UserError("there are no data to train on", hint="give them after what is trained")
    if _is_fit(train):
        from ganbaru.studies.of_fit import of_fit

        _refuse("gb.fit", groups=groups, held_out=None if held_out == SHARE else held_out)
        return of_fit(data, score=score, higher_is_better=higher_is_better)
    drawn, better = pool(data, groups), higher_is_better is not False
    if hasattr(train, "fit") and not inspect.isclass(train):
        return OfEstimator(train, drawn, held_out, score=score, higher_is_better=better)
    if not callable(train):
        hint = "give a function train(data, **settings) -> score, an estimator or gb.fit"
        raise UserError(f"{train!r} cannot be trained", hint=hint)
    _refuse("a function, which returns its score,", score=score)
    return OfFunction(train, drawn, held_out, higher_is_better=better)


def fresh(estimator: Any) -> Any:
    """A copy of an estimator that has learnt nothing, by its parameters, as scikit-learn's ``clone`` makes it."""
    if not hasattr(estimator, "get_params") or inspect.isclass(estimator):
        return copy.deepcopy(estimator)
    return type(estimator)(**{name: fresh(value) for name, value in estimator.get_params(deep=False).items()})


def _refuse(what: str, **given: Any) -> None:
    """Raise UserError for an option that would not be read."""
    for name, value in given.items():
        if value is not None:
            raise UserError(f"{what} takes no {name}", hint=f"leave {name} out")


def _parameters(estimator: Any) -> dict[str, Any]:
    return dict(estimator.get_params(deep=True)) if hasattr(estimator, "get_params") else {}


def _pair(data: Any) -> tuple[Any, Any]:
    if not isinstance(data, tuple) or len(data) != 2:
        raise UserError("an estimator learns pairs", hint="give the data as (X, y)")
    return data[0], data[1]


def _named(estimator: Any) -> str:
    return type(estimator).__name__


def _is_fit(train: Any) -> bool:
    """Told by its name: importing it to ask would load torch."""
    return (getattr(train, "__module__", ""), getattr(train, "__name__", "")) == ("ganbaru.training.fitting", "fit")


_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
