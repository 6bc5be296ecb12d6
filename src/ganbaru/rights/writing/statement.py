"""What is written into a file's tags."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """Words for a file's tags; what is empty is not written.

    Attributes:
        licence: an SPDX expression or an address; copyright: a notice, or who is to be named.
        comment: anything; software: what made it.
    """

    licence: str = ""
    copyright: str = ""
    comment: str = ""
    software: str = ""
