"""Who is new, by evidence: a first post, a debut that is announced, a first stream. Never by how few follow.

An account may be old and its performer new, and the other way round; so the day that counts is the debut's where one
is known. What was posted before anybody looked cannot be seen, so the first post that was seen is evidence only where
the profile's own count of posts, or its day of opening, says that there were none before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ganbaru.scout.names import plain, plain_tag
from ganbaru.scout.seen import Post
from ganbaru.scout.sifting.people import Person
from ganbaru.scout.times import DAY

WINDOW_DAYS = 120
"""Days since the debut for which somebody is new."""
_SEEN_FROM_START = 3
"""Posts that the profile counts beyond those that were seen, up to which the first one seen was the first."""
_DEBUT_TAGS = frozenset(
    map(
        plain_tag,
        (
            "初配信",
            "VTuberデビュー",
            "Vtuberデビュー配信",
            "デビュー配信",
            "初投稿",
            "vtuberdebut",
            "debutstream",
            "初配信告知",
        ),
    )
)
_COMING_TAGS = frozenset(map(plain_tag, ("VTuber準備中", "デビュー準備中", "preVTuber", "準備中VTuber")))
_DEBUT = re.compile(
    r"初配信|初投稿|デビュー(配信|しま|です|した|の日)|はじめまして|\bdebut(ed| stream|ing)?\b|\bfirst stream\b"
)
_ANNIVERSARY = re.compile(
    r"周年|\d+\s?(年|ヶ月|か月|カ月|ヵ月)(経|たち|が経|記念|目)|から\d+\s?(年|ヶ月|か月|カ月|ヵ月)|アーカイブ|思い出|振り返|"
    r"\banniversary\b|\byears? (since|ago)\b|\bmonths? since\b|\bthrowback\b"
)
"""A debut that is remembered, not announced."""
_OF_OTHERS = re.compile(
    r"おめでと|お疲れ|お祝い|の初配信|さんの|ちゃんの|くんの|様の|\bcongrat|\bgo watch\b|\bwelcome\b"
)


@dataclass(frozen=True)
class Newness:
    """How new somebody is.

    Attributes:
        verdict: "new", "preparing" (says so, and no debut was seen), "not new" or "unsure".
        day: when they began (UTC seconds); None where that is not known.
        evidence: what it is told by, a phrase each.
    """

    verdict: Literal["new", "preparing", "not new", "unsure"]
    day: float | None
    evidence: Sequence[str]


def newness(person: Person, posts: Sequence[Post], *, now: float) -> Newness:
    """How new somebody is, by what they posted themselves.

    Args:
        person: with accounts.
        posts: theirs, of any account and in any order; reposts are not looked at.
        now: UTC seconds.
    """
    own = sorted((post for post in posts if not post.repost_of), key=lambda post: post.at)
    debut = next((post.at for post in own if _announces(post)), None)
    stream = next((post.at for post in own if post.sort != "post"), None)
    opened = min((account.created for account in person.accounts if account.created), default=None)
    first = _first_post(person, own)
    named = {"account opened": opened, "first post": first, "debut": debut, "first stream": stream}
    evidence = [f"{what} {_ago(at, now)}" for what, at in named.items() if at is not None]
    if debut is None and stream is None and _is_preparing(own):
        return Newness("preparing", None, [*evidence, "says to be preparing"])
    verdict, day = _ruled(debut, stream, opened if first is None else first, now - WINDOW_DAYS * DAY)
    return Newness(verdict, day, evidence)


def _ruled(
    debut: float | None, stream: float | None, begun: float | None, start: float
) -> tuple[Literal["new", "not new", "unsure"], float | None]:
    """By the debut where one was announced, else by when everything began; streams before the window end all doubt."""
    if stream is not None and stream < start:
        return "not new", stream
    if debut is not None:
        return ("new" if debut >= start else "not new"), debut
    if begun is not None and begun >= start:
        return "new", begun if stream is None else stream
    return "unsure", stream


def _announces(post: Post) -> bool:
    """Whether a post announces its author's own debut."""
    text = plain(post.text)
    if _ANNIVERSARY.search(text) or (_OF_OTHERS.search(text) and (post.mentions or "さん" in text or "@" in text)):
        return False
    return bool(_DEBUT_TAGS & {plain_tag(tag) for tag in post.tags}) or (
        post.sort != "post" and bool(_DEBUT.search(text))
    )


def _is_preparing(own: Sequence[Post]) -> bool:
    return any(_COMING_TAGS & {plain_tag(tag) for tag in post.tags} for post in own)


def _first_post(person: Person, own: Sequence[Post]) -> float | None:
    """When the very first post was, where all of them were seen; None where earlier ones may have been missed."""
    counts = [account.posts for account in person.accounts]
    if not own or any(count is None for count in counts):
        return None
    missed = sum(count for count in counts if count is not None) - len(own)
    return own[0].at if missed <= _SEEN_FROM_START else None


def _ago(at: float, now: float) -> str:
    days = max(0, int((now - at) // DAY))
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days:,} days ago"
