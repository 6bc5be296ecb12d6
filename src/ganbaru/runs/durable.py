"""The one door to the disk: every write, fsync and rename of a run directory passes through here.

A file that exists under its final name is whole. That is bought with one sequence, used everywhere: write a temporary
neighbour, fsync it, read it back and compare, rename it, fsync the folder. An fsync of the file alone is not enough:
the *name* lives in the folder (the crash studies ALICE, OSDI'14, and CrashMonkey, OSDI'18, find most losses there).

``disk`` is the object that makes the calls; tests put another in its place to let the n-th call fail or die.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

SAVING, REPLACED = ".saving-", ".replaced-"
"""Begin the names of what is being written and does not count yet, and of what another takes the place of."""


class SaveError(OSError):
    """Something could not be stored; what was stored before is still there, and trying again may succeed.

    ``str()`` is one line: what, where, why. ``errno`` is that of the call that failed.
    """

    def __init__(self, path: Path, cause: OSError) -> None:
        number = cause.errno or errno.EIO
        reason = cause.strerror or str(cause) or os.strerror(number)
        name = errno.errorcode.get(number, str(number))
        super().__init__(number, f"cannot save {shown(path)}: {reason} ({name})")

    def __str__(self) -> str:
        return str(self.strerror)


class Disk:
    """The calls that change a disk, one method each, nothing between them and the system."""

    def create(self, path: Path) -> int:
        """Open a file for writing from the start, emptied; returns its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)

    def open_append(self, path: Path) -> int:
        """Open a file for writing at its end; returns its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write some of ``data``; returns how many bytes were taken."""
        return os.write(descriptor, data)

    def truncate(self, descriptor: int, length: int) -> None:
        """Cut a file to ``length`` bytes."""
        os.ftruncate(descriptor, length)

    def fsync(self, descriptor: int) -> None:
        """Return only when the file's bytes are on the disk."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        os.close(descriptor)

    def mkdir(self, path: Path) -> None:
        """Make one folder."""
        os.mkdir(path)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file or folder another name in the same folder, atomically."""
        os.rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name in the same folder."""
        os.link(source, target)

    def unlink(self, path: Path) -> None:
        """Remove a file."""
        os.unlink(path)

    def rmdir(self, path: Path) -> None:
        """Remove an empty folder."""
        os.rmdir(path)

    def fsync_folder(self, path: Path) -> None:
        """Return only when the names in a folder are on the disk."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, path: Path) -> bytes:
        """The bytes of a regular file; anything else (a pipe would wait for ever) is refused."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", str(path))
            return file.read()


disk = Disk()


def shown(path: Path) -> str:
    """A path as it stands in a message: one line whatever its name is."""
    text = str(path)
    return text if text.isprintable() else ascii(text)


@contextlib.contextmanager
def opened(descriptor: int) -> Iterator[int]:
    """Close ``descriptor`` at the end; an error of closing counts unless another one is on its way."""
    try:
        yield descriptor
    except BaseException:
        with contextlib.suppress(OSError):
            disk.close(descriptor)
        raise
    disk.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, in one call where the system takes them in one.

    Raises:
        OSError: the system took none, or said why not.
    """
    rest = memoryview(data)
    while rest:
        taken = disk.write(descriptor, rest)
        if taken <= 0:
            raise OSError(errno.EIO, "the disk took no byte")
        rest = rest[taken:]


def write_checked(path: Path, data: bytes) -> None:
    """Write a file, fsync it, drop it from the cache, read it back and compare.

    Raises:
        OSError: any call failed, or what was read is not what was written.
    """
    with opened(disk.create(path)) as descriptor:
        write_all(descriptor, data)
        disk.fsync(descriptor)
        with contextlib.suppress(OSError, AttributeError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    if disk.read(path) != data:
        raise OSError(errno.EIO, "what was read back is not what was written", str(path))


def replace_file(path: Path, data: bytes) -> None:
    """Store ``data`` under ``path``: afterwards the file is the old one or the new one, whole, whatever happens.

    Raises:
        SaveError: nothing has changed.
    """
    fresh, former = path.with_name(SAVING + path.name), path.with_name(REPLACED + path.name)
    try:
        write_checked(fresh, data)
        _second_name(path, former)
        with _undone_on_failure(path, former):
            disk.rename(fresh, path)
            disk.fsync_folder(path.parent)
    except OSError as error:
        raise SaveError(path, error) from error
    finally:
        clean(path)


def _second_name(path: Path, former: Path) -> None:
    """Keep the old file at hand under another name; a file system that cannot do so has no way back, no more."""
    _unlink(former)
    if path.exists():
        with contextlib.suppress(OSError):
            disk.link(path, former)


@contextlib.contextmanager
def _undone_on_failure(path: Path, former: Path) -> Iterator[None]:
    new = not path.exists()
    try:
        yield
    except OSError:
        if former.exists():
            with contextlib.suppress(OSError):
                disk.rename(former, path)
        elif new:
            _unlink(path)
        raise


def clean(path: Path) -> None:
    """Remove what a killed ``replace_file`` may have left beside ``path``."""
    _unlink(path.with_name(SAVING + path.name))
    _unlink(path.with_name(REPLACED + path.name))


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        if os.path.lexists(path):
            disk.unlink(path)


def make_folders(path: Path) -> None:
    """Make a folder and those above it that are missing, each with its name on the disk."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            disk.mkdir(folder)
        disk.fsync_folder(folder.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder and all it holds; links are removed, not followed."""
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            remove_tree(Path(entry.path))
        else:
            disk.unlink(Path(entry.path))
    disk.rmdir(path)
