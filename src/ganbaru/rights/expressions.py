"""SPDX licence expressions: checked, spelt as the list spells them, and taken apart into what may be chosen.

Grammar and precedence (WITH, then AND, then OR) are those of the SPDX specification 2.3, annex D. Which identifiers
exist is known to the package license-expression; where it is not installed, only the most common are, and `complete`
says so.
"""

import re
from functools import lru_cache
from itertools import product
from typing import Any

try:
    from license_expression import get_spdx_licensing
except ImportError:  # an optional package
    get_spdx_licensing = None

LONGEST, DEEPEST, MOST = 1_000, 20, 64
"""Letters, nested brackets and alternatives up to which an expression is believed to be one."""
NO_ASSERTION = "NOASSERTION"
"""SPDX's word for: something was said, but no licence that is known here."""

_TOKEN = re.compile(r"[()]|[^\s()]+")
_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_COMMON = (
    "0BSD AFL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 "
    "CDLA-Permissive-2.0 EUPL-1.2 FSFAP GFDL-1.3-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later "
    "ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-2.0 ODbL-1.0 OFL-1.1 "
    "Unlicense WTFPL Zlib CC-PDDC CC-PDM-1.0"
)
_ELEMENTS = ("BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND")
_VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
_PORTED = (
    "CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-SA-2.0-UK "
    "CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT CC-BY-SA-3.0-DE CC-BY-SA-3.0-IGO CC-BY-NC-3.0-DE CC-BY-ND-3.0-DE "
    "CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR CC-BY-NC-SA-2.0-UK "
    "CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO"
)

Alternatives = list[tuple[str, ...]]


class _NoExpression(ValueError):
    pass


def complete() -> bool:
    """Whether the whole list of SPDX is known, not the common part of it only."""
    return get_spdx_licensing is not None


@lru_cache(maxsize=4096)
def canonical(text: str) -> str | None:
    """An expression with its identifiers as the list spells them; None where it is no valid one.

    >>> canonical("mit or cc-by-3.0-de"), canonical("free for all")
    ('MIT OR CC-BY-3.0-DE', None)
    """
    try:
        tokens = _tokens(text)
        _alternatives(tokens)
    except _NoExpression:
        return None
    spelt = " ".join(tokens).replace("( ", "(").replace(" )", ")")
    return spelt or None


def alternatives(expression: str) -> Alternatives:
    """What may be chosen: each alternative with the identifiers that hold together in it, exceptions included.

    >>> alternatives("MIT AND (CC0-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0)")
    [('MIT', 'CC0-1.0'), ('MIT', 'GPL-2.0-only WITH Classpath-exception-2.0')]
    """
    try:
        return _alternatives(_tokens(expression))
    except _NoExpression:
        return [(expression,)]


def leaves(expression: str) -> list[str]:
    """Every identifier in an expression once, in order."""
    return list(dict.fromkeys(leaf for choice in alternatives(expression) for leaf in choice))


def same(one: str, other: str) -> bool:
    """Whether two expressions say the same, whatever the order of their parts."""
    return {frozenset(choice) for choice in alternatives(one)} == {frozenset(choice) for choice in alternatives(other)}


def _tokens(text: str) -> list[str]:
    if not 0 < len(text) <= LONGEST:
        raise _NoExpression
    return [_token(token) for token in _TOKEN.findall(text)]


def _token(token: str) -> str:
    if token in "()" or token.upper() in ("AND", "OR", "WITH"):
        return token.upper()
    known = _known(token)
    if known is None:
        raise _NoExpression
    return known


@lru_cache(maxsize=4096)
def _known(identifier: str) -> str | None:
    """An identifier as the list spells it; None where it is not on it."""
    if _REFERENCE.fullmatch(identifier) or identifier == NO_ASSERTION:
        return identifier
    if get_spdx_licensing is None:
        return _common().get(identifier.lower())
    symbol = _licensing().known_symbols.get(identifier) or _by_lower_case().get(identifier.lower())
    return None if symbol is None else str(symbol.key)


@lru_cache(maxsize=1)
def _licensing() -> Any:
    return get_spdx_licensing()


@lru_cache(maxsize=1)
def _by_lower_case() -> dict[str, Any]:
    """Every symbol by each of its names: old spellings such as ``GPL-3.0+`` lead to the new."""
    found: dict[str, Any] = {}
    for symbol in _licensing().known_symbols.values():
        for name in (symbol.key, *symbol.aliases):
            found.setdefault(name.lower(), symbol)
    return found


@lru_cache(maxsize=1)
def _common() -> dict[str, str]:
    creative = [f"CC-{elements}-{version}" for elements in _ELEMENTS for version in _VERSIONS]
    return {name.lower(): name for name in (*_COMMON.split(), *creative, *_PORTED.split())}


def _alternatives(tokens: list[str]) -> Alternatives:
    found, rest = _either(tokens, 0)
    if rest:
        raise _NoExpression
    return found


def _either(tokens: list[str], depth: int) -> tuple[Alternatives, list[str]]:
    found, rest = _both(tokens, depth)
    while rest and rest[0] == "OR":
        more, rest = _both(rest[1:], depth)
        found = _few([*found, *more])
    return found, rest


def _both(tokens: list[str], depth: int) -> tuple[Alternatives, list[str]]:
    found, rest = _one(tokens, depth)
    while rest and rest[0] == "AND":
        more, rest = _one(rest[1:], depth)
        found = _few([tuple(dict.fromkeys((*left, *right))) for left, right in product(found, more)])
    return found, rest


def _one(tokens: list[str], depth: int) -> tuple[Alternatives, list[str]]:
    if not tokens or tokens[0] in (")", "AND", "OR", "WITH") or depth > DEEPEST:
        raise _NoExpression
    if tokens[0] == "(":
        found, rest = _either(tokens[1:], depth + 1)
        if not rest or rest[0] != ")":
            raise _NoExpression
        return found, rest[1:]
    if tokens[1:2] == ["WITH"]:
        if len(tokens) < 3 or tokens[2] in ("(", ")", "AND", "OR", "WITH"):
            raise _NoExpression
        return [(f"{tokens[0]} WITH {tokens[2]}",)], tokens[3:]
    return [(tokens[0],)], tokens[1:]


def _few(found: Alternatives) -> Alternatives:
    if len(found) > MOST:
        raise _NoExpression
    return list(dict.fromkeys(found))
