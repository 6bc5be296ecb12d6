"""`ganbaru.fit` as the trial of a study: each trial is a run of its own, in the trial's folder, and resumes there.

>>> trial = of_fit("toy:ring", score="modes", steps=400)
>>> trial.higher_is_better
True
>>> cell = trial.cell(n_critic=2, **{"critic.learning_rate": 1e-4})

``trial(cell, seed, folder)`` trains a run in ``folder/run`` and returns, as every trial does, a mapping: ``score`` is
one figure of its quality as an `Estimate`; beside it stand all other figures by their names, ``samples``, ``steps``,
``cpu_seconds`` of the training in this attempt, ``resumed_at``, the step it went on from, and ``collapsed``.

A run has **collapsed** where a number stopped being finite in it (its score is NaN then), or where what it makes varies
less than half as much as real sounds, or lies on less than half of a toy world's modes.
"""

import math
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ganbaru.errors import UserError, unknown
from ganbaru.studies.drawing import Drawn, SourcePool, pool
from ganbaru.studies.trainee import NOTHING, Trainee

if TYPE_CHECKING:
    from ganbaru.distances import Estimate
    from ganbaru.runs import Run
    from ganbaru.sources import Source
    from ganbaru.studies.yardstick import Yardstick
    from ganbaru.training.events import Callback

DISTANCES = ("distance", "memorisation", "frechet", "kernel")
"""Beginnings of the names of figures of which less is better."""
HALF = 0.5
"""What varies less than this share of real sounds, or covers less than it of the modes, has collapsed."""
RUN = "run"
"""Where a trial's run lies in its folder."""
_NETWORKS = ("generator.", "critic.")
_LINES = 100
"""Lines of evidence that a trial's run keeps, about."""


def of_fit(source: Any, *, score: str | None = None, higher_is_better: bool | None = None, **settings: Any) -> "OfFit":
    """The trial that fits a generator to a source.

    Args:
        source: what to learn: an opened source, a folder of sounds, or a world such as ``"speech:digits"``.
        score: the figure of quality that is the score; the distance if none is named.
        higher_is_better: its direction; by default known from its name.
        settings: of every trial, as `ganbaru.fit` takes them; a table as a mapping (``critic={"channels": 16}``).

    Raises:
        UserError: the source cannot be opened, or a setting is not known.
    """
    data = pool(source)
    if not isinstance(data, SourcePool):
        raise UserError(f"gb.fit cannot learn a {type(source).__name__}", hint="give a source or a folder of sounds")
    return OfFit(data, settings, score=score or "distance", higher_is_better=higher_is_better)


def collapsed(figures: "Mapping[str, Estimate]") -> bool:
    """Whether what was measured varies, or covers modes, by less than half of what real samples do."""
    diversity, modes = figures.get("diversity"), figures.get("modes")
    narrow = diversity is not None and diversity.value < HALF
    return narrow or (modes is not None and modes.samples is not None and modes.value < HALF * modes.samples[1])


