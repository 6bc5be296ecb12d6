"""Patterns of paths, for every file that speaks of many sounds; matched in time that no hostile pattern can stretch."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

_ANY, _ANY_NO_SLASH, _ONE, _ONE_NO_SLASH = "any", "any but /", "one", "one but /"
_NOTHING = "nothing"
LONGEST = 1_000
"""Letters of a pattern; a longer one matches nothing."""
_FEW = 2
"""Wildcards up to which a regular expression is quick whatever it meets."""


@dataclass(frozen=True)
class Glob:
    """A pattern as a row of letters (one character each) and wildcards.

    Attributes:
        parts: "any" matches anything, "any but /" anything without a slash, "one" one letter; others are themselves.
    """

    parts: tuple[str, ...]

    @property
    def plain(self) -> str | None:
        """The one path that it matches; None where it has wildcards."""
        return None if any(len(part) > 1 for part in self.parts) else "".join(self.parts)

    def matches(self, path: str) -> bool:
        """Whether the whole path is what the pattern says."""
        return self._test(path)

    @cached_property
    def _test(self) -> Callable[[str], bool]:
        if sum(part in (_ANY, _ANY_NO_SLASH) for part in self.parts) > _FEW:
            return self._walk
        words = {_ANY: ".*", _ANY_NO_SLASH: "[^/]*", _ONE: ".", _ONE_NO_SLASH: "[^/]", _NOTHING: "(?!)"}
        pattern = re.compile("".join(words.get(part) or re.escape(part) for part in self.parts), re.DOTALL)
        return lambda path: pattern.fullmatch(path) is not None

    def _walk(self, path: str) -> bool:
        """Letter by letter, with every place in the pattern that may have been reached: (letters x parts) steps."""
        reached = self._closed({0})
        for letter in path:
            reached = self._closed(
                {at + (part not in (_ANY, _ANY_NO_SLASH)) for at, part in self._taking(reached, letter)}
            )
            if not reached:
                return False
        return len(self.parts) in reached

    def _taking(self, reached: set[int], letter: str) -> list[tuple[int, str]]:
        places = [(at, self.parts[at]) for at in reached if at < len(self.parts)]
        return [(at, part) for at, part in places if _takes(part, letter)]

    def _closed(self, reached: set[int]) -> set[int]:
        """With the places behind wildcards that match nothing."""
        waiting = list(reached)
        while waiting:
            at = waiting.pop()
            if at < len(self.parts) and self.parts[at] in (_ANY, _ANY_NO_SLASH) and at + 1 not in reached:
                reached.add(at + 1)
                waiting.append(at + 1)
        return reached


class Rules:
    """Rules with patterns, of which the last that matches a path counts; plain names are looked up, not tried."""

    def __init__(self, patterns: Iterable[Iterable[Glob]]) -> None:
        self._named: dict[str, int] = {}
        self._wild: list[tuple[int, Glob]] = []
        for number, globs in enumerate(patterns):
            for glob in globs:
                if glob.plain is None:
                    self._wild.append((number, glob))
                else:
                    self._named[glob.plain] = number

    def last(self, path: str) -> int | None:
        """The number of the last rule that matches; None where none does."""
        named = self._named.get(path, -1)
        for number, glob in reversed(self._wild):
            if number <= named:
                break
            if glob.matches(path):
                return number
        return None if named < 0 else named


def _takes(part: str, letter: str) -> bool:
    if part in (_ANY, _ONE):
        return True
    if part in (_ANY_NO_SLASH, _ONE_NO_SLASH):
        return letter != "/"
    return part == letter


def debian(pattern: str) -> Glob:
    """A pattern of Debian's copyright format: ``*`` and ``?`` match slashes too, a backslash takes them as such."""
    return Glob(_parts(pattern.removeprefix("./"), {"*": _ANY, "?": _ONE}))


def reuse(pattern: str) -> Glob:
    """A pattern of REUSE.toml: ``*`` matches no slash, ``**`` and ``**/`` do, a backslash takes a star as such."""
    return Glob(_parts(pattern.removeprefix("./"), {"*": _ANY_NO_SLASH}))


def ours(pattern: str) -> Glob:
    """A pattern of rights.toml: as in REUSE.toml, and ``?`` for one letter."""
    return Glob(_parts(pattern.removeprefix("./"), {"*": _ANY_NO_SLASH, "?": _ONE_NO_SLASH}))


def _parts(pattern: str, wildcards: dict[str, str]) -> tuple[str, ...]:
    if len(pattern) > LONGEST:
        return (_NOTHING,)
    made: list[str] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        at += 1
        if letter == "\\" and at < len(pattern):
            made.append(pattern[at])
            at += 1
        elif letter == "*":
            stars = len(pattern[at - 1 :]) - len(pattern[at - 1 :].lstrip("*"))
            at += stars - 1
            if stars > 1 and wildcards["*"] == _ANY_NO_SLASH and pattern[at : at + 1] == "/":
                at += 1  # "**/" matches nothing too
            made.append(_ANY if stars > 1 else wildcards["*"])
        else:
            made.append(wildcards.get(letter, letter))
    return tuple(made)
