"""What the status of an answer means for its source. Sources: RFC 9110, 15 and 10.2.3 (Retry-After), RFC 6585, 4."""

import email.utils
from collections.abc import Mapping
from datetime import UTC

from ganbaru.scout.times import DAY
from ganbaru.scout.trouble import Closed, NotThere, Out, OverQuota

_UNTOLD_WAIT = 300.0
"""Seconds that are waited after "too many requests" without a word of how long."""


class Failing(Out):
    """It fails in a way that may pass in a moment."""


def judge(host: str, status: int, headers: Mapping[str, str], closed: tuple[int, ...], now: float) -> None:
    """What a status means.

    Raises:
        Closed, OverQuota, Out, NotThere: it brings no answer.
    """
    if status == 200:
        return
    if status in (404, 410):
        raise NotThere(f"{host} answered {status}")
    if status == 429 or (status == 503 and "retry-after" in headers):
        wait = _retry_after(headers.get("retry-after", ""), now)
        raise OverQuota(f"{host} asks to wait (it answered {status})", now + wait)
    if status in closed:
        raise Closed(f"{host} shows guests nothing (it answered {status})")
    raise (Failing if status >= 500 else Out)(f"{host} answered {status}")


def _retry_after(value: str, now: float) -> float:
    """Seconds to wait, told as such or as a date (RFC 9110, 10.2.3); never more than a day."""
    try:
        seconds = float(value) if value.strip().isdecimal() else _date(value) - now
    except (ValueError, OverflowError):
        seconds = _UNTOLD_WAIT
    return min(max(seconds, 0.0), DAY)


def _date(value: str) -> float:
    """A date of HTTP as UTC seconds; one without a zone is UTC as well, wherever this runs."""
    told = email.utils.parsedate_to_datetime(value)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
