"""What is taken out of a document that somebody else wrote: of the right type and length, or nothing.

A number is a whole one from 0 to 2⁵³, a text holds no half signs and no more than it may, a link leads to a web page.
"""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from ganbaru.scout.trouble import Out

MOST_TEXT, MOST_NAME = 20_000, 500
_MOST_ITEMS = 1_000
_MOST_COUNT = 2**53


def text(document: Any, *path: str, most: int = MOST_TEXT) -> str:
    """The text at a path of keys; "" where there is none. A whole number there is written out."""
    found = at(document, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**30:
        found = str(found)
    return clean(found, most) if isinstance(found, str) else ""


def clean(found: str, most: int = MOST_TEXT) -> str:
    """A text that can be stored: cut, without NUL and halves of signs."""
    return found[:most].replace("\0", "").encode("utf-8", "replace").decode()


def name(document: Any, *path: str) -> str:
    """A short text, such as a name or an identifier."""
    return text(document, *path, most=MOST_NAME)


def count(document: Any, *path: str) -> int | None:
    """The number at a path; None where there is none that counts something."""
    found = at(document, *path)
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 17:
        found = int(found)
    fine = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < _MOST_COUNT
    return found if fine else None


def flag(document: Any, *path: str) -> bool | None:
    """The truth value at a path; None where there is none."""
    found = at(document, *path)
    return found if isinstance(found, bool) else None


def items(document: Any, *path: str) -> list[Any]:
    """The list at a path, empty where there is none; its first thousand."""
    found = at(document, *path)
    return found[:_MOST_ITEMS] if isinstance(found, list) else []


def texts(document: Any, *path: str) -> tuple[str, ...]:
    """The short texts in the list at a path."""
    return tuple(clean(one, MOST_NAME) for one in items(document, *path) if isinstance(one, str))


def at(document: Any, *path: str) -> Any:
    """What stands at a path of keys; None where the path breaks off."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def rows(document: Any, what: str) -> list[dict[str, Any]]:
    """The objects of a document that must be a list.

    Raises:
        Out: it is none.
    """
    if not isinstance(document, list):
        raise Out(f"the answer is no list of {what}")
    return [row for row in document[:_MOST_ITEMS] if isinstance(row, dict)]


def link(found: str) -> str:
    """The address of a web page, or ""."""
    try:
        parts = urlsplit(found.strip())
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return found.strip() if fine and found.isprintable() and len(found) <= 2_000 else ""


def links_in(found: str) -> tuple[str, ...]:
    """The addresses of web pages that stand in a text, in order, each once."""
    words = (word.strip("()[]<>「」『』【】、。，．,.;!'\"") for word in _spaced(found).split())
    return tuple(dict.fromkeys(one for one in (link(word) for word in words if "://" in word) if one))


def _spaced(found: str) -> str:
    """With a space before each address, as Japanese text often has none."""
    for scheme in ("https://", "http://"):
        found = found.replace(scheme, f" {scheme}")
    return "".join(sign if sign.isascii() else " " for sign in found)


class _Plain(HTMLParser):
    """Collects the text and the links of a piece of HTML; nothing of it is ever kept as markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in ("br", "p", "div", "li"):
            self.pieces.append("\n")
        if tag == "a":
            self.links += [value for key, value in attrs if key == "href" and value]


def from_html(found: str) -> tuple[str, tuple[str, ...]]:
    """The plain text of a piece of HTML, and the web pages that it links to."""
    parser = _Plain()
    parser.feed(found)
    parser.close()
    return "".join(parser.pieces).strip(), tuple(one for one in (link(value) for value in parser.links) if one)
