"""The run directory: everything about one training, as plain files that can be copied, moved and read by others.

::

    run.toml                    what is needed to repeat it, sealed
    metrics.jsonl               what was measured, appended to, each line sealed
    checkpoints/step-000123/    the state of the training: files and manifest.json
    samples/step-000123/        the listening set, and samples/real/: files and manifest.json
    quality.json findings.json  sealed JSON
    clips.json rights.json      which files it was trained on, by hash; what is known of the rights in them
    lock                        empty; held while a training runs
"""

import html
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs import durable, folders, lock
from ganbaru.runs.checkpoints import Checkpoint, Checkpoints
from ganbaru.runs.durable import SAVING, SaveError, shown
from ganbaru.runs.metrics import Metrics
from ganbaru.runs.seal import Broken, open_json, open_toml, seal_json, seal_toml

DOCUMENT, LOCK = "run.toml", "lock"
_EDITED = (
    "if it was edited by hand, undo the edit: a run's settings stay; to train with others start a run of its own "
    "with --set key=value --out elsewhere; if it was not, restore it from a copy"
)


class Run:
    """One run directory. Make one with ``Run.create`` or ``Run.open``.

    Reading needs no lock; whoever trains holds ``claim()``.

    Attributes:
        path: the folder, as it was given.
        document: what run.toml says.
        metrics: the records.
    """

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self.path = path
        self.document = document
        self._checkpoints = Checkpoints(path / "checkpoints")
        self.metrics = Metrics(path / "metrics.jsonl", durable_bytes=self._checkpoints.metrics_bytes)

    @classmethod
    def create(cls, path: str | PathLike[str], document: Mapping[str, Any]) -> "Run":
        """Make a run directory that says ``document`` (no None in it: TOML has no word for nothing).

        Raises:
            UserError: there is something in the way, or the folder cannot be written.
            TypeError: ``document`` holds what TOML cannot; says which key.
        """
        folder, data = Path(path), seal_toml(document)
        try:
            _refuse_occupied(folder)
            durable.make_folders(folder)
            durable.replace_file(folder / DOCUMENT, data)
        except OSError as error:
            reason = error if isinstance(error, SaveError) else f"cannot make {shown(folder)}: {error.strerror}"
            raise UserError(str(reason), hint="choose another --out, or make room there") from error
        return cls(folder, open_toml(data))

    @classmethod
    def open(cls, path: str | PathLike[str]) -> "Run":
        """Open the run directory at ``path``.

        Raises:
            UserError: it is none, or its run.toml is damaged or was edited.
        """
        folder = Path(path)
        file = folder / DOCUMENT
        if not os.path.exists(file):
            hint = "name a folder that `ganbaru fit` made"
            raise UserError(f"{shown(folder)} is no run: it has no {DOCUMENT}", hint=hint)
        try:
            document = open_toml(folders.read_bytes(file))
        except Broken as error:
            why = "its bytes do not match the checksum in its last line"
            raise folders.damaged(file, why, hint=_EDITED) from error
        return cls(folder, document)

    def claim(self) -> AbstractContextManager[None]:
        """Hold this run for training while the ``with`` block runs; the kernel gives it back if the process dies.

        Raises:
            UserError: another training is at work in it.
        """
        return lock.claimed(self.path / LOCK)

    @property
    def steps(self) -> list[int]:
        """The steps that have a checkpoint, ascending."""
        return self._checkpoints.steps()

    @property
    def best_step(self) -> int | None:
        """The step of the checkpoint with the lowest score; None where none has one."""
        return self._checkpoints.best()

    def save_checkpoint(self, step: int, files: Mapping[str, bytes], *, score: float | None = None) -> Path:
        """Store the state of a training at ``step``, and every record of ``metrics`` before it.

        When this returns it is on the disk and was read back right; of the older ones, the newest two and the best
        are kept. An existing checkpoint of that step is replaced, at no instant being without one.

        Args:
            score: lower is better; decides which one is the best. None and non-finite ones are never the best.

        Raises:
            SaveError: nothing has changed; trying again may succeed.
        """
        length = self.metrics.sync()
        return self._checkpoints.save(step, files, score=score, metrics_bytes=length)

    def load_checkpoint(self, step: int | None = None) -> Checkpoint | None:
        """The checkpoint of ``step``, or the newest good one; None where the run has none yet.

        A damaged one is named in a log warning and stepped over.

        Raises:
            UserError: the one asked for is damaged or missing, or none is whole; names the files.
        """
        return self._checkpoints.load(step)

    def save_samples(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Store a listening set as ``samples/name`` ("real", "step-000123"), in place of the one that may be there.

        Raises:
            SaveError: nothing has changed.
        """
        path = self.path / "samples" / folders.plain_name(name)
        folders.save_folder(path, files, {"name": name})
        return path

    def samples(self) -> dict[str, list[Path]]:
        """Every listening set's files, by name, sorted; every byte of them was checked.

        Raises:
            UserError: names the file that is damaged.
        """
        parent = self.path / "samples"
        found = {name: folders.read_folder(parent / name) for name in folders.names(parent)}
        return {name: [folder.path / file for file in sorted(folder.files)] for name, folder in found.items()}

    def read_samples(self, name: str) -> dict[str, bytes]:
        """The files of one listening set, checked.

        Raises:
            UserError: it is missing, or names the file that is damaged.
        """
        return folders.read_folder(self.path / "samples" / folders.plain_name(name)).files

    def write_json(self, name: str, value: Mapping[str, Any]) -> Path:
        """Store ``value`` as ``name.json`` ("quality", "findings"), sealed.

        Raises:
            SaveError: the former one stays.
        """
        path = self.path / f"{folders.plain_name(name)}.json"
        durable.replace_file(path, seal_json(value))
        return path

    def read_json(self, name: str) -> dict[str, Any] | None:
        """What ``write_json`` stored under ``name``; None where nothing was.

        Raises:
            UserError: the file is damaged.
        """
        path = self.path / f"{folders.plain_name(name)}.json"
        if not path.exists():
            return None
        try:
            return open_json(folders.read_bytes(path))
        except Broken as error:
            raise folders.damaged(path, "its bytes do not match the checksum in it") from error

    def problems(self) -> list[str]:
        """Check every byte that is stored: one line for each file that is damaged or missing, empty if all is well."""
        checks: list[Callable[[], object]] = [partial(Run.open, self.path), self.metrics.read]
        for parent in (self.path / "checkpoints", self.path / "samples"):
            checks += [partial(folders.read_folder, parent / name) for name in folders.names(parent)]
        checks += [partial(self.read_json, path.stem) for path in sorted(self.path.glob("[!.]*.json"))]
        return [said for check in checks if (said := _problem(check))]

    def __repr__(self) -> str:
        steps = self.steps
        return f"Run({shown(self.path)!r}, checkpoints={steps}, best={self.best_step if steps else None})"

    def _repr_html_(self) -> str:
        rows = {
            "run": shown(self.path),
            "created": self.document.get("created", ""),
            "seed": self.document.get("seed", ""),
            "checkpoints": ", ".join(map(str, self.steps)) or "none",
            "best": self.best_step if self.best_step is not None else "none",
        }
        cells = [f"<tr><th>{html.escape(key)}</th><td>{html.escape(str(cell))}</td></tr>" for key, cell in rows.items()]
        return f"<table>{''.join(cells)}</table>"


def _refuse_occupied(folder: Path) -> None:
    """Raise UserError unless ``folder`` is missing, empty, or holds only what a killed ``create`` leaves."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"{shown(folder)} is a file, not a folder", hint="choose another --out")
    names = {entry.name for entry in folder.iterdir()} - {SAVING + DOCUMENT, LOCK}
    if DOCUMENT in names:
        raise UserError(f"{shown(folder)} is a run already", hint="go on with it by --resume, or choose another --out")
    if names:
        raise UserError(f"{shown(folder)} is not empty", hint="choose another --out")


def _problem(check: Callable[[], object]) -> str:
    try:
        check()
    except UserError as error:
        return str(error.args[0])
    return ""
