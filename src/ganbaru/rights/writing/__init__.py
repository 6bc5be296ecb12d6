"""Statements written into sound files of five formats. The audio's bytes stay as they are; nothing is encoded anew.

The mark of generated sounds is written by `ganbaru.runs.mark`, because a training writes them too.
"""

from ganbaru.rights.writing.statement import Statement
from ganbaru.rights.writing.tagging import FORMATS, with_tags

__all__ = ["FORMATS", "Statement", "with_tags"]
