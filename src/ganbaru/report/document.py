"""One HTML document that needs nothing beside it, and the promise that no script runs in it but its own."""

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files

from ganbaru.report.markup import Markup, tag


def document(title: str, parts: Iterable[Markup], *, assets: Iterable[str] = ("page",)) -> str:
    """A page.

    Args:
        title: of its window.
        parts: what it shows, from top to bottom.
        assets: files of this room, without their endings: a style and a script each.
    """
    named = tuple(assets)
    style, script = (Markup("".join(_asset(f"{name}.{kind}") for name in named)) for kind in ("css", "js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} · ganbaru"),
        tag("style", style),
    )
    body = tag("body", tag("main", *parts), tag("script", script))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _asset(name: str) -> str:
    """A file of this room: our own, so it is markup as it stands."""
    return files("ganbaru.report").joinpath(name).read_text(encoding="utf-8")


def _hash(asset: str) -> str:
    digest = base64.b64encode(hashlib.sha256(asset.encode()).digest()).decode()
    return f"'sha256-{digest}'"
