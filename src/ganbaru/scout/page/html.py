"""The list as one HTML file that loads nothing and runs nothing.

Every text of somebody else's goes through `text` (one line, no turned direction, escaped, in a ``bdi`` of its own),
every address through `link`, which takes web pages only. A content security policy forbids all but the own style.
"""

import base64
import datetime
import hashlib
import math
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from ganbaru.scout.names import shown
from ganbaru.scout.seen import Account, Health
from ganbaru.scout.sifting.people import Person
from ganbaru.scout.sifting.ranking import Listed
from ganbaru.scout.sifting.reasons import asked, may_train, reason
from ganbaru.scout.sifting.sift import Sifted
from ganbaru.scout.taken import link as web_page

_LONG = 140
_SCALE = 4.0
"""Times as much answered at the right end of a bar."""


def page(sifted: Sifted) -> str:
    """The page of a list."""
    style = files("ganbaru.scout.page").joinpath("page.css").read_text("utf-8")
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"
    day = datetime.datetime.fromtimestamp(sifted.now, datetime.UTC).strftime("%Y-%m-%d")
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex, noarchive, noai">',
            f"<title>Newcomers, {day}</title><style>{style}</style></head><body><main>",
            f"<h1>Newcomers worth an evening, {day}</h1>{_lead(sifted)}",
            f"<ol>{''.join(map(_place, sifted.listed))}</ol>" if sifted.listed else _nobody(sifted),
            *_preparing(sifted),
            _sources(sifted),
            _fairness(sifted),
            "</main></body></html>",
        ]
    )


def text(found: str, most: int = _LONG) -> str:
    """A text of somebody else's as it may stand on the page."""
    return f"<bdi>{escape(shown(found, most))}</bdi>"


def link(url: str, words: str) -> str:
    """A link to a web page; the bare words where it is none."""
    safe = web_page(url)
    if not safe:
        return text(words)
    return f'<a href="{escape(safe)}" rel="noopener noreferrer nofollow external">{text(words)}</a>'


def _lead(sifted: Sifted) -> str:
    return (
        f"<p>{len(sifted.listed)} of {len(sifted.candidates):,} newcomers. Each number is how many times as much they "
        "are answered as others with as many followers; the bar is its 95 % interval from a quarter to four times, "
        "the mark in its middle what is usual. Listen first; support if you like it.</p>"
    )


def _place(listed: Listed) -> str:
    candidate = listed.candidate
    places = [*map(_account, candidate.person.accounts), *_unsure(candidate.person)]
    wishes = [f"<li>{text(wish)}</li>" for wish in asked(candidate)]
    return (
        f'<li class="person"><h2>{text(candidate.person.name, 60)}</h2>{_bar(listed)}<p>{escape(reason(listed))}</p>'
        f"{_list('places', places)}{_list('wishes', wishes)}"
        f'<p class="train">May I train on their sounds? {escape(may_train(candidate))}.</p></li>'
    )


def _list(kind: str, items: list[str]) -> str:
    return f'<ul class="{kind}">{"".join(items)}</ul>' if items else ""


def _bar(listed: Listed) -> str:
    """The interval on a logarithmic scale from a quarter to four times, as a picture with its words."""
    hidden = listed.candidate.hidden
    if hidden is None:
        return ""
    low, value, high = (100 * _along(each) for each in (hidden.low, hidden.value, hidden.high))
    words = f"{hidden.value:.1f} times as much, {hidden.low:.1f} to {hidden.high:.1f}"
    lines = (
        '<line class="axis" x1="0" x2="100" y1="4" y2="4"/><line class="usual" x1="50" x2="50" y1="0" y2="8"/>'
        f'<rect x="{low:.1f}" y="2.5" width="{high - low:.1f}" height="3"/><circle cx="{value:.1f}" cy="4" r="1.6"/>'
    )
    return (
        f'<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{words}">{lines}</svg>'
    )


def _along(times: float) -> float:
    return min(1.0, max(0.0, 0.5 + math.log(max(times, 1e-3)) / (2 * math.log(_SCALE))))


def _account(account: Account) -> str:
    counted = "" if account.followers is None else f", {account.followers:,} followers"
    return (
        f"<li>{link(account.url, account.handle or account.name or account.id)} at {text(account.place)}{counted}</li>"
    )


def _unsure(person: Person) -> Iterator[str]:
    own = {account.key for account in person.accounts}
    others = {key for tie in person.unsure for key in tie.accounts if key not in own}
    if others:
        yield f"<li>unsure: {len(others)} more that only one end links, or that is of a group</li>"


def _nobody(sifted: Sifted) -> str:
    silent = [health.source for health in sifted.health if health.state != "well"]
    why = f" {len(silent)} of {len(sifted.health)} sources told nothing: see below." if silent else ""
    return f"<p>Nobody was found to be new.{why}</p>"


def _preparing(sifted: Sifted) -> Iterator[str]:
    if sifted.preparing:
        people = "".join(f"<li>{link(each.accounts[0].url, each.name)}</li>" for each in sifted.preparing)
        yield f"<details><summary>{len(sifted.preparing):,} say to be preparing</summary><ul>{people}</ul></details>"


def _sources(sifted: Sifted) -> str:
    head = '<tr><th scope="col">source</th><th scope="col">state</th><th scope="col">what it said</th></tr>'
    return (
        f"<h2>Sources</h2><table>{head}{''.join(map(_source, sifted.health))}</table>"
        "<p>A source that is not well was not read: it does not say that nothing was posted.</p>"
    )


def _source(health: Health) -> str:
    kind = "well" if health.state == "well" else "ill"
    cells = f"<td>{health.state}</td><td>{text(health.said)}</td>"
    return f'<tr class="{kind}"><th scope="row">{text(health.source)}</th>{cells}</tr>'


def _fairness(sifted: Sifted) -> str:
    return (
        f'<p class="fair">{sifted.coverage:.0%} of the newcomers were on some list so far; unevenness (Gini) '
        f"{sifted.gini:.2f}. {len(sifted.left_out):,} were left out as advertisements, floods or impostors, "
        f"{sifted.wished:,} because they ask for it; of {sifted.unsure:,} nobody can say whether they are new. "
        "Former identities and voices are never compared.</p>"
    )
