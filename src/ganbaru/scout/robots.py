"""What a site asks of robots. Source: RFC 9309 (2022).

Python's own ``urllib.robotparser`` (3.11) takes the first rule that fits and knows no wildcards; the RFC asks for the
longest rule that fits, Allow before Disallow where two are as long, ``*`` for anything and ``$`` for the end.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

NAME = "ganbaru-scout"
_MOST_DELAY = 30.0


@dataclass(frozen=True)
class Robots:
    """The rules for one robot.

    Attributes:
        rules: path pattern and whether it is allowed.
        delay: seconds that it asks for between two requests.
    """

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    def allows(self, path: str) -> bool:
        """Whether a path, with its query, may be asked for."""
        fitting = [(len(rule), allowed) for rule, allowed in self.rules if _fits(rule, _even(path))]
        return max(fitting, default=(0, True))[1]


def read_robots(text: str, name: str = NAME) -> Robots:
    """The rules of the groups that name this robot, or else of those for all."""
    groups = _groups(text)
    own = [group for names, group in groups if any(one != "*" and name.startswith(one) for one in names)]
    chosen = own or [group for names, group in groups if "*" in names]
    rules = tuple((_even(value), key == "allow") for group in chosen for key, value in group if key != "crawl-delay")
    delays = [_seconds(value) for group in chosen for key, value in group if key == "crawl-delay"]
    return Robots(tuple(rule for rule in rules if rule[0]), min(max(delays, default=0.0), _MOST_DELAY))


def _groups(text: str) -> list[tuple[list[str], list[tuple[str, str]]]]:
    groups: list[tuple[list[str], list[tuple[str, str]]]] = []
    open_names = False
    for line in text.lstrip("\ufeff").splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        key = key.lower()
        if key == "user-agent":
            if not open_names:
                groups.append(([], []))
            groups[-1][0].append(value.lower())
            open_names = True
        elif key in ("allow", "disallow", "crawl-delay") and groups:
            groups[-1][1].append((key, value))
            open_names = False
    return groups


def _fits(rule: str, path: str) -> bool:
    """Whether a pattern fits the beginning of a path (or all of it, with ``$``), in time linear in both."""
    first, *others = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    last = others.pop() if rule.endswith("$") and others else None
    for part in others:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if last is not None:
        return path.endswith(last) and len(path) - len(last) >= place
    return not rule.endswith("$") or place == len(path)


def _even(path: str) -> str:
    """One spelling of a path: percent signs where RFC 3986 needs them and nowhere else."""
    return quote(unquote(path, errors="surrogateescape"), safe="/*$?&=;:@!,+()'[]~%", errors="surrogateescape")


def _seconds(value: str) -> float:
    try:
        return max(0.0, float(value))
    except ValueError:
        return 0.0
