"""What people ask for in their profiles and settings, in words that are the same for all places.

Sources: Mastodon ``discoverable`` (opt-in), ``noindex``, ``indexable`` (docs.joinmastodon.org, entities/Account);
Misskey ``isExplorable``, ``noCrawle``, ``preventAiLearning``, ``requireSigninToViewContents`` (its models/User.ts);
Bluesky's self-label ``!no-unauthenticated`` (docs.bsky.app, labels); read in November 2026. Words in profiles:
own rule.
"""

import re
from collections.abc import Iterable

from ganbaru.scout.names import plain

NOT_DISCOVERABLE = "not discoverable"
NOT_SEARCHABLE = "not searchable"
"""Posts are not to be found by their words; the profile may be."""
NO_INDEX = "noindex"
NO_TRAINING = "no AI training"
NO_REPOSTING = "no reposting"
MEMBERS_ONLY = "members only"

KEEP_NOTHING = frozenset({MEMBERS_ONLY})
"""Who wants to be seen by those who are logged in only: a guest keeps nothing of theirs."""

_SAID = {
    NO_REPOSTING: r"転載(は|を)?(禁止|厳禁|お断り|ng)|\bno ?reposts?\b|do not repost",
    NO_TRAINING: r"(ai|人工知能|機械|生成ai)(による|への|の)?学習(は|を|も)?(禁止|厳禁|お断り|ng|しないで)"
    r"|ai(の)?(使用|利用)(は|を|も)?(禁止|お断り|ng)|無断学習|\bnoai\b|\bno ai (training|learning|use)\b|do not train",
    NO_INDEX: r"#nobot\b|#noindex\b|#nosearch\b|#noarchive\b",
}
_PATTERNS = {wish: re.compile(pattern) for wish, pattern in _SAID.items()}


def said(*texts: str) -> list[str]:
    """The wishes that a profile states in words, in whatever width or case they are written."""
    flat = "\n".join(plain(text) for text in texts)
    return [wish for wish, pattern in _PATTERNS.items() if pattern.search(flat)]


def ordered(wishes: Iterable[str]) -> tuple[str, ...]:
    """Each once, in one order, so that equal wishes are equal values."""
    return tuple(sorted(set(wishes)))
