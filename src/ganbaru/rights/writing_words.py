"""Writes the sentences of `draft_words` in one language."""

import re

from ganbaru.rights.draft_words import WORDS

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_MARKUP = re.compile(r"<(?!https?://)")


def plain(text: str) -> str:
    """What others wrote, such as a name, so that it stays one line of text and is no markup in Markdown.

    >>> plain("a|b\\n<script>[x](y)")
    'a¦b &lt;script>[x]\\\\(y)'
    """
    return _MARKUP.sub("&lt;", _CONTROL.sub(" ", text)).replace("](", "]\\(").replace("|", "¦")


class Writer:
    """Writes in one language.

    Args:
        lang: "en" or "ja".
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, sentence: str, **places: object) -> str:
        """The sentence of that name, its places filled."""
        filled = {name: plain(value) if isinstance(value, str) else value for name, value in places.items()}
        return WORDS[sentence].say(self.lang).format(**filled)

    def day(self, iso: str) -> str:
        """A day: as ISO 8601 writes it, in Japanese with 年, 月 and 日; as it is where it is none."""
        parts = iso.split("-")
        if self.lang != "ja" or len(parts) != 3 or not all(part.isdigit() for part in parts):
            return iso
        year, month, day = map(int, parts)
        return f"{year}年{month}月{day}日"

    def span(self, seconds: float) -> str:
        """A length of time: seconds below two minutes, then minutes, then hours."""
        for unit, size, words in (("h", 3600, "時間"), ("min", 60, "分")):
            if seconds >= 2 * size:
                return f"{seconds / size:.1f}{words}" if self.lang == "ja" else f"{seconds / size:.1f} {unit}"
        return f"{seconds:.1f}秒" if self.lang == "ja" else f"{seconds:.1f} s"