class OfFit(Trainee):
    """See `of_fit`.

    Attributes:
        measure: the figure of quality that is the score.
        callbacks: told of every event of each training, as `ganbaru.fit` does.
    """

    callbacks: "tuple[Callback, ...]" = ()

    def __init__(
        self, data: SourcePool, settings: Mapping[str, Any], *, score: str, higher_is_better: bool | None
    ) -> None:
        better = not score.startswith(DISTANCES) if higher_is_better is None else higher_is_better
        super().__init__(data, None, higher_is_better=better)
        self.measure, self._fixed, self._source = score, dict(settings), data
        self._yardstick: Yardstick | None = None
        self.check({})

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_yardstick": None}

    def check(self, settings: Mapping[str, Any]) -> None:
        """Raise UserError for a setting of no such name or value."""
        if "seed" in settings or "seed" in self._fixed:
            raise UserError("the seeds of the trials are the study's", hint="give it seeds=…")
        config = self._config(settings)
        if config.augment:
            from ganbaru.training.augment import chosen
            from ganbaru.training.augmenting.form import Form

            points = self._source.source.kind == "points"
            chosen(config.augment, Form("points" if points else config.representation))

    def present(self, name: str, settings: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """The value of a setting, by its dotted name; of the networks' sizes, the numbers they are built with."""
        config: Any = self._config(settings)
        value: Any = config
        for part in name.split("."):
            value = getattr(value, part, NOTHING)
        return self._built(config, name) if value is None and name.startswith(_NETWORKS) else value

    def cell(self, size: int | None = None, **settings: Any) -> dict[str, Any]:
        """See `Trainee`; what is the same in all cells stands in each, so that the plan says it."""
        return super().cell(size, **{**self._fixed, **settings})

    def train(self, data: "Source", held_out: Any, settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
        """A run in ``folder/run``: begun, gone on with, or, where it is finished, measured only."""
        from ganbaru.runs import Run

        path, began = folder / RUN, time.process_time()
        resumed_at = max(Run.open(path).steps, default=0) if (path / "run.toml").exists() else 0
        try:
            run = Run.open(path) if (path / "quality.json").exists() else self._fit(data, path, settings, seed)
        except UserError:
            if not diverged(path):
                raise
            return {"score": math.nan, "collapsed": 1, **_diverged_at(path), "resumed_at": resumed_at}
        spent = time.process_time() - began
        figures = self._figures(run, data, seed)
        if self.measure not in figures:
            raise unknown("figure of quality", self.measure, figures)
        _spare(run)
        others = {name: figure for name, figure in figures.items() if name != self.measure}
        about = {"steps": run.steps[-1], "cpu_seconds": spent, "resumed_at": resumed_at}
        return {"score": figures[self.measure], **others, "collapsed": int(collapsed(figures)), **about}

    def _fit(self, data: "Source", path: Path, settings: Mapping[str, Any], seed: int) -> "Run":
        import torch

        from ganbaru.training import fit

        given = {**self._sparing(settings), "threads": torch.get_num_threads(), **self._fixed, **settings, "seed": seed}
        begun = (path / "run.toml").exists()
        return fit(data, out=path, config=given, resume=begun, callbacks=self.callbacks)

    def _config(self, settings: Mapping[str, Any]) -> Any:
        from ganbaru.training.settings import resolve

        return resolve(self._source.source.kind, {**self._fixed, **settings})

    def _built(self, config: Any, name: str) -> Any:
        """The number that belongs to kind and size of a network, where none is given."""
        from ganbaru import signal
        from ganbaru.models.config import plan

        source = self._source.source
        shape = source.shape
        if source.kind == "sound":
            options = config.representation_options
            shape = signal.representation(config.representation, rate=source.rate, **options).shape(source.shape[0])
        role, _, number = name.partition(".")
        network = getattr(config, role).network()
        return plan("generator" if role == "generator" else "critic", network, shape, 0).numbers.get(number, NOTHING)

    def _sparing(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings underneath by which a run keeps little: a study has many."""
        steps = self._config(settings).steps
        few = {} if steps is None else {"measure_every": steps, "record_every": max(10, steps // _LINES)}
        return {"listening": 4, **few}

    def _figures(self, run: "Run", data: "Source", seed: int) -> "dict[str, Estimate]":
        """As the run measured itself or, trained on a draw, against the whole source."""
        from ganbaru.studies.yardstick import Yardstick
        from ganbaru.training import load
        from ganbaru.training.measure import from_json

        stored = from_json((run.read_json("quality") or {})["figures"])
        if not isinstance(data, Drawn):
            return stored
        self._yardstick = self._yardstick or Yardstick(data.whole)
        return {**self._yardstick.figures(load(run), seed=seed), **({"w1": stored["w1"]} if "w1" in stored else {})}


def diverged(path: Path) -> bool:
    """Whether the run at ``path`` stopped as a number was not finite any more: its findings say so."""
    from ganbaru.runs import Run

    if not (path / "run.toml").exists():
        return False
    said = Run.open(path).read_json("findings") or {}
    return any(finding["cause"] == "non-finite" for finding in said.get("findings", ()))


def _diverged_at(path: Path) -> dict[str, Any]:
    from ganbaru.runs import Run

    return {"steps": max((line["step"] for line in Run.open(path).metrics.read()), default=0)}


def _spare(run: "Run") -> None:
    """Keep of a finished run its newest checkpoint and its last listening set."""
    from ganbaru.runs import folders

    last = f"step-{run.steps[-1]:06d}"
    for parent in (run.path / "checkpoints", run.path / "samples"):
        for name in folders.names(parent):
            if name not in (last, "real"):
                folders.remove_folder(parent / name)
