"""Seals: how a stored text carries the checksum of its own bytes.

The bytes are hashed, not the meaning, so that a flip in a blank is found as surely as one in a number:

- a JSON document ends in the key ``sha256``: the SHA-256 of every byte before that key's line;
- a line of JSON ends in the key ``check``: the first 16 digits of the SHA-256 of every byte before that key;
- a TOML document ends in a comment line: the SHA-256 of every byte above it.

JSON here is strict: ``nan`` and the infinities, which JSON lacks, are stored as the strings ``"NaN"``, ``"Infinity"``
and ``"-Infinity"`` (the names that JavaScript's ``Number()`` and the JSON form of protocol buffers read) and come back
as floats. A text that happens to be one of these gets a backslash in front, so that it comes back as the text it was.
"""

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from typing import Any

import tomli_w

_NAMES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_JSON_HEAD, _JSON_TAIL = b'\n "sha256": "', b'"\n}\n'
_LINE_HEAD, _LINE_TAIL = b' "check": "', b'"}\n'
_TOML_HEAD, _TOML_TAIL = b"# sha256 of every byte above this line: ", b"\n"


class Broken(ValueError):
    """The bytes do not match their seal."""


def digest(data: bytes) -> str:
    """SHA-256 of ``data``, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _close(body: bytes, head: bytes, tail: bytes, digits: int = 64) -> bytes:
    return body + head + digest(body)[:digits].encode() + tail


def _body(data: bytes, head: bytes, tail: bytes, digits: int = 64) -> bytes:
    """The bytes that the seal is for; raises Broken unless ``data`` is exactly these bytes and their seal."""
    body = data[: max(0, len(data) - len(head) - digits - len(tail))]
    if _close(body, head, tail, digits) != data:
        raise Broken
    return body


def seal_json(value: Mapping[str, Any]) -> bytes:
    """A JSON document, indented, with its seal as the last key.

    Raises:
        ValueError: ``value`` has a key ``sha256`` itself.
        TypeError: something in it is no number, text, list or mapping.
    """
    return _close(_start(value, "sha256", indent=1), _JSON_HEAD, _JSON_TAIL)


def open_json(data: bytes) -> dict[str, Any]:
    """What ``seal_json`` was given. Raises Broken on any other bytes."""
    _body(data, _JSON_HEAD, _JSON_TAIL)
    return _load(data, "sha256")


def seal_line(record: Mapping[str, Any]) -> bytes:
    """One line of JSON with its seal, the key ``check``, as the last, and a newline. Raises as ``seal_json`` does."""
    return _close(_start(record, "check", indent=None), _LINE_HEAD, _LINE_TAIL, 16)


def open_line(data: bytes) -> dict[str, Any]:
    """What ``seal_line`` was given; ``data`` ends in the newline. Raises Broken on any other bytes."""
    _body(data, _LINE_HEAD, _LINE_TAIL, 16)
    return _load(data, "check")


def seal_toml(document: Mapping[str, Any]) -> bytes:
    """A TOML document with its seal as a comment in the last line.

    Half a character, as in a file name that is no UTF-8, is written as its escape: TOML has no place for it.

    Raises:
        TypeError: something in it has no place in TOML, such as None; says which key.
    """
    body = tomli_w.dumps(_tame(document, "document")).encode()
    return _close(body, _TOML_HEAD, _TOML_TAIL)


def open_toml(data: bytes) -> dict[str, Any]:
    """What ``seal_toml`` was given. Raises Broken on any other bytes."""
    return tomllib.loads(_body(data, _TOML_HEAD, _TOML_TAIL).decode())


def _start(value: Mapping[str, Any], seal: str, *, indent: int | None) -> bytes:
    """The JSON text up to where the seal's key goes, its comma included."""
    if seal in value:
        raise ValueError(f"the key {seal!r} is the seal's own")
    plain = _plain(value, "value")
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=indent)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half a character, as in a file name that is no UTF-8
        data = json.dumps(plain, ensure_ascii=True, allow_nan=False, indent=indent).encode()
    return data.removesuffix(b"}").removesuffix(b"\n") + (b"," if plain else b"")


def _load(data: bytes, seal: str) -> dict[str, Any]:
    value = json.loads(data)
    del value[seal]
    return {key: _lively(item) for key, item in value.items()}


def _plain(value: Any, where: str) -> Any:
    """``value`` as strict JSON can hold it."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _float_name(value)
    if isinstance(value, str):
        return "\\" + value if value.lstrip("\\") in _NAMES else value
    if isinstance(value, Mapping):
        return {_key(key, where): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    return _plain(_scalar(value, where), where)


def _lively(value: Any) -> Any:
    """What ``_plain`` was given."""
    if isinstance(value, str) and value.lstrip("\\") in _NAMES:
        return _NAMES[value] if value in _NAMES else value[1:]
    if isinstance(value, dict):
        return {key: _lively(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_lively(item) for item in value]
    return value


def _tame(value: Any, where: str) -> Any:
    """``value`` as TOML can hold it."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_tame(_key(key, where), where): _tame(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tame(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, bool | int):
        return value
    return float(value) if isinstance(value, float) else _tame(_scalar(value, where), where)


def _float_name(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _key(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{where} has the key {key!r}; only texts can be keys")
    return key


def _scalar(value: Any, where: str) -> Any:
    """The Python number in an array library's scalar."""
    item = getattr(value, "item", None)
    number = item() if callable(item) and getattr(value, "shape", None) == () else value
    if type(number) is type(value):
        raise TypeError(f"{where} is a {type(value).__name__}, which cannot be stored")
    return number
