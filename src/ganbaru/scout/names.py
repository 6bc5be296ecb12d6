"""Names and tags for comparing, and names for showing: people write the same in many ways, and some do so to deceive.

`plain` is what two names are compared by; it is never shown. `shown` is what may stand on a page or in a terminal: it
reads as the name does, and can neither turn round the text after it nor break out of its line.
"""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Signs without a shape of their own: zero widths, turners of direction, variation selectors, fillers, tags."""
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HEAPED = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def plain(text: str) -> str:
    """For comparing: one width, one case, no unseen signs, single spaces."""
    flat = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", flat)).split())


def plain_tag(tag: str) -> str:
    """A hashtag for comparing: as `plain`, without its sign."""
    return plain(tag).lstrip("#").strip()


def shown(text: str, most: int = 200) -> str:
    """For showing: one line of at most ``most`` characters, no control signs, no turned direction, few accents."""
    line = " ".join(_TURNING.sub("", text[: 4 * most]).split())
    kept = "".join(sign for sign in line if unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn"))
    calm = _HEAPED.sub(r"\1", kept)
    return calm if len(calm) <= most else calm[: most - 1] + "…"
