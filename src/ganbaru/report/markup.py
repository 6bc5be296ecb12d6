"""HTML, escaped at this one place: plain text becomes markup only through `tag`, `text` and `join`."""

import html
from collections.abc import Iterable

_VOID = frozenset({"meta", "img", "br", "input", "wbr"})
Value = str | int | float | bool | None


class Markup(str):
    """Text that is HTML already. Made by this file, and by whoever vouches for what it wraps."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Anything as text of the page: its letters, whatever they are."""
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Pieces one after another; those that are no markup are escaped."""
    return Markup(between.join(text(part) for part in parts))


def tag(name: str, /, *children: object, **attributes: Value) -> Markup:
    """An element.

    Args:
        name: such as ``"p"``.
        children: markup, or text that will be escaped.
        attributes: ``class_`` is written ``class``, ``data_gain`` is written ``data-gain``; True writes the bare name,
            False and None leave it out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def _attribute(key: str, value: Value) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{text(value)}"'
