"""The speech world (its renderer is on its way)."""

from typing import Any

from ganbaru.errors import UserError
from ganbaru.sources.source import SoundSource


def speech(words: str, **options: Any) -> SoundSource:
    """Words spoken by a synthesiser."""
    raise UserError(f"{words}: the speech world is not here yet", hint="open a folder or a toy world")
