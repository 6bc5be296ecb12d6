"""Names of files as people may safely read them: in a terminal, a log, a table."""

import os

_HARMLESS = {"\u200d", "\u3000"}  # the joiner inside emoji, the Japanese space
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


def printable(name: str | bytes | os.PathLike[str]) -> str:
    """``name`` with everything that could move a cursor or hide a word written as an escape.

    Letters of every script and emoji stay; line breaks, control and direction marks, and the bytes of a name that
    was no valid UTF-8 become ``\\n``, ``\\x1b``, ``\\u202e``, ``\\xff``. Two different names never print alike.

    >>> printable("太鼓 🥁.wav"), printable("a\\nb.wav")
    ('太鼓 🥁.wav', 'a\\\\nb.wav')
    """
    return "".join(_escape(letter) for letter in os.fsdecode(name))


def _escape(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable() or letter in _HARMLESS:
        return letter
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: a raw byte
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
