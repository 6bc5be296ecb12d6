"""What a trial is: the settings and the data with the change, and where it starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganbaru import sources
from ganbaru.checkup.treating.candidates import EXCLUDE
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.sources.listed import names_in, only
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import scan
from ganbaru.training import settings
from ganbaru.training.config import Config

_GOES_ON = frozenset(
    {
        *("batch", "n_critic", "n_critic_most", "objective"),
        *("constraint", "constraint_strength", "constraint_every"),
        *("generator.learning_rate", "critic.learning_rate", "warmup", "decay", "decay_start", "gradient_clip"),
        *("noise", "shift", "record_every", "measure_every", "measure_sounds", "checkpoint_every", "listening"),
    }
)
"""Settings with which a checkpoint of other values can go on: weights and moments keep their meaning."""
_OPTIONS = ("generator.optimizer_options", "critic.optimizer_options")


@dataclass(frozen=True)
class Plan:
    """A trial before it is trained.

    Attributes:
        base: the run that it is held against.
        config: all settings.
        source: what it is trained on.
        start: step of the base's checkpoint that it goes on from; 0 to begin anew.
    """

    base: Run
    config: Config
    source: Source
    start: int

    @property
    def origin(self) -> dict[str, Any] | None:
        """Where it comes from, as ``origin.json`` says it; None for a training from the start."""
        if not self.start:
            return None
        name, created = self.base.path.resolve().name, self.base.document.get("created", "")
        return {"schema": "ganbaru.origin/1", "run": name, "created": created, "step": self.start}


def config_of(run: Run) -> Config:
    """The settings of a run."""
    return Config.model_validate(run.document["config"])


def plan(base: Run, source: Source, change: Mapping[str, Any], since: int | None, progress: Progress) -> Plan | None:
    """The trial of a change; None where everything is so already.

    A change goes through `training.settings.resolve` as a user's ``--set`` does, so that another constraint comes with
    its own strength and a published recipe with all that belongs to it.

    Args:
        base: the run that is changed.
        source: what it was trained on.
        change: dotted settings, or ``files.exclude``.
        since: step at which the cause began in ``base``; None where that is not known.
        progress: is told how far the data are.

    Raises:
        UserError: a setting is not known, or the data are no folder of files.
    """
    old = config_of(base)
    new = settings.resolve(source.kind, old.model_dump(), {key: v for key, v in change.items() if key != EXCLUDE})
    data = without(source, change[EXCLUDE], progress) if EXCLUDE in change else source
    if new == old and data.fingerprint == source.fingerprint:
        return None
    return Plan(base, new, data, _start(base, old, new, since) if data is source else 0)


def without(source: Source, excluded: Sequence[str], progress: Progress) -> Source:
    """The same folder of sounds without some of its files, prepared as it was.

    Args:
        source: a folder.
        excluded: files relative to it, as they are printed.
        progress: is told how far they are decoded.

    Raises:
        UserError: it is no folder.
    """
    recipe = source.recipe
    name = str(recipe.get("name", ""))
    if source.kind != "sound" or not name or name.startswith("speech:"):
        raise UserError(f"{source.name} is no folder of files, so none can be left out")
    kept = kept_files(name, excluded, recipe.get("files"))
    return sources.reopen({**recipe, "files": kept}, progress=progress)


def kept_files(folder: str, excluded: Sequence[str], files: Sequence[str] | None = None) -> list[str]:
    """The sound files of a folder, as they are printed, without those that are excluded.

    Args:
        folder: its path.
        excluded: files relative to it, as they are printed.
        files: those that were taken of it so far; None for all.
    """
    listing = scan(folder)
    if files is not None:
        listing = only(listing, names_in(files))
    out = frozenset(excluded)
    return [name for name in (printable(found.path) for found in listing.files) if name not in out]


def _start(base: Run, old: Config, new: Config, since: int | None) -> int:
    """The newest kept checkpoint before a step that can go on with the new settings; 0 where none can."""
    if since is None or not all(_goes_on(key, *pair) for key, pair in settings.difference(old, new).items()):
        return 0
    for step in sorted((step for step in base.steps if 0 < step < since), reverse=True):
        try:
            base.load_checkpoint(step)
            return step
        except UserError:  # damaged: an older one may be whole
            continue
    return 0


def _goes_on(key: str, before: Any, after: Any) -> bool:
    """Whether a checkpoint can go on with another value of a setting."""
    if key in _OPTIONS:
        return set(before) == set(after)
    return key in _GOES_ON or (key == "ema" and bool(before) == bool(after))
