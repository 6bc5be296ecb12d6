"""A crew on the nodes of a Ray cluster, as the driver sees it."""

import logging
import os
import socket
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs.durable import shown
from ganbaru.studies.cluster.luggage import Luggage, TooLarge, packed, unpack
from ganbaru.studies.cluster.seat import Seat
from ganbaru.studies.crew import Hand
from ganbaru.studies.plan import Key
from ganbaru.studies.workers import LOG

log = logging.getLogger("ganbaru.studies")

_PATIENCE = 5.0
"""Seconds for a node to end a worker by itself; then Ray kills it."""
_SILENCE = 30.0
"""Seconds without any worker that is ready, after which that is said."""


class Nodes:
    """The nodes of a cluster; each worker takes one of its processors, spread over the nodes.

    Args:
        address: of the cluster, ``host:port``; "auto" for the one that this machine is part of.
        study: the study's folder.
        trial: as `ganbaru.studies.workers.packed`.

    Raises:
        UserError: Ray is not installed, or there is no cluster.
    """

    def __init__(self, address: str, study: Path, trial: bytes) -> None:
        with ExitStack() as left:
            self._ray = _connected(address, left)
            self._left = left.pop_all()
        self._study, self._trial = study, trial
        self._heard = time.monotonic()
        options = {"num_cpus": 1, "max_concurrency": 4, "max_restarts": 0, "scheduling_strategy": "SPREAD"}
        self._seat = self._ray.remote(**options)(Seat)

    def hire(self, number: int) -> "Remote":
        """Start a worker, as soon as a processor is free somewhere."""
        path = [part or os.getcwd() for part in sys.path]
        return Remote(self._ray, self._seat.remote(number, self._trial, path), number, self._study)

    def wait(self, hands: Collection[Hand], seconds: float) -> None:
        """Return once one of them says something or is dead, after ``seconds`` at the latest."""
        said = [hand.said for hand in hands if isinstance(hand, Remote)]
        if not said:
            time.sleep(seconds)
            return
        heard, _ = self._ray.wait(said, num_returns=1, timeout=seconds)
        if heard or any(hand.ready for hand in hands):
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard > _SILENCE:
            log.warning("no node of the cluster has a free processor for a worker: it is waited for")
            self._heard = float("inf")

    def close(self) -> None:
        """Let go of the cluster, unless whoever called was connected to it before."""
        self._left.close()


class Remote:
    """A worker on a node.

    Args:
        ray: the module.
        seat: its `Seat`.
        number: of the worker.
        study: the study's folder, here.

    Attributes:
        said: what it will say next.
    """

    def __init__(self, ray: Any, seat: Any, number: int, study: Path) -> None:
        self.number, self.ready = number, False
        self.key: Key | None = None
        self._ray, self._seat, self._study = ray, seat, study
        self._since, self._folder = time.monotonic(), study
        self.said = seat.hear.remote()

    @property
    def seconds(self) -> float:
        """How long it has been at its trial (s)."""
        return time.monotonic() - self._since

    def give(self, key: Key, settings: Mapping[str, Any], folder: Path) -> None:
        """Have it do a trial, with what an earlier attempt left in its folder."""
        self.key, self._since, self._folder = key, time.monotonic(), folder
        place = folder.relative_to(self._study).as_posix()
        self._seat.give.remote(key, dict(settings), place, _luggage(folder))

    def hear(self) -> dict[str, Any] | None:
        """What it says; None if it says nothing. What its trial left and printed is in the trial's folder by then."""
        if not self._ray.wait([self.said], timeout=0)[0]:
            return None
        try:
            answer: dict[str, Any] = self._ray.get(self.said)
        except self._ray.exceptions.RayError as error:
            return {"became": "lost" if self.ready else "dead", "reason": f"its node was lost: {_line(error)}"}
        self.said = self._seat.hear.remote()
        return self._unpacked(answer)

    def ask_to_stop(self) -> None:
        """Stop its trial."""
        self._seat.ask_to_stop.remote()

    def close(self) -> None:
        """End it and whatever it has started."""
        if self.ready:
            with suppress(self._ray.exceptions.RayError):
                self._ray.get(self._seat.close.remote(), timeout=_PATIENCE)
        with suppress(self._ray.exceptions.RayError):
            self._ray.kill(self._seat)

    def _unpacked(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer without what came with it, which is put where it belongs."""
        _append(self._study / LOG, answer.pop("complaint", b""))
        _append(self._folder.with_name(f"{self._folder.name}.log"), answer.pop("printed", b""))
        if left := answer.pop("left", ""):
            log.warning("the folder of the trial %s stays at %s", self.key, left)
        luggage = answer.pop("luggage", None)
        if luggage is not None:
            try:
                unpack(luggage, self._folder)
            except (OSError, ValueError) as error:
                return {"became": "raised", "reason": f"its folder could not be brought back: {error}"}
        return answer


def _connected(address: str, left: ExitStack) -> Any:
    """Ray's module, connected until ``left`` ends, unless whoever called had connected it before."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when Ray is loaded
    if address != "auto":
        _look_for(address)
    try:
        import ray
    except ModuleNotFoundError as error:
        hint = "pip install 'ganbaru[cluster]'"
        raise UserError("Ray is not installed, which carries trials to other machines", hint=hint) from error
    if ray.is_initialized():
        return ray
    _take_prints(left)
    try:
        with _trying_once():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _no_cluster(address, error) from error
    left.callback(ray.shutdown)
    return ray


def _take_prints(left: ExitStack) -> None:
    """Until ``left`` ends, have Ray log what it prints to standard output, as of a lost node: it has no option for it.

    Standard output is for results. Where a later Ray has no such function, nothing is changed.
    """
    worker = sys.modules["ray._private.worker"]
    if before := getattr(worker, "print_to_stdstream", None):
        left.callback(setattr, worker, "print_to_stdstream", before)
        worker.print_to_stdstream = lambda data, **_: log.debug("Ray: %s", " ".join(data["lines"]))  # type: ignore[attr-defined]


def _look_for(address: str) -> None:
    """Raise UserError unless something listens there: Ray would try for ten minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise UserError(f"{address!r} is no address of a Ray cluster", hint="such as 192.168.0.7:6379, or auto")
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, error) from error


@contextmanager
def _trying_once() -> Iterator[None]:
    """What was left of a cluster that is gone is tried for once, not twenty times."""
    name = "RAY_gcs_server_port_wait_time_s"
    before = os.environ.get(name)
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


def _no_cluster(address: str, error: Exception) -> UserError:
    hint = "start one with `ray start --head`, or name the address of one"
    return UserError(f"there is no Ray cluster at {address}: {_line(error)}", hint=hint)


def _luggage(folder: Path) -> Luggage:
    try:
        return packed(folder)
    except TooLarge as error:
        log.warning("%s does not go with its trial, which begins anew: it has %s", shown(folder), error)
        return {}


def _append(file: Path, data: bytes) -> None:
    if data:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as opened:
            opened.write(data)


def _line(error: Exception) -> str:
    """The line that says why: the last one where a worker could not be made, which is that of its own exception."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1] if "creation task" in lines[0] else lines[0]
