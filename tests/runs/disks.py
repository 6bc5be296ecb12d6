"""Disks that fail, die or remember, to put in the place of ``durable.disk``."""

import errno
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ganbaru.runs.durable import Disk

CALLS = [name for name in vars(Disk) if not name.startswith("_")]


class Watched(Disk):
    """A real disk whose every call goes through ``around``."""

    def around(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        return call(*args)


def _watched(name: str) -> Callable[..., Any]:
    def method(self: Watched, *args: Any) -> Any:
        return self.around(name, partial(getattr(Disk, name), self), *args)

    return method


for _name in CALLS:
    setattr(Watched, _name, _watched(_name))


class Counting(Watched):
    """Counts the calls from 1; ``at`` is told of each before it is made."""

    def __init__(self) -> None:
        self.count = 0

    def around(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        return self.at(self.count, name, call, *args)

    def at(self, number: int, name: str, call: Callable[..., Any], *args: Any) -> Any:
        return call(*args)


class Dying(Counting):
    """The process ends at the n-th call: before it, after it, or in the middle of it where it is a write."""

    def __init__(self, number: int, when: str) -> None:
        super().__init__()
        self.number, self.when = number, when

    def at(self, number: int, name: str, call: Callable[..., Any], *args: Any) -> Any:
        if number != self.number:
            return call(*args)
        try:
            if self.when == "after":
                call(*args)
            elif self.when == "within" and name == "write":
                call(args[0], args[1][: len(args[1]) // 2])
        finally:
            os._exit(9)


class Failing(Counting):
    """The n-th call fails, once or from then on for ever.

    ``fault`` is the name of an error; or "short": a write takes half, as the system may; or "torn": a write takes half
    and the next call says that the disk is full, as a real full disk does.
    """

    def __init__(self, number: int, fault: str, *, for_ever: bool) -> None:
        super().__init__()
        self.number, self.fault, self.for_ever = number, fault, for_ever
        self.torn = False

    def at(self, number: int, name: str, call: Callable[..., Any], *args: Any) -> Any:
        if self.torn:
            self.torn = False
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if name == "close" or not (number == self.number or (self.for_ever and number > self.number)):
            return call(*args)
        if self.fault in ("short", "torn"):
            self.torn = self.fault == "torn"
            return call(args[0], args[1][: (len(args[1]) + 1) // 2]) if name == "write" else call(*args)
        raise OSError(getattr(errno, self.fault), os.strerror(getattr(errno, self.fault)))


class Recording(Watched):
    """Remembers what was asked for as ``(call, *paths or data)``, descriptors being resolved to paths."""

    def __init__(self) -> None:
        self.trace: list[tuple[Any, ...]] = []
        self.paths: dict[int, Path] = {}

    def around(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        result = call(*args)
        if name in ("create", "open_append"):
            self.paths[result] = args[0]
            self.trace.append((name, args[0]))
        elif name in ("write", "truncate", "fsync"):
            self.trace.append((name, self.paths[args[0]], *map(_frozen, args[1:])))
        elif name not in ("close", "read"):
            self.trace.append((name, *args))
        return result


def _frozen(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


class FullFor(Counting):
    """The disk is full from the n-th call to the m-th; what frees room is still possible."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self.first, self.last = first, last

    def at(self, number: int, name: str, call: Callable[..., Any], *args: Any) -> Any:
        if name in ("create", "open_append", "write", "mkdir", "fsync") and self.first <= number <= self.last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return call(*args)
