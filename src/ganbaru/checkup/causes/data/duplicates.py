"""The same recording more than once: every sample equal, in whatever format.

What counts: any copy. A sound that is there twice is learned twice, and one that is there ten times may be all that a
model says. Of each group the first by name stays.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.data import groups
from ganbaru.checkup.causes.data.sheet import NEEDS, Sheet, readable, sheet
from ganbaru.checkup.evidence import Evidence


def same(files: Sheet) -> list[list[int]]:
    """Groups of files that hold the same sound."""
    heard = files.sounding()
    sounds = files.words("sound")
    return groups.of_equals([sound if heard[place] else place for place, sound in enumerate(sounds)])


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    found = sorted(same(files), key=lambda group: (-len(group), group))
    named = [files.names[place] for group in found for place in group]
    copies = sum(len(group) - 1 for group in found)
    numbers = {"copies": float(copies), "copies_limit": 0.0, "groups": float(len(found)), "of": float(len(files))}
    return Ruling("found" if found else "fine", numbers, "sounds", named)


def _change(evidence: Evidence) -> Change | None:
    files = sheet(evidence)
    return {"files.exclude": sorted(files.names[place] for group in same(files) for place in group[1:])}


CAUSE = Cause(
    slug="duplicates",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=_change,
    remedy="Keep one file of each group and leave the other ones out.",
)
