"""``checkpoints/``: sealed folders named by step, of which the newest two and the best are kept."""

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs import folders
from ganbaru.runs.durable import shown

log = logging.getLogger("ganbaru.runs")

KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """A stored state of a training, every byte of which was checked.

    ``score`` is what the save was given, None where it was given none; lower is better.
    """

    step: int
    files: dict[str, bytes]
    score: float | None = None

    def __repr__(self) -> str:
        size = sum(map(len, self.files.values()))
        return f"Checkpoint(step={self.step}, score={self.score}, files={sorted(self.files)}, bytes={size})"


class Checkpoints:
    """The checkpoints of one run, in ``parent``."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self._good: dict[int, dict[str, Any]] = {}  # the manifests of those whose every byte was found right
        self._said: set[str] = set()

    def path(self, step: int) -> Path:
        """Where the checkpoint of ``step`` lies."""
        return self.parent / f"step-{step:06d}"

    def steps(self) -> list[int]:
        """The steps that have a checkpoint, good or damaged, ascending."""
        found = (re.fullmatch(r"step-(\d{6,})", name) for name in folders.names(self.parent))
        return sorted(int(match[1]) for match in found if match)

    def save(self, step: int, files: Mapping[str, bytes], *, score: float | None, metrics_bytes: int) -> Path:
        """Store one, then remove those that are neither among the newest two nor the best.

        Raises:
            SaveError: nothing has changed.
        """
        score = None if score is None or not math.isfinite(score) else float(score)
        about = {"step": step, "score": score, "metrics_bytes": metrics_bytes}
        folders.save_folder(self.path(step), files, about)
        self._good[step] = about
        self._thin(step)
        return self.path(step)

    def load(self, step: int | None) -> Checkpoint | None:
        """The one of ``step``, or the newest good one; None where there is none at all.

        Raises:
            UserError: the one asked for, or every one there is, is damaged or missing; names the files.
        """
        if step is not None:
            return self._asked(step)
        problems = []
        for candidate in reversed(self.steps()):
            try:
                return self._read(candidate)
            except UserError as error:
                problems.append(str(error.args[0]))
                log.warning("%s; stepping back to the checkpoint before", problems[-1])
        if problems:
            said = "; ".join(problems)
            raise UserError(f"no checkpoint is whole: {said}", hint="restore one from a copy, or start anew")
        return None

    def best(self) -> int | None:
        """The step with the lowest score among those whose manifest is whole; None where none has a score."""
        return self._best({step: self._manifest(step) for step in self.steps()})

    def metrics_bytes(self, step: int) -> int:
        """How long the metrics were when the checkpoint of ``step`` was saved, in bytes; 0 where that is unknown."""
        about = self._manifest(step) if step in self.steps() else None
        return int(about.get("metrics_bytes", 0)) if about else 0

    def _asked(self, step: int) -> Checkpoint:
        if step not in self.steps():
            there = ", ".join(map(str, self.steps())) or "none"
            raise UserError(f"{shown(self.parent)} has no checkpoint of step {step}", hint=f"there are: {there}")
        return self._read(step)

    def _read(self, step: int) -> Checkpoint:
        folder = folders.read_folder(self.path(step))
        self._same_step(folder.about, step)
        return Checkpoint(step=step, files=folder.files, score=folder.about.get("score"))

    def _manifest(self, step: int) -> dict[str, Any] | None:
        try:
            about = folders.read_manifest(self.path(step))
            self._same_step(about, step)
        except UserError as error:
            log.warning("%s", error.args[0])
            return None
        return about

    def _same_step(self, about: Mapping[str, Any], step: int) -> None:
        if about.get("step") != step:
            manifest = self.path(step) / folders.MANIFEST
            raise folders.damaged(manifest, f"it is of step {about.get('step')}", hint="give the folder its old name")

    def _thin(self, saved: int) -> None:
        """Remove old ones. A damaged one is left alone and does not count as one of the newest."""
        good = {step: about for step in self.steps() if (about := self._check(step)) is not None}
        keep = {saved, *sorted(good)[-KEPT:], self._best(good)}
        for step in sorted(good.keys() - keep):
            try:
                folders.remove_folder(self.path(step))
            except OSError as error:
                log.warning("could not remove %s: %s", shown(self.path(step)), error.strerror)

    def _check(self, step: int) -> dict[str, Any] | None:
        """The manifest if every byte is right; a good one is read once in the life of this object."""
        try:
            if step not in self._good:
                self._good[step] = folders.read_folder(self.path(step)).about
        except UserError as error:
            if str(error) not in self._said:
                log.warning("%s; left as it is", error.args[0])
            self._said.add(str(error))
        return self._good.get(step)

    @staticmethod
    def _best(manifests: Mapping[int, Mapping[str, Any] | None]) -> int | None:
        scores = {step: about.get("score") for step, about in manifests.items() if about}
        scored = [(score, -step) for step, score in scores.items() if score is not None]
        return -min(scored)[1] if scored else None
