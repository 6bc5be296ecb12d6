"""A file of sealed lines that is only ever appended to, by one process at a time.

A kill leaves at most a torn last line: it is cut before the next append, and said. A whole line whose bytes do not
match its checksum is stepped over, and said: what it told is lost, and nothing else.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganbaru.runs import durable
from ganbaru.runs.durable import SaveError, shown
from ganbaru.runs.folders import read_bytes
from ganbaru.runs.seal import Broken, open_line, seal_line

log = logging.getLogger("ganbaru.studies")


class Lines:
    """The records of one file.

    Attributes:
        path: the file; made by the first append.
        problems: what was wrong with it at the last ``read``, one line each.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self._waiting: list[bytes] = []
        self._length: int | None = None  # bytes up to here are whole lines; None: the end was not looked at yet
        self._clean = False  # the file ends there

    def read(self, *, written_by_another: bool = False) -> list[tuple[int, dict[str, Any]]]:
        """Every good record with the number of its line, from 1.

        Args:
            written_by_another: whether somebody appends just now, so that half a line at the end is no problem.

        Raises:
            UserError: the file cannot be read.
        """
        data = read_bytes(self.path) if self.path.exists() else b""
        *lines, rest = data.split(b"\n")
        self.problems = []
        records = []
        for number, line in enumerate(lines, start=1):
            try:
                records.append((number, open_line(line + b"\n")))
            except Broken:
                self._note(f"line {number} does not match its checksum and is left out")
        if rest and not written_by_another:
            self._note(f"the last line is torn ({len(rest)} bytes) and is left out")
        return records

    def append(self, record: Mapping[str, Any], *, durable_now: bool) -> None:
        """Add one record; with ``durable_now`` it is on the disk when this returns.

        Where the disk refuses, the record is kept in memory, which is said, and written by a later ``append`` or
        ``sync``, in order.

        Raises:
            TypeError, ValueError: something in it cannot be stored.
        """
        self._waiting.append(seal_line(record))
        try:
            self._flush(durable_now)
        except OSError as error:
            if len(self._waiting) == 1:
                log.warning("%s; the records are kept in memory and tried again", SaveError(self.path, error))

    def sync(self) -> None:
        """Return when every record is on the disk.

        Raises:
            SaveError: they are not; they are kept and can be tried again.
        """
        try:
            self._flush(True)
        except OSError as error:
            raise SaveError(self.path, error) from error

    def _note(self, problem: str) -> None:
        self.problems.append(f"{shown(self.path)}: {problem}")
        log.warning("%s", self.problems[-1])

    def _flush(self, durable_now: bool) -> None:
        """Write what waits, behind the last whole line."""
        if self._length is None:
            self._find_end()
        length, data = self._length or 0, b"".join(self._waiting)
        new = not self.path.exists()
        with durable.opened(durable.disk.open_append(self.path)) as descriptor:
            if not self._clean:
                durable.disk.truncate(descriptor, length)
            self._clean = False
            durable.write_all(descriptor, data)
            if durable_now:
                durable.disk.fsync(descriptor)
        if new:
            durable.disk.fsync_folder(self.path.parent)
        self._waiting.clear()
        self._length, self._clean = length + len(data), True

    def _find_end(self) -> None:
        data = durable.disk.read(self.path) if self.path.exists() else b""
        self._length = data.rfind(b"\n") + 1
        self._clean = self._length == len(data)
