"""A log read whole: the records of each column, what the columns were taken for, and what was assumed on the way."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ganbaru.checkup.logs import columns as named
from ganbaru.checkup.logs.events import read_events
from ganbaru.checkup.logs.finding_files import is_events, is_objects
from ganbaru.checkup.logs.objects import Objects
from ganbaru.checkup.logs.tables import Table, number
from ganbaru.checkup.logs.text import Cell
from ganbaru.checkup.logs.thinning import Records
from ganbaru.errors import UserError, unknown
from ganbaru.progress import Progress
from ganbaru.sources.naming import printable

LOSSES = ("critic_loss", "generator_loss", "loss", "w1")
"""Of these at least one must be known, else there is nothing to judge."""
_EVERY, _NAMED = 50_000, 8
_Rows = Iterator[tuple[Cell, ...]]
_Numbers = Iterator[tuple[float | None, ...]]


class Log:
    """What was read.

    Attributes:
        called: the file or folder, for people.
        records: by column.
        meant: columns by what they are, ``step`` among them.
        notes: what was assumed, a sentence each.
    """

    def __init__(self, files: Sequence[Path], given: Mapping[str, str], progress: Progress) -> None:
        self.called = printable(files[0] if len(files) == 1 else files[0].parent)
        self.records: dict[str, Records] = {}
        self.meant: dict[str, str] = {}
        self.notes: list[str] = []
        if is_events(files[0]):
            self._read_events(files, given)
        elif len(files) == 1:
            self._read_table(Objects(files[0]) if is_objects(files[0]) else Table(files[0]), given, progress)
        else:
            self._read_curves(files, given, progress)

    def _read_events(self, files: Sequence[Path], given: Mapping[str, str]) -> None:
        self.records = read_events(files)
        if not self.records:
            raise UserError(f"{self.called} holds no scalar", hint="give the event files of one training with scalars")
        self._decide(list(self.records), {name: column for name, column in given.items() if name != named.STEP})

    def _read_curves(self, files: Sequence[Path], given: Mapping[str, str], progress: Progress) -> None:
        """Files that each hold one curve."""
        for file in files:
            table = Table(file)
            self._add(_numbers(table.rows(table.names[1:3])), table.names[2:3], progress)
        self._decide(list(self.records), given)

    def _read_table(self, table: Table | Objects, given: Mapping[str, str], progress: Progress) -> None:
        self._decide(table.names, given)
        run = given.get(named.RUN)
        run_column = named.run_of(table.names)
        wanted = [column for name, column in self.meant.items() if name != named.STEP]
        step = self.meant.get(named.STEP)
        rows = table.rows([*([run_column] if run_column else []), *([step] if step else []), *wanted])
        if run_column:
            rows = self._of_run(rows, run)
        self._add(_numbers(rows) if step else _counted(_numbers(rows)), wanted, progress)
        if not step:
            self.notes.append("no column counts the steps, so rows are counted")
        if table.broken:
            self.notes.append(f"{table.broken:,} lines could not be read whole")

    def _decide(self, names: Sequence[str], given: Mapping[str, str]) -> None:
        """Settles what the columns are: as told, else as guessed."""
        told = named.told(given, names, self.called)
        free = [name for name in self._of_one_run(names, given) if name not in told.values()]
        self.meant = {name: column for name, column in {**named.guess(free), **told}.items() if column != named.NONE}
        if not self.meant.keys() & set(LOSSES):
            raise named.none_known(self.called, names)

    def _of_one_run(self, names: Sequence[str], given: Mapping[str, str]) -> list[str]:
        """The columns that may be guessed at, where columns are called ``RUN - COLUMN``."""
        plain = [name for name in names if not name.endswith(("__MIN", "__MAX"))]
        runs = dict.fromkeys(name.rpartition(named.BETWEEN)[0] for name in plain if named.BETWEEN in name)
        chosen = given.get(named.RUN)
        if len(runs) > 1 and not given.keys() & {*LOSSES, named.RUN}:
            raise self._several(list(runs))
        return [name for name in plain if not chosen or name.rpartition(named.BETWEEN)[0] in ("", chosen)]

    def _of_run(self, rows: _Rows, run: str | None) -> _Rows:
        """The rows of one run, without the column that names it."""
        seen: dict[str, None] = {}
        for name, *cells in rows:
            seen.setdefault(str(name))
            if run is None and len(seen) > _NAMED:
                break
            if run is None or str(name) == run:
                yield tuple(cells)
        if run is None and len(seen) > 1:
            raise self._several(list(seen))
        if run is not None and run not in seen:
            raise unknown(f"run in {self.called}", printable(run), map(printable, list(seen)[:_NAMED]))

    def _several(self, runs: Sequence[str]) -> UserError:
        shown = ", ".join(map(printable, runs[:_NAMED])) + (" …" if len(runs) > _NAMED else "")
        hint = f"choose one with --columns run=NAME: {shown}"
        return UserError(f"{self.called} holds several trainings", hint=hint)

    def _add(self, rows: _Numbers, names: Sequence[str], progress: Progress) -> None:
        """Rows of a step and values."""
        records, order = {name: Records() for name in names}, _Order()
        for count, (step, *values) in enumerate(rows, 1):
            if not order.takes(step):
                continue
            if order.anew:
                records = {name: Records() for name in names}
            for name, value in zip(names, values, strict=True):
                if value is not None:
                    records[name].add(step, value)  # type: ignore[arg-type]
            if count % _EVERY == 0:
                progress("rows", count, count + _EVERY)
        self.records |= records
        self.notes += [note for note in order.notes() if note not in self.notes]


class _Order:
    """In what order the steps of a log's rows come."""

    def __init__(self) -> None:
        self.anew = False
        """Whether another training begins with this row: the steps rose, and now the very first one is there again."""
        self._first = self._before = float("nan")
        self._falls = self._restarts = self._lost = 0

    def takes(self, step: float | None) -> bool:
        """Looks at the next row's step; whether it has one."""
        if step is None or not math.isfinite(step):
            self._lost += 1
            return False
        if self._first != self._first:
            self._first = step
        self._falls += step < self._before
        self.anew = step == self._first < self._before and self._falls == self._restarts + 1
        self._restarts += self.anew
        self._before = step
        return True

    def notes(self) -> Iterator[str]:
        """What is to be said of it."""
        if self._restarts:
            yield f"the steps begin anew {self._restarts} times: only the last training was taken"
        if self._falls > self._restarts:
            yield "the steps are not in order: records were sorted, and of one step the last was taken"
        if self._lost:
            yield f"{self._lost:,} rows have no step and were left out"


def _numbers(rows: _Rows) -> _Numbers:
    for cells in rows:
        yield tuple(map(number, cells))


def _counted(rows: _Numbers) -> _Numbers:
    for place, values in enumerate(rows):
        yield (float(place), *values)
