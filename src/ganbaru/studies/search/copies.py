"""A copy, in a database, of what Optuna knows of a search: for its dashboard, its plots and whoever wants to look.

Nothing depends on it. The ledger is the truth: a copy that is missing, damaged, behind or another's is made anew, and
holds only points that have ended, so that a kill leaves none running for ever.
"""

import hashlib
import logging
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbaru.errors import UserError
from ganbaru.runs.durable import shown
from ganbaru.studies.search.chooser import direction_of, quiet

if TYPE_CHECKING:
    import optuna
    import sqlalchemy

FILE, SEARCH = "optuna.db", "search"
"""The file in a study's folder, and the name in it."""
_POINT = "point"
log = logging.getLogger("ganbaru.studies")


class Copies:
    """The copy of one search.

    Args:
        study: the study's folder.
        url: of the database, as SQLAlchemy names it; None for ``optuna.db`` in the folder.
        higher_is_better: direction of the scores.

    Raises:
        UserError: the database that was named cannot be used.
    """

    def __init__(self, study: Path, *, url: str | None, higher_is_better: bool) -> None:
        self._file = study / FILE if url is None else None
        self._url = f"sqlite:///{self._file}" if url is None else address(url)
        self._name = SEARCH if url is None else _name(study)
        self._direction = direction_of(higher_is_better)
        self._study: optuna.Study | None = None
        self._storage: optuna.storages.RDBStorage | None = None
        self._kept: set[int] = set()
        self._given_up = False
        if url is not None:
            self._reach()

    def keep(self, ended: Sequence["optuna.trial.FrozenTrial"]) -> None:
        """Have these points in the copy, and no others; a database that refuses is named once, and let be."""
        if self._given_up:
            return
        try:
            with quiet():
                self._keep(ended)
        except Exception as error:  # whatever the database's driver raises
            self._given_up = True
            log.warning("Optuna's copy of the search is not kept in %s: %s", self._shown, _line(error))
        finally:
            self._let_go()

    def _keep(self, ended: Sequence["optuna.trial.FrozenTrial"]) -> None:
        """Add what is new; the first time, or where the copy does not answer, hold it against what it is to be."""
        try:
            if self._study is None:
                self._open(ended)
            self._add(ended)
        except Exception:
            if self._file is None or not self._file.exists():
                raise
            self._forget()
            self._open(ended)
            self._add(ended)

    def _open(self, ended: Sequence["optuna.trial.FrozenTrial"]) -> None:
        study = self._loaded()
        wanted = {trial.number: _said(trial) for trial in ended}
        stored = {trial.user_attrs.get(_POINT, -1): _said(trial) for trial in study.get_trials(deepcopy=False)}
        if any(wanted.get(number) != said for number, said in stored.items()):
            self._delete()
            study, stored = self._loaded(), {}
        self._study, self._kept = study, set(stored)

    def _loaded(self) -> "optuna.Study":
        import optuna

        self._storage = optuna.storages.RDBStorage(self._url)
        if self._file is not None:
            _unhurried(self._storage.engine)
        return optuna.create_study(
            study_name=self._name, storage=self._storage, direction=self._direction, load_if_exists=True
        )

    def _add(self, ended: Sequence["optuna.trial.FrozenTrial"]) -> None:
        import optuna

        assert self._study is not None
        for trial in ended:
            if trial.number not in self._kept:
                frozen = optuna.create_trial(
                    state=trial.state,
                    value=trial.value,
                    params=trial.params,
                    distributions=trial.distributions,
                    intermediate_values=trial.intermediate_values,
                    user_attrs={_POINT: trial.number},
                )
                self._study.add_trial(frozen)
                self._kept.add(trial.number)

    def _delete(self) -> None:
        import optuna

        assert self._storage is not None
        optuna.delete_study(study_name=self._name, storage=self._storage)
        self._let_go()

    def _let_go(self) -> None:
        """Close the connection until it is needed again."""
        if self._storage is not None:
            self._storage.remove_session()
            self._storage.engine.dispose()

    def _forget(self) -> None:
        """Remove the file: what is in it is of no use."""
        assert self._file is not None
        for suffix in ("", "-journal", "-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        self._study, self._kept = None, set()

    def _reach(self) -> None:
        try:
            with quiet():
                self._loaded()
        except Exception as error:  # whatever the database's driver raises
            hint = (
                "give it as SQLAlchemy does, such as postgresql://user@host/name; the folder's own file needs no name"
            )
            raise UserError(f"the storage {self._shown} cannot be used: {_line(error)}", hint=hint) from error
        finally:
            self._let_go()

    @property
    def _shown(self) -> str:
        """Where it lies; a password is not shown."""
        if self._file is not None:
            return shown(self._file)
        scheme, sign, rest = self._url.partition("://")
        return f"{scheme}{sign}{rest.rpartition('@')[2]}"


def address(url: str) -> str:
    """The same database, spoken to by the driver that the extra ``postgresql`` installs."""
    scheme, sign, rest = url.partition("://")
    return f"postgresql+psycopg{sign}{rest}" if scheme == "postgresql" else url


def _name(study: Path) -> str:
    """In a database that others use, too: no two folders have the same."""
    place = f"{platform.node()}:{os.path.abspath(study)}"
    return f"{study.name} {hashlib.sha256(place.encode()).hexdigest()[:12]}"


def _unhurried(engine: "sqlalchemy.Engine") -> None:
    """Let nothing wait until the file is on the disk (40 ms a point): it is a copy, and made anew if it is torn."""
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    engine.dispose()


def _said(trial: "optuna.trial.FrozenTrial") -> tuple[Any, ...]:
    """What a trial says, to be held against another."""
    return trial.state, trial.value, sorted(trial.params.items()), sorted(trial.intermediate_values.items())


def _line(error: BaseException) -> str:
    return " ".join(str(error.__cause__ or error).split())[:200]
