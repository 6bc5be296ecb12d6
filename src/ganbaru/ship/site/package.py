"""The same module as an npm package."""

import json
import re
from string import Template
from typing import Any

from ganbaru.ship.site.scripts import asset, module

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\da-zA-Z-]+(\.[\da-zA-Z-]+)*)?")
_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")


def package(about: dict[str, Any], wasm: bytes) -> dict[str, bytes]:
    """The files of a package, by name.

    Args:
        about: what the model says of itself.
        wasm: the module.
    """
    texts = {
        "index.js": module(),
        "index.d.ts": asset("texts", "index.d.ts"),
        "package.json": json.dumps(_manifest(about), ensure_ascii=False, indent=2) + "\n",
        "README.md": _told("README.md", about),
        "LICENSE": _told("LICENSE.txt", about),
    }
    return {name: text.encode() for name, text in texts.items()} | {"model.wasm": wasm}


def package_name(name: str) -> str:
    """A model's name as npm takes one: lower-case letters, digits and hyphens."""
    return "ganbaru-voice-" + (_slug(name.lower()) or "model")


def _manifest(about: dict[str, Any]) -> dict[str, Any]:
    version = about["version"]
    return {
        "name": package_name(about["name"]),
        "version": version if _VERSION.fullmatch(version) else f"0.0.0-{_slug(version) or 'unknown'}",
        "description": f"A generator of sound, {about['name']}, as a custom element. Its sounds are machine-made.",
        "license": _licence(about["licence"]),
        "type": "module",
        "exports": {
            ".": {"types": "./index.d.ts", "default": "./index.js"},
            "./model.wasm": "./model.wasm",
        },
        "types": "./index.d.ts",
        "files": ["index.js", "index.d.ts", "model.wasm", "LICENSE"],
        "sideEffects": ["./index.js"],
        "keywords": ["audio", "sound", "generative", "webassembly", "custom-element"],
    }


def _licence(licence: str | None) -> str:
    """As package.json has it: an expression, where to read, or that nobody was allowed anything."""
    if licence is None:
        return "UNLICENSED"
    return f"({licence} AND Apache-2.0)" if _EXPRESSION.fullmatch(licence) else "SEE LICENSE IN LICENSE"


def _told(file: str, about: dict[str, Any]) -> str:
    literal = _markdown if file.endswith(".md") else _line
    credits = [literal(each) for each in about["credits"]] or ["nobody is named"]
    return Template(asset("texts", file)).substitute(
        name=literal(about["name"]),
        version=literal(about["version"]),
        made_with=literal(about["made_with"]),
        package=package_name(about["name"]),
        licence=literal(about["licence"] or "licence not stated"),
        credits="\n".join(f"- {each}" for each in credits),
    )


def _slug(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "-", text).strip("-")


def _line(text: str) -> str:
    """On one line, whatever it holds."""
    return " ".join(text.split())


def _markdown(text: str) -> str:
    """Likewise, as letters that mean nothing to Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>&~])", r"\\\1", _line(text))
