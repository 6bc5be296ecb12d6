"""A place in bytes that moves on as values are read, and never beyond the end (core specification, 5.2)."""

from ganbaru.errors import UserError


def broken(what: str, offset: int) -> UserError:
    """The error for bytes that are not what they should be.

    Args:
        what: is wrong.
        offset: where, bytes from the beginning of the file.
    """
    return UserError(f"{what}, at byte {offset:#x}", hint="the file is cut off or altered: fetch or build it anew")


class Cursor:
    """Reads values one after the other.

    Args:
        data: the whole file, so that offsets are those of the file.
        at: where to begin.
        end: where to stop.
        within: what lies there, for errors.
    """

    __slots__ = ("at", "data", "end", "within")

    def __init__(self, data: bytes, at: int, end: int, within: str) -> None:
        self.data, self.at, self.end, self.within = data, at, end, within

    @property
    def left(self) -> int:
        """How many bytes."""
        return self.end - self.at

    def byte(self) -> int:
        """One byte."""
        if self.at >= self.end:
            raise broken(f"{self.within} is cut off", self.at)
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self, bits: int = 32) -> int:
        """A number in LEB128."""
        value, _ = self._leb128(bits)
        if value >> bits:
            raise broken(f"{self.within} holds a number of more than {bits} bits", self.at)
        return value

    def signed(self, bits: int = 32) -> int:
        """A number in LEB128 of two's complement."""
        value, width = self._leb128(bits)
        value -= (value >> width - 1) << width
        if not -1 << bits - 1 <= value < 1 << bits - 1:
            raise broken(f"{self.within} holds a number of more than {bits} bits", self.at)
        return value

    def _leb128(self, bits: int) -> tuple[int, int]:
        """The value and how many bits were written."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value, shift
            if shift >= bits:
                raise broken(f"{self.within} holds a number that does not end", self.at)

    def take(self, count: int) -> bytes:
        """So many bytes."""
        self.skip(count)
        return self.data[self.at - count : self.at]

    def skip(self, count: int) -> None:
        """Moves on by so many bytes."""
        if count > self.left:
            raise broken(f"{self.within} claims {count:,} bytes where {self.left:,} are left", self.at)
        self.at += count

    def count(self, what: str, least: int = 1) -> int:
        """How many of something follow, held against the bytes that are left.

        Args:
            what: they are, in the plural.
            least: bytes that one of them takes.
        """
        start, count = self.at, self.unsigned()
        if count * least > self.left:
            raise broken(f"{self.within} claims {count:,} {what} in {self.left:,} bytes", start)
        return count

    def word(self) -> str:
        """A name: a count of bytes and so many of UTF-8."""
        start = self.at
        try:
            return self.take(self.count("bytes of a name")).decode()
        except UnicodeDecodeError:
            raise broken(f"{self.within} holds a name that is not UTF-8", start) from None
