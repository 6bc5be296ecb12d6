"""``index.html``: the page around the element."""

import base64
import hashlib
from typing import Any
from xml.etree.ElementTree import fromstring

from ganbaru._version import __version__
from ganbaru.ship.site.elements import Element, written
from ganbaru.ship.site.inside import Inside
from ganbaru.ship.site.scripts import asset

GENERATOR = "ganbaru ship"
"""By the meta element ``generator`` an earlier site is known."""
_LINES = '<script src="ganbaru-voice.js"></script>\n<ganbaru-voice src="model.wasm"></ganbaru-voice>'


def page(about: dict[str, Any], module: bytes, inside: Inside) -> str:
    """The page of a model.

    Args:
        about: what the model says of itself.
        module: its bytes; the page plays no others.
        inside: what is shown of them.
    """
    root = fromstring(asset("page.html"))
    style, scripts = asset("page.css"), {"early": asset("early.js"), "script": asset("page.js")}
    find = {each.get("id"): each for each in root.iter() if each.get("id")}
    find["policy"].set("content", _policy(style, *scripts.values()))
    find["generator"].set("content", f"{GENERATOR} {__version__}")
    find["voice"].set("integrity", fingerprint(module))
    texts = {
        "title": f"{about['name']} · ganbaru",
        "name": about["name"],
        "style": style,
        **scripts,
        "lines": _LINES,
        "foot": f"{about['made_with']} · {len(module):,} bytes",
    }
    for name, text in texts.items():
        find[name].text = text
    _look_inside(root, find["inside"], inside)
    return written(root)


def fingerprint(content: bytes) -> str:
    """As the attribute ``integrity`` and a Content-Security-Policy have it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def _look_inside(root: Element, place: Element, inside: Inside) -> None:
    shown = inside.elements()
    place.extend(shown)
    if not shown:
        main = root.find("body/main")
        assert main is not None
        main.remove(place)


def _policy(style: str, *scripts: str) -> str:
    allowed = " ".join(f"'{fingerprint(each.encode())}'" for each in scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'wasm-unsafe-eval' {allowed}",
            "worker-src blob:",
            "connect-src 'self'",
            f"style-src '{fingerprint(style.encode())}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
