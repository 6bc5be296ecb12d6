"""An answer of a server, read in blocks under a cap and checked before anything in it is believed."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganbaru.scout.trouble import Out

JSON = ("application/json", "application/activity+json")
XML = ("application/atom+xml", "application/xml", "text/xml", "application/rss+xml")
ANY = ("*/*",)
_DEPTH = "the answer nests too deeply"


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        url: where from, after redirects.
        body: unpacked; empty where unchanged.
        headers: names in small letters.
        status: of HTTP; 200 but for those that were asked for by name.
        unchanged: it is the same as the last time.
        marks: what to keep so that the next time only a change is asked for.
    """

    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    unchanged: bool = False
    marks: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The document in it.

        Raises:
            Out: it is none.
        """
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise Out(_DEPTH) from error
        except ValueError as error:
            raise Out("the answer is no JSON, or was cut") from error


def check_kind(headers: Mapping[str, str], kinds: tuple[str, ...]) -> None:
    """Refuse what is of another kind than was asked for.

    Raises:
        Out: it is.
    """
    told = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kinds != ANY and told not in kinds:
        raise Out(f"the answer is of the kind {told[:60]!r}, not {kinds[0]}")


def unpacked(blocks: Iterable[bytes], headers: Mapping[str, str], most: int) -> bytes:
    """Read a body to its end.

    Args:
        blocks: as they come from the connection.
        headers: of the answer.
        most: bytes, unpacked; nothing beyond is unpacked or kept.

    Raises:
        Out: it is longer, or packed in a way that was not asked for, or broken.
    """
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", ""):
        raise Out(f"the answer is packed as {packing[:30]!r}, which was not asked for")
    if packing == "gzip":
        return _gunzipped(blocks, most)
    body = bytearray()
    for block in blocks:
        body += block
        _check_length(len(body), most)
    return bytes(body)


def _gunzipped(blocks: Iterable[bytes], most: int) -> bytes:
    body, engine = bytearray(), zlib.decompressobj(31)
    try:
        for block in blocks:
            body += engine.decompress(block, most + 1 - len(body))
            _check_length(len(body), most)
    except zlib.error as error:
        raise Out("the answer is packed wrongly") from error
    if not engine.eof:
        raise Out("the answer was cut")
    return bytes(body)


def _check_length(length: int, most: int) -> None:
    if length > most:
        raise Out(f"the answer is longer than {most:,} bytes")
