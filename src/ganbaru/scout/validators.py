"""What is kept of an answer so that the next time only a change is asked for. Sources: RFC 9110, 13; RFC 9111, 5.2."""

import json
from collections.abc import Mapping
from typing import Any

from ganbaru.scout.answer import Answer
from ganbaru.scout.times import DAY


def unpacked_mark(mark: str) -> dict[str, Any]:
    """What a mark holds; nothing where there is none."""
    return dict(json.loads(mark)) if mark else {}


def conditions(validators: Mapping[str, Any]) -> dict[str, str]:
    """The headers that ask for a change only."""
    named = {"If-None-Match": validators.get("etag"), "If-Modified-Since": validators.get("modified")}
    return {name: str(value) for name, value in named.items() if value}


def kept_validators(url: str, answer: Answer, former: Mapping[str, Any], now: float) -> str:
    """What is asked with the next time, "" for nothing; an unchanged answer without a validator keeps the old one."""
    told = {"etag": answer.headers.get("etag"), "modified": answer.headers.get("last-modified")}
    kept = {name: value or (former.get(name) if answer.unchanged else None) for name, value in told.items()}
    kept = {name: value for name, value in kept.items() if value}
    age = _max_age(answer.headers.get("cache-control", ""))
    return json.dumps({"url": url, **kept, **({"until": now + age} if age else {})}) if kept or age else ""


def _max_age(control: str) -> float:
    """For how many seconds an answer says that it stays the same; never more than a day."""
    words = [word.strip().lower().partition("=") for word in control.split(",")]
    if any(name in ("no-cache", "no-store") for name, _, _ in words):
        return 0.0
    ages = [float(value) for name, _, value in words if name == "max-age" and value.isdecimal()]
    return min(max(ages, default=0.0), DAY)
