"""``metrics.jsonl``: what was measured, one sealed line a record, only ever appended to.

A line is written by one call, so that a kill leaves at most a torn last line; it is cut before the next append, and
said. A record is a promise only once ``sync`` has returned, which every checkpoint waits for. After a power loss the
lines since then may be damaged anywhere; ``cut_after`` the checkpoint's step drops them.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs import durable
from ganbaru.runs.durable import SaveError, shown
from ganbaru.runs.folders import damaged, read_bytes
from ganbaru.runs.seal import Broken, open_line, seal_line

log = logging.getLogger("ganbaru.runs")

_HINT = "restore the file from a copy, or delete that one line: only its record is lost, the model is not touched"


class Metrics:
    """The records of one run.

    Args:
        path: the file; made by the first append.
        durable_bytes: for a step, how many bytes of this file were on the disk when its checkpoint was saved.
    """

    def __init__(self, path: Path, *, durable_bytes: Callable[[int], int] = lambda step: 0) -> None:
        self.path = path
        self._durable_bytes = durable_bytes
        self._waiting: list[bytes] = []
        self._length: int | None = None  # bytes up to here are whole lines; None: the end was not looked at yet
        self._clean = False  # the file ends at _length
        self._named = False  # the file's name is on the disk

    def __repr__(self) -> str:
        return f"Metrics({shown(self.path)})"

    def append(self, record: Mapping[str, Any]) -> None:
        """Add one record; ``step`` is its one needed key.

        Where the disk refuses, the record is kept in memory, which is said, and written by a later ``append`` or
        ``sync``: a full disk does not stop a training, and no record is lost or stands twice when there is room again.

        Raises:
            ValueError: no whole number as ``step``, or a key ``check``, which is the seal's own.
            TypeError: something that JSON cannot hold.
            UserError: the file's last line was damaged, not merely torn.
        """
        if not isinstance(record.get("step"), int):
            raise ValueError(f"a record needs a whole number as 'step', not {record.get('step')!r}")
        self._waiting.append(seal_line(record))
        try:
            self._flush()
        except OSError as error:
            if len(self._waiting) == 1:
                log.warning("%s; the records are kept in memory and tried again", SaveError(self.path, error))

    def sync(self) -> int:
        """Return when every record is on the disk; the file's length in bytes then.

        Raises:
            SaveError: they are not; the records are kept and can be tried again.
        """
        try:
            self._flush()
            if not self._length and not self.path.exists():
                return 0
            with durable.opened(durable.disk.open_append(self.path)) as descriptor:
                durable.disk.fsync(descriptor)
            if not self._named:
                durable.disk.fsync_folder(self.path.parent)
                self._named = True
        except OSError as error:
            raise SaveError(self.path, error) from error
        return self._length or 0

    def read(self) -> list[dict[str, Any]]:
        """Every record, in order. A torn last line is stepped over and said.

        Raises:
            UserError: names the file and the number of the first damaged line.
        """
        records = []
        for number, line in enumerate(self._lines(self._stored()), start=1):
            try:
                records.append(open_line(line))
            except Broken as error:
                raise self._damaged(number) from error
        return records

    def cut_after(self, step: int) -> None:
        """Drop every record of a later step, so that after a resume no step stands twice.

        What lies behind the checkpoint of ``step`` was never promised: damaged lines there are dropped too, and said.

        Raises:
            UserError: a line that would be kept is damaged.
            SaveError: the file is as it was.
        """
        self._waiting = [line for line in self._waiting if open_line(line)["step"] <= step]
        self._length, self._clean = None, False
        data = self._stored()
        kept = b"".join(self._kept(data, step))
        if kept != data:
            durable.replace_file(self.path, kept)
        durable.clean(self.path)
        self._length, self._clean = len(kept), True

    def _kept(self, data: bytes, step: int) -> Iterator[bytes]:
        """The lines up to ``step``."""
        promised, offset, doubtful = self._durable_bytes(step), 0, 0
        for number, line in enumerate(self._lines(data), start=1):
            keep = _step(line)
            if keep is None and offset < promised:
                raise self._damaged(number)
            if keep is None:
                doubtful = doubtful or number
            elif keep <= step:
                if doubtful:
                    raise self._damaged(doubtful)
                yield line
            offset += len(line)
        if doubtful:
            log.warning("%s: damaged from line %d on, behind step %d; dropped", shown(self.path), doubtful, step)

    def _stored(self) -> bytes:
        return read_bytes(self.path) if self.path.exists() else b""

    def _lines(self, data: bytes) -> list[bytes]:
        """The lines of ``data``, newlines included, good or damaged; a torn last one is said and left out.

        Torn is the beginning of a line, or bytes that were never written; a whole line that ends in something else than
        a newline is damaged.
        """
        *lines, rest = data.split(b"\n")
        lines = [line + b"\n" for line in lines]
        if rest and rest[-1] and _step(rest[:-1] + b"\n") is not None:
            lines.append(rest)
        elif rest:
            log.warning("%s: its last line is torn (%d bytes) and is left out", shown(self.path), len(rest))
        return lines

    def _damaged(self, number: int) -> UserError:
        return damaged(self.path, f"line {number} does not match its checksum", hint=_HINT)

    def _flush(self) -> None:
        """Write what waits, behind the last whole line."""
        if self._length is None:
            self._find_end()
        if self._clean and not self._waiting:
            return
        data = b"".join(self._waiting)
        with durable.opened(durable.disk.open_append(self.path)) as descriptor:
            if not self._clean:
                durable.disk.truncate(descriptor, self._length or 0)
            self._clean = False
            durable.write_all(descriptor, data)
        self._waiting.clear()
        self._length, self._clean = (self._length or 0) + len(data), True

    def _find_end(self) -> None:
        """Look where the last whole line ends. Raises UserError where that line is damaged."""
        data = durable.disk.read(self.path) if self.path.exists() else b""
        lines = self._lines(data)
        if lines and _step(lines[-1]) is None:
            raise self._damaged(len(lines))
        self._length = sum(map(len, lines))
        self._clean = self._length == len(data)


def _step(line: bytes) -> int | None:
    """The step of a sealed line, None if it is damaged."""
    try:
        return int(open_line(line)["step"])
    except (ValueError, KeyError, TypeError):
        return None
