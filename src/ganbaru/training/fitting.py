"""`fit`: train a generator and a critic on a source, into a run folder that can be resumed bit for bit."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from torch import nn

from ganbaru import sources
from ganbaru.bell import listening
from ganbaru.errors import UserError
from ganbaru.objectives import Constraint, Objective
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run, SaveError
from ganbaru.signal import Representation
from ganbaru.sources import Source
from ganbaru.training import game, phase, settings, state
from ganbaru.training.config import Config
from ganbaru.training.events import Callback
from ganbaru.training.interrupt import ImpatientBell
from ganbaru.training.journal import Journal
from ganbaru.training.loop import Loop
from ganbaru.training.machine import own_arithmetic
from ganbaru.training.measure import from_json, write_quality
from ganbaru.training.randomness import own_random_state
from ganbaru.training.session import Parts, Session, document

_log = logging.getLogger("ganbaru.training")
_MAY_CHANGE = ("steps", "minutes", "device", "threads")


def fit(
    source: Source | str | Path,
    *,
    out: str | Path,
    objective: str | Objective | None = None,
    constraint: str | Constraint | None = None,
    representation: str | Representation | None = None,
    generator: nn.Module | Mapping[str, Any] | None = None,
    critic: nn.Module | Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | str | Path | None = None,
    resume: bool = False,
    callbacks: Iterable[Callback] = (),
    progress: Progress = silent,
    **options: Any,
) -> Run:
    """Trains a generator of the source's sounds (or points) against a critic.

    Args:
        source: what to learn: an opened source, a folder of sounds, or a world such as ``"speech:digits"``.
        out: the run's folder; it must not exist yet unless ``resume``.
        objective: a name (``"wasserstein"``), a published recipe (``"wgan-gp"``) or an `Objective` of your own. The
            name ``"phase"`` trains a `signal.PhaseNetwork` instead of a generator; see `ganbaru.training.phase`.
        constraint: a name or a `Constraint` of your own.
        representation: a name (``"log-mel"``) or a `Representation` of your own.
        generator: settings of the built-in one, or a module of your own: latents ``(B, latent)`` and, with labels,
            label numbers ``(B,)`` to ``(B, *shape)``. It may say its ``latent`` size by an attribute.
        critic: settings, or a module of your own: ``(B, *shape)`` and, with labels, label numbers to ``(B,)``.
        config: further settings, as a mapping or a TOML file.
        resume: go on where the run in ``out`` stands.
        callbacks: functions told of every event; see `ganbaru.training.events`.
        progress: told how far the preparations are.
        options: any setting of `Config` by its name, such as ``steps=20_000``.

    Returns:
        The run, measured.

    Raises:
        UserError: a setting, the source or the folder is not usable, or a number stopped being finite.
        Interrupted: Ctrl-C or SIGTERM; the run is saved and can be resumed.
    """
    began = monotonic()
    parts, layer = _parts_and_settings(
        objective=objective, constraint=constraint, representation=representation, generator=generator, critic=critic
    )
    file = settings.from_file(Path(config)) if isinstance(config, str | Path) else dict(config or {})
    opened = sources.open(str(source), progress=progress) if isinstance(source, str | Path) else source
    old = Run.open(out) if resume else None
    if old is None:
        chosen = settings.resolve(opened.kind, file, layer, options)
    else:
        chosen = _resumed_config(old, opened, file, layer, options)
    with own_random_state(chosen.seed, "fit"), own_arithmetic(chosen):
        session: Session = (phase if chosen.objective == phase.OBJECTIVE else game).prepare(opened, chosen, parts)
        if session.fabric.global_rank == 0:
            run = old or Run.create(out, document(session, parts))
            _write(session, run, old is not None, callbacks, progress, began)
        else:
            _accompany(session, old, progress, began)
            run = Run.open(out)
        session.fabric.barrier()
    return run


def _write(
    session: Session, run: Run, resumed: bool, callbacks: Iterable[Callback], progress: Progress, began: float
) -> None:
    """The sitting of the first process, which alone writes the run."""
    with run.claim():
        _keep_contents(session.source, run)
        if resumed:
            step = _restore(session, run)
            run.metrics.cut_after(step if step > 0 else -1)  # at step 0 all begins anew, measuring included
        _play(session, run, callbacks, progress, began)


def _keep_contents(source: Source, run: Run) -> None:
    """Stores which files the run is trained on, by their hashes, once; a full disk does not stop the training."""
    try:
        files = sources.contents(source) if run.read_json("clips") is None else None
        if files is not None:
            run.write_json("clips", {"schema": "ganbaru.clips/1", "clips": files})
    except SaveError as error:
        _log.warning("which files were used is not kept: %s", error)


def _accompany(session: Session, old: Run | None, progress: Progress, began: float) -> None:
    """The sitting of every other process: the same steps, and nothing written."""
    if old is not None:
        _restore(session, old)
    _play(session, None, (), progress, began)


def _play(session: Session, run: Run | None, callbacks: Iterable[Callback], progress: Progress, began: float) -> None:
    """Trains, then measures in full."""
    measurer = journal = None
    with listening(ImpatientBell()) as bell:
        if run is not None:
            journal = Journal(run)
            measurer = session.measurer(progress)
            measurer.untrained = _untrained(run)
        budget = _budget(session.config, monotonic() - began)
        loop = Loop(session, journal=journal, measurer=measurer, bell=bell, callbacks=callbacks, budget=budget)
        loop.run()
    if run is not None and measurer is not None:
        progress("measuring", 0, 1)
        counters = session.counters
        write_quality(run, measurer, session.closing_figures(), step=counters.step, seconds=counters.seconds)
        progress("measuring", 1, 1)


def _budget(config: Config, spent: float) -> float | None:
    """Seconds for the loop: the minutes given, less what preparing took and what the last measurement will take."""
    if config.minutes is None:
        return None
    return max(1.0, 60 * config.minutes * (1 - _LAST_MEASUREMENT) - spent)


_LAST_MEASUREMENT = 0.04


def _restore(session: Session, run: Run) -> int:
    """Puts the newest whole checkpoint into the session, and gives back its step; -1 where there is none yet."""
    checkpoint = run.load_checkpoint()
    if checkpoint is None:
        return -1
    recipe = session.representation.recipe()
    counters = state.unpack(checkpoint.files, session.networks, session.optimizers, recipe=recipe)
    for name, value in vars(counters).items():
        setattr(session.counters, name, value)
    return counters.step


def _untrained(run: Run) -> dict[str, Any]:
    """The figures of the untrained generator, if an earlier sitting measured them."""
    first = next((line for line in run.metrics.read() if line["kind"] == "measure" and line["step"] == 0), None)
    return {} if first is None else from_json({name: value for name, value in first.items() if isinstance(value, dict)})


def _resumed_config(run: Run, source: Source, *layers: Mapping[str, Any]) -> Config:
    """The run's own settings, with those that may change taken from the new layers.

    Raises:
        UserError: the source or another setting differs; names it.
    """
    stored = run.document
    if stored["source"]["fingerprint"] != source.fingerprint:
        raise UserError(
            f"{source.name} is not what {run.path} was trained on: its sounds or the way they are prepared changed",
            hint="start a new run with another --out",
        )
    old = Config.model_validate(stored["config"])
    given = settings.resolve(source.kind, old.model_dump(), *layers)
    for key, (before, after) in settings.difference(old, given).items():
        if key not in _MAY_CHANGE:
            raise UserError(
                f"cannot resume {run.path} with {key} = {after!r}: it was started with {before!r}",
                hint=f"leave {key} as it is, or start a new run with another --out",
            )
    return given


def _parts_and_settings(**given: Any) -> tuple[Parts, dict[str, Any]]:
    """Tells modules and objects of the user's own from names and settings."""
    own: dict[str, Any] = {}
    layer: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if isinstance(value, str | Mapping):
            layer[name] = value
        else:
            own[name] = value
            if name in ("objective", "constraint", "representation"):
                layer[name] = f"own:{type(value).__name__}"
    return Parts(**own), layer
