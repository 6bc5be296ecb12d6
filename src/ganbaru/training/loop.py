"""The loop: deal, play, average, record, measure, save, until the steps or the minutes are used up."""

import logging
import math
from collections.abc import Iterable, Iterator
from itertools import count
from time import monotonic, perf_counter
from typing import Any

import torch

from ganbaru.bell import Bell
from ganbaru.errors import UserError
from ganbaru.training import state
from ganbaru.training.events import Callback, Event, Measured, Request, Saved, Started, StepDone
from ganbaru.training.evidence import Before, layers
from ganbaru.training.interrupt import Interrupted
from ganbaru.training.journal import Journal
from ganbaru.training.machine import average_over
from ganbaru.training.measure import as_json, run_samples, samples_folder
from ganbaru.training.optimizers import rate_factor
from ganbaru.training.protocols import Measuring, Step
from ganbaru.training.randomness import mix, seed_torch
from ganbaru.training.session import Session
from ganbaru.training.step import Batch

_log = logging.getLogger("ganbaru.training")
_SAVE_SECONDS = 60.0
_MEASUREMENTS = 10
_LAYERS_EVERY = 10


class Loop:
    """Plays a session to its end.

    Args:
        session: what is trained.
        journal: where it is written; None on every process but the first.
        measurer: measures the generator; None likewise.
        bell: rings when somebody asks to stop.
        callbacks: told of every event.
        budget: seconds of training that the clock allows; None for no bound.
    """

    def __init__(
        self,
        session: Session,
        *,
        journal: Journal | None,
        measurer: Measuring | None,
        bell: Bell,
        callbacks: Iterable[Callback] = (),
        budget: float | None = None,
    ) -> None:
        self.session = session
        self.journal = journal
        self.measurer = measurer
        self.bell = bell
        self.callbacks = list(callbacks)
        self.budget = budget
        self._requests: set[Request] = set()
        self._parts = {"data": 0.0, "critic": 0.0, "generator": 0.0, "measure": 0.0}
        self._started = monotonic() - session.counters.seconds
        self._saved_at = monotonic()
        self._saved_step = -1
        session.counters.progress = self._progress()
        self._marks = int(session.counters.progress * _MEASUREMENTS)

    def run(self) -> None:
        """Plays until the end.

        Raises:
            Interrupted: somebody asked to stop; the state is saved.
            UserError: a number stopped being finite, or the last checkpoint could not be saved.
        """
        config, counters = self.session.config, self.session.counters
        if self.journal is not None:
            self._tell(Started(counters.step, config.steps, self.journal.run.path))
        if counters.step == 0:
            self._measure()
            self._save()
        while not self._done():
            self._step()
            self._after_step()
        self._save(last=True)

    def _done(self) -> bool:
        counters = self.session.counters
        return counters.progress >= 1 or Request.STOP in self._requests

    def _step(self) -> None:
        """One step of the game, and the line of evidence about it."""
        session, config, counters = self.session, self.session.config, self.session.counters
        recorded = bool(config.record_every) and counters.step % config.record_every == 0 and self.journal is not None
        seed_torch(mix(config.seed, "step", counters.step) + session.fabric.global_rank)
        self._follow_schedules()
        before = Before(session.trained_networks) if recorded else None
        played = session.play(self._dealt())
        session.settle()
        for name, seconds in played.seconds.items():
            self._parts[name] += seconds
        self._count(played.updates)
        self._refuse_non_finite(played)
        self._tell_step(played, before)

    def _dealt(self) -> Iterator[Batch]:
        """Batches from this step's first on, each dealt when it is asked for."""
        session = self.session
        for update in count(session.counters.update):
            began = perf_counter()
            batch = session.deck.deal(update, session.device)
            self._parts["data"] += perf_counter() - began
            yield batch

    def _follow_schedules(self) -> None:
        session, config, counters = self.session, self.session.config, self.session.counters
        session.follow(rate_factor(config, counters.step, counters.progress))

    def _count(self, updates: int) -> None:
        counters = self.session.counters
        counters.step += 1
        counters.update += updates
        counters.seconds = monotonic() - self._started
        counters.progress = self._progress()

    def _progress(self) -> float:
        """Share of the training that is done, by its steps or by the clock; the same in every process."""
        config, counters = self.session.config, self.session.counters
        of_steps = 0.0 if config.steps is None else counters.step / config.steps
        of_clock = 0.0 if self.budget is None else counters.seconds / self.budget
        return min(1.0, self.session.fabric.broadcast(max(of_steps, of_clock)))

    def _tell_step(self, played: Step, before: Before | None) -> None:
        session, counters = self.session, self.session.counters
        numbers: dict[str, Any] = {}
        if before is not None and self.journal is not None:
            held_out = session.held_out.deal(counters.step, session.device)
            numbers = session.evidence(played, before, held_out)
            numbers |= self._costs()
            seconds = counters.seconds
            self.journal.line("step", step=counters.step, seconds=seconds, **numbers, **self._layers())
        self._tell(StepDone(counters.step, counters.progress, counters.seconds, numbers))

    def _layers(self) -> dict[str, Any]:
        """Gradients by layer, for every tenth line of evidence."""
        config, counters = self.session.config, self.session.counters
        due = (counters.step - 1) % (_LAYERS_EVERY * config.record_every) == 0
        return {"layers": layers(self.session.trained_networks)} if due else {}

    def _costs(self) -> dict[str, Any]:
        session, counters = self.session, self.session.counters
        rate = session.source.rate
        sounds = counters.update * session.config.batch * session.fabric.world_size
        return {
            "critic_updates": counters.update,
            "sound_seconds": sounds * session.source.shape[0] / rate if rate else float(sounds),
            **{f"{name}_learning_rate": mover.param_groups[0]["lr"] for name, mover in session.optimizers.items()},
            **{f"seconds_{name}": value for name, value in self._parts.items()},
        }

    def _after_step(self) -> None:
        if self._measurement_due():
            self._measure()
            self._save()
        elif self._save_due():
            self._save()
        if self.session.fabric.broadcast(self.bell.rung):
            self._save(last=True)
            path = self.journal.run.path if self.journal is not None else None
            if self.journal is not None:
                self._note("interrupted; saved")
            raise Interrupted(path, self.session.counters.step)

    def _measurement_due(self) -> bool:
        config, counters = self.session.config, self.session.counters
        if Request.MEASURE in self._requests:
            self._requests.discard(Request.MEASURE)
            return True
        if config.measure_every is not None:
            return counters.step % config.measure_every == 0
        marks = int(counters.progress * _MEASUREMENTS)
        passed, self._marks = marks > self._marks, marks
        return passed

    def _save_due(self) -> bool:
        config, counters = self.session.config, self.session.counters
        if Request.SAVE in self._requests or (self.journal is not None and self.journal.due_again()):
            self._requests.discard(Request.SAVE)
            return True
        if config.checkpoint_every is not None:
            return counters.step % config.checkpoint_every == 0
        return monotonic() - self._saved_at > _SAVE_SECONDS

    def _measure(self) -> None:
        """Measures the generator and writes its listening set; only the first process does."""
        if self.measurer is None or self.journal is None:
            return
        began, counters = perf_counter(), self.session.counters
        figures = self.measurer.figures()
        if counters.step == 0:
            self.measurer.untrained = figures
            self.journal.samples("real", self.measurer.real_set(), step=0, seconds=counters.seconds)
        step, seconds = counters.step, counters.seconds
        self.journal.samples(samples_folder(step), self.measurer.listening_set(), step=step, seconds=seconds)
        self.journal.line("measure", step=step, seconds=seconds, **as_json(figures))
        self._score = self.measurer.score(figures)
        self._parts["measure"] += perf_counter() - began
        self._tell(Measured(step, seconds, as_json(figures), run_samples(self.journal.run, step)))

    _score: float | None = None

    def _save(self, *, last: bool = False) -> None:
        """Saves a checkpoint, unless this very step is saved; at the end it must succeed."""
        self._saved_at = monotonic()
        if self.journal is None or self._saved_step == self.session.counters.step:
            return
        session, counters = self.session, self.session.counters
        recipe = session.representation.recipe()
        files = state.pack(session.networks, session.optimizers, counters, recipe=recipe)
        path = self.journal.checkpoint(files, step=counters.step, seconds=counters.seconds, score=self._score)
        self._score = None
        if path is not None:
            self._saved_step = counters.step
            self._tell(Saved(counters.step, path))
        elif last:
            raise UserError(
                f"the last checkpoint, at step {counters.step}, could not be saved in {self.journal.run.path}",
                hint="make room on the disk, then resume: the checkpoint before it is whole",
            )

    def _refuse_non_finite(self, played: Step) -> None:
        losses = torch.stack(list(played.losses.values()))
        average = average_over(self.session.fabric)
        if average is not None:  # what is not finite in one process stops them all
            average([losses])
        values = dict(zip(played.losses, losses.tolist(), strict=True))
        bad = [name for name, value in values.items() if not math.isfinite(value)]
        if not bad:
            return
        step = self.session.counters.step
        if self.journal is not None:
            self._note(f"stopped: {bad[0]} is {values[bad[0]]} at step {step}")
            self.journal.line("non-finite", step=step, seconds=self.session.counters.seconds, **values)
            self.journal.run.write_json("findings", non_finite(bad[0], values, step, self.session))
        raise UserError(
            f"{bad[0].replace('_', ' ')} became {values[bad[0]]} at step {step}: training stopped",
            hint="lower critic.learning_rate, or set gradient_clip=1; findings.json in the run has the evidence",
        )

    def _note(self, text: str) -> None:
        if self.journal is not None:
            self.journal.event(text, step=self.session.counters.step, seconds=self.session.counters.seconds)

    def _tell(self, event: Event) -> None:
        """Tells every callback; one that fails is named and told nothing more."""
        for callback in list(self.callbacks):
            try:
                request = callback(event)
            except Exception as error:
                self.callbacks.remove(callback)
                name = getattr(callback, "__name__", type(callback).__name__)
                _log.warning("callback %s failed and is left out from now on: %r", name, error)
                self._note(f"callback {name} failed and is left out from now on: {error!r}")
                continue
            if request is not None:
                self._requests.add(Request(request))


def non_finite(name: str, values: dict[str, float], step: int, session: Session) -> dict[str, Any]:
    """The finding that a number stopped being finite, as ``findings.json`` holds it."""
    finding = {
        "step": 1,
        "cause": "non-finite",
        "verdict": "found",
        "evidence": {"at_step": step, **{key: str(value) for key, value in values.items()}},
        "where": name,
        "files": [],
        "remedy": "Lower the learning rates, and bound the gradient.",
        "change": {"critic.learning_rate": session.config.critic.learning_rate / 4, "gradient_clip": 1.0},
    }
    return {"schema": "ganbaru.findings/1", "findings": [finding]}
