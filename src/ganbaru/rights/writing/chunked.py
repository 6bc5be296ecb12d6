"""Tags of WAV (RIFF INFO) and AIFF files (copyright, annotation, ID3), as chunks behind the audio."""

from ganbaru.errors import UserError
from ganbaru.rights.writing import id3
from ganbaru.rights.writing.statement import Statement
from ganbaru.runs.mark import LICENCE
from ganbaru.runs.riff import chunks, encoded, joined, with_info

_REPLACED = (b"(c) ", b"ANNO", b"ID3 ", b"id3 ")


def wav(data: bytes, statement: Statement) -> bytes:
    """A WAV file with a statement.

    Raises:
        UserError: it is no WAV file, or torn.
    """
    fields = {"ICOP": statement.copyright, "ICMT": statement.comment, "ISFT": statement.software}
    return with_info(data, {**fields, LICENCE: statement.licence})


def aiff(data: bytes, statement: Statement) -> bytes:
    """An AIFF file with a statement.

    Raises:
        UserError: it is no AIFF file, or torn.
    """
    if data[:4] != b"FORM" or data[8:12] not in (b"AIFF", b"AIFC"):
        raise UserError("this is no AIFF file", hint="check its ending")
    parts = [each for each in chunks(data, "big", needed=(b"COMM", b"SSND")) if each[0] not in _REPLACED]
    texts = {b"(c) ": statement.copyright, b"ANNO": statement.comment}
    parts += [(name, encoded(text)) for name, text in texts.items() if text]
    return joined(b"FORM", data[8:12], [*parts, (b"ID3 ", id3.tag(statement))], "big")
