"""Manifests of the Coalition for Content Provenance and Authenticity: what they say of training and data mining.

Read by the package c2pa-python where it is installed (an optional package, with a library of its own for each system);
where it is not, it is only said that a manifest is there. What is read is a wish that somebody signed, no licence; who
signed it is told, not judged. Assertions: CAWG training and data mining 1.1, and C2PA's own before it.
"""

import importlib
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganbaru.rights.reading.shelf import quoted

_LABELS = ("cawg.training-mining", "c2pa.training-mining")
_MOST = 32
UNREAD = ("C2PA", "a manifest is there; it was not looked at")
"""In place of wishes, where they cannot be read."""


def installed() -> bool:
    """Whether manifests can be read here."""
    return importlib.util.find_spec("c2pa") is not None


def wishes(path: Path) -> list[tuple[str, str]]:
    """What the active manifest of a file says of training and data mining.

    Raises:
        ValueError: there is none that can be read; says why.
    """
    try:
        with importlib.import_module("c2pa").Reader(str(path)) as reader:
            content = json.loads(reader.json())
    except Exception as error:  # its errors share no base class that is public
        raise ValueError(quoted(str(error)) or type(error).__name__) from None
    return list(asserted(content))


def asserted(content: Any) -> Iterator[tuple[str, str]]:
    """The wishes in a manifest store as the package gives it: ``("C2PA cawg.ai_training", "notAllowed")``."""
    active = _at(_at(content, "manifests"), _at(content, "active_manifest"))
    signed = _at(_at(active, "signature_info"), "common_name")
    assertions = _at(active, "assertions")
    for assertion in assertions[:_MOST] if isinstance(assertions, list) else ():
        label = _at(assertion, "label")
        if not isinstance(label, str) or label.split("__")[0] not in _LABELS:
            continue
        entries = _at(_at(assertion, "data"), "entries")
        for name, entry in list(entries.items())[:_MOST] if isinstance(entries, dict) else ():
            said = f"{_at(entry, 'use')}{_constraint(entry)}{f', signed by {signed}' if signed else ''}"
            yield quoted(f"C2PA {name}"), quoted(said)


def _constraint(entry: Any) -> str:
    words = _at(entry, "constraint_info") or _at(entry, "constraints_info")
    return f" ({words})" if words else ""


def _at(value: Any, key: Any) -> Any:
    return value.get(key) if isinstance(value, dict) and isinstance(key, str) else None
