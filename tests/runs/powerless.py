"""A model of a disk whose power goes: what was not fsynced may be there, be missing, or be half there.

The strictest reading of POSIX, as in the crash studies ALICE (OSDI'14) and ACE (OSDI'18): an fsync of a file promises
its bytes, an fsync of a folder promises the names in it, nothing else promises anything, and names may reach the disk
in any selection, in their order.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class File:
    now: bytes = b""
    safe: bytes = b""


@dataclass
class Folder:
    now: dict[str, "Entry"] = field(default_factory=dict)
    safe: dict[str, "Entry"] = field(default_factory=dict)
    pending: list[tuple[str, str, Any]] = field(default_factory=list)  # what became of the names since the last fsync

    def change(self, kind: str, name: str, what: Any = None) -> None:
        apply(self.now, kind, name, what)
        self.pending.append((kind, name, what))

    def fsync(self) -> None:
        self.safe, self.pending = dict(self.now), []


Entry = File | Folder
NAMES = ["all", "none", "some"]
BYTES = ["all", "none", "half", "nul"]


def apply(names: dict[str, Entry], kind: str, name: str, what: Any) -> None:
    """One change of a folder's names; one that builds on another that was lost does nothing."""
    if kind == "add":
        names[name] = what
    elif kind == "remove":
        names.pop(name, None)
    elif name in names:
        names[what] = names.pop(name) if kind == "rename" else names[name]


def load(path: Path) -> Folder:
    """The folder at ``path``, all of it safe."""
    folder = Folder()
    for entry in path.iterdir():
        data = b"" if entry.is_dir() else entry.read_bytes()
        folder.now[entry.name] = load(entry) if entry.is_dir() else File(data, data)
    folder.fsync()
    return folder


class Model:
    """The disk after some calls of a trace that ``disks.Recording`` made below ``root``."""

    def __init__(self, root: Path, start: Folder) -> None:
        self.root, self.top = root, start

    def find(self, path: Path) -> Any:
        entry: Any = self.top
        for part in path.relative_to(self.root).parts:
            entry = entry.now[part]
        return entry

    def do(self, call: str, path: Path, *args: Any) -> None:
        parent = self.find(path.parent) if path != self.root else Folder()
        if call in ("create", "open_append"):
            if path.name not in parent.now:
                parent.change("add", path.name, File())
            elif call == "create":
                self.find(path).now = b""
        elif call == "mkdir":
            parent.change("add", path.name, Folder())
        elif call in ("rename", "link"):
            parent.change(call, path.name, args[0].name)
        elif call in ("unlink", "rmdir"):
            parent.change("remove", path.name)
        elif call == "fsync_folder":
            self.find(path).fsync()
        else:
            self._bytes(call, self.find(path), *args)

    def _bytes(self, call: str, file: File, *args: Any) -> None:
        if call == "write":
            file.now += args[0]
        elif call == "truncate":
            file.now = file.now[: args[0]]
        else:
            assert call == "fsync", call
            file.safe = file.now

    def after_power_loss(self, path: Path, names: str, data: str, chance: random.Random) -> None:
        """Write to ``path`` what may be found when the power is back."""
        _write(self.top, path, names, data, chance)


def _write(folder: Folder, path: Path, names: str, data: str, chance: random.Random) -> None:
    path.mkdir()
    found = dict(folder.now if names == "all" else folder.safe)
    for change in folder.pending if names == "some" else []:
        if chance.random() < 0.5:
            apply(found, *change)
    for name, entry in found.items():
        if isinstance(entry, Folder):
            _write(entry, path / name, names, data, chance)
        else:
            (path / name).write_bytes(_found(entry, data))


def _found(file: File, data: str) -> bytes:
    if data in ("all", "none"):
        return file.now if data == "all" else file.safe
    rest = max(0, len(file.now) - len(file.safe))
    kept = file.now[: len(file.now) - (rest + 1) // 2]
    return kept if data == "half" else kept + bytes(len(file.now) - len(kept))
