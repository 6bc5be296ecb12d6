"""The element's script: parts that lie beside this file, one behind the other, and two ways to load them."""

import json
from functools import cache
from importlib.resources import files

from ganbaru._version import __version__

_PARTS = (
    *("words", "loading", "engine", "model"),
    *("spectrum", "pictures", "wav", "playing"),
    *("panel", "view", "latest", "element"),
)
_NAMES = ("GanbaruVoice", "Model", "VoiceError", "between", "wavBytes")
_HEAD = f"// <ganbaru-voice> of ganbaru {__version__}. SPDX-License-Identifier: Apache-2.0\n"


def classic() -> str:
    """A script that defines ``<ganbaru-voice>`` and nothing else; it runs from a folder on disk as well.

    It holds ASCII alone: somebody's page that does not say how it is encoded passes its own encoding on to it.
    """
    return f'{_HEAD}"use strict";\n(() => {{\nconst HOME = null;\n{_body()}}})();\n'


def module() -> str:
    """A module that does so too, exports what it is made of, and knows the model beside it."""
    home = 'const HOME = new URL("model.wasm", import.meta.url).href;'
    return f"{_HEAD}{home}\n{_body()}export {{ {', '.join(_NAMES)} }};\n"


def asset(*path: str) -> str:
    """The text of a file of this room."""
    return files("ganbaru.ship.site").joinpath(*path).read_text(encoding="utf-8")


@cache
def _body() -> str:
    style = f"const STYLE = {json.dumps(asset('voice', 'voice.css'))};\n"
    parts = style + "\n".join(asset("voice", f"{name}.js") for name in _PARTS)
    return parts.encode("ascii", "backslashreplace").decode()
