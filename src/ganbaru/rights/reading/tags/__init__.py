"""Tags inside sound files: every field that may speak of rights, by name and value. Nothing is decoded.

A missing tag says nothing; above all it does not say that a sound is in the public domain.
"""

from ganbaru.rights.reading.tags.fields import Field, Tags, read_tags

__all__ = ["Field", "Tags", "read_tags"]
