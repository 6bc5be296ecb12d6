"""Nearly the same recording more than once: at another rate, gain or format, trimmed, padded, or cut from a longer one.

What counts: waveforms that agree to 0.93 in the mean over bands up to 3.5 kHz, over nine tenths of the shorter sound.
Another take of the same sound, however like it to the ear, does not agree: its overtones have other phases.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.data import groups
from ganbaru.checkup.causes.data.duplicates import same
from ganbaru.checkup.causes.data.sheet import NEEDS, Sheet, readable, sheet
from ganbaru.checkup.evidence import Evidence

LIKE, SUSPECT = 0.93, 0.88
"""Likeness; of all pairs of 165 samples of Sonic Pi one reaches more than 0.83: 0.906, two strokes on one tabla."""
COVERED = 0.9


def alike(files: Sheet, least: float) -> list[tuple[int, int, float]]:
    """Pairs of files that are as alike as that, and not equal: ``(first, second, likeness)``."""
    sounds = files.words("sound")
    return [
        (a, b, like)
        for a, b, like, covered in files.pairs()
        if like >= least and covered >= COVERED and sounds[a] != sounds[b]
    ]


def _groups(files: Sheet, least: float) -> list[list[int]]:
    """Groups joined by likeness; of equal files only the first takes part."""
    first = {place: group[0] for group in same(files) for place in group}
    pairs = [(first.get(a, a), first.get(b, b)) for a, b, _ in alike(files, least)]
    return groups.of_pairs(pairs)


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    sure = _groups(files, LIKE)
    found = sorted(sure or _groups(files, SUSPECT), key=lambda group: (-len(group), group))
    likes = [like for _, _, like in alike(files, 0.0)]
    numbers = {"likeness": max(likes, default=0.0), "likeness_limit": LIKE}
    numbers |= {"groups": float(len(found)), "of": float(len(files))}
    named = [files.names[place] for group in found for place in group]
    if found and not sure:
        return Ruling("suspect", numbers, "sounds", named, reason="they may be two takes of one sound")
    return Ruling("found" if found else "fine", numbers, "sounds", named)


def _change(evidence: Evidence) -> Change | None:
    files = sheet(evidence)
    left = [files.names[place] for group in _groups(files, LIKE) for place in group[1:]]
    return {"files.exclude": sorted(left)} if left else None


CAUSE = Cause(
    slug="near-duplicates",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=_change,
    remedy="Keep the best file of each group and leave the other ones out.",
)
