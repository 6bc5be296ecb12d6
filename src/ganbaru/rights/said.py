"""What the data of this room is made of: a sentence in two languages, and where a statement was read."""

from dataclasses import dataclass
from typing import Any, Literal

from ganbaru.errors import UserError

Mark = Literal["verified", "secondary", "unverified"]
"""How well a statement was checked: read at its source, read at somebody who reports it, or remembered only."""

MARKS = ("verified", "secondary", "unverified")
LANGUAGES = ("en", "ja")


@dataclass(frozen=True)
class Text:
    """One thing said in both languages."""

    en: str
    ja: str

    def say(self, lang: str) -> str:
        """In ``lang``: "en" or "ja"."""
        return self.ja if lang == "ja" else self.en


@dataclass(frozen=True)
class Source:
    """Where a statement comes from.

    Attributes:
        title: of the document; title_ja: in Japanese, where it differs.
        url: where it stands; "" for a document without one.
        date: of the document (ISO 8601, as exactly as is known); "" where unknown.
        read: the day on which it was read.
        mark: how well it was checked.
    """

    title: str
    url: str
    date: str
    read: str
    mark: Mark
    title_ja: str = ""

    def name(self, lang: str) -> str:
        """The title in that language."""
        return self.title_ja if lang == "ja" and self.title_ja else self.title

    def line(self, lang: str) -> str:
        """For a list of sources: title, date, address and, where it was not read itself, how it is known."""
        dated = f", {self.date}" if self.date else ""
        known = _KNOWN[self.mark][lang == "ja"]
        return f"{self.name(lang)}{dated}{f' <{self.url}>' if self.url else ''}{f' [{known}]' if known else ''}"


_KNOWN: dict[str, tuple[str, str]] = {
    "verified": ("", ""),
    "secondary": ("as others report it", "二次資料による"),
    "unverified": ("unverified", "未確認"),
}


def source_of(entry: dict[str, Any], where: str) -> Source:
    """A source as the data files write it.

    Raises:
        UserError: a key is missing or unknown, or the mark is none.
    """
    wanted = {"title", "read", "mark"}
    missing, strange = wanted - entry.keys(), entry.keys() - wanted - {"url", "date", "title_ja"}
    if missing or strange or entry["mark"] not in MARKS or not entry["title"]:
        raise UserError(
            f"{where}: a source needs title, read and mark {MARKS}, and may have url, date and title_ja: {entry}"
        )
    return Source(
        entry["title"],
        entry.get("url", ""),
        entry.get("date", ""),
        entry["read"],
        entry["mark"],
        entry.get("title_ja", ""),
    )


def text_of(entry: dict[str, Any], where: str) -> Text:
    """A sentence as the data files write it: keys "en" and "ja".

    Raises:
        UserError: one of them is missing or empty.
    """
    if not entry.get("en") or not entry.get("ja"):
        raise UserError(f"{where}: wants a sentence in en and in ja")
    return Text(entry["en"], entry["ja"])
