"""Times as other people's servers write them, as seconds since 1970 in UTC."""

import re
from datetime import UTC, datetime
from typing import Any

DAY = 86_400.0
"""Seconds."""
_EARLIEST = 0.0
_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?\s*([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


def instant(written: Any) -> float | None:
    """The time of an ISO 8601 text (RFC 3339; without a zone it is UTC) or of seconds since 1970; else None.

    A leap second counts as the second before it.
    """
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        return float(written) if _EARLIEST <= written < 1e11 else None
    found = _FORM.fullmatch(written.strip()) if isinstance(written, str) and len(written) < 80 else None
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        whole = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC)
        seconds = whole.timestamp() - _offset(zone) + float(f"0.{fraction or 0}")
    except ValueError:
        return None
    return seconds if seconds >= _EARLIEST else None


def published(written: Any, seen: float) -> float:
    """When something was published: as its author says, but never later than it was seen, and then where not told.

    Clocks go wrong and some are set ahead, to stay on top of lists.
    """
    told = instant(written)
    return seen if told is None else min(told, seen)


def _offset(zone: str | None) -> float:
    if zone is None or zone in "Zz":
        return 0.0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError("no zone of this world")
    return (-1 if zone[0] == "-" else 1) * (3600.0 * hours + 60.0 * minutes)


def iso(seconds: float) -> str:
    """A time as text, to the second, in UTC; years beyond the calendar read as its last."""
    return datetime.fromtimestamp(min(seconds, 2.5e11), UTC).isoformat(timespec="seconds")
