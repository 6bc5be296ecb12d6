"""The same sound in what is trained on and in what is held out, so that learning by heart looks like learning.

What counts: any pair of nearly the same sounds of which one is held out. Equal files always fall on one side of the
split; copies at another rate, gain or format do not. Where most of what is nearly the same lies across the split, this
is what matters to a training: it explains near-duplicates.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.data.near_duplicates import LIKE, alike
from ganbaru.checkup.causes.data.sheet import NEEDS, Sheet, sheet
from ganbaru.checkup.evidence import Evidence


def _split(evidence: Evidence) -> str:
    if "files" in evidence.probes and not any(sheet(evidence).words("side")):
        return "too few different sounds to be split into training and held-out ones"
    return ""


def _leaks(files: Sheet) -> list[tuple[int, int]]:
    """Pairs across the split: ``(training, held out)``."""
    side = files.words("side")
    pairs = [(a, b) if side[a] == "train" else (b, a) for a, b, _ in alike(files, LIKE)]
    return [(a, b) for a, b in pairs if (side[a], side[b]) == ("train", "held-out")]


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    leaks = _leaks(files)
    held = files.words("side").count("held-out")
    share = len({b for _, b in leaks}) / max(1, held)
    numbers = {"leaking_share_of_held_out": share, "leaking_share_of_held_out_limit": 0.0, "pairs": float(len(leaks))}
    named = sorted({files.names[place] for pair in leaks for place in pair})
    return Ruling("found" if leaks else "fine", numbers, "held-out sounds", named)


def _change(evidence: Evidence) -> Change | None:
    files = sheet(evidence)
    return {"files.exclude": sorted({files.names[training] for training, _ in _leaks(files)})}


CAUSE = Cause(
    slug="split-leak",
    needs=NEEDS,
    judge=_judge,
    when=_split,
    change=_change,
    remedy="Leave out of the training sounds those that are nearly the same as a held-out one.",
    explains=("near-duplicates",),
)
