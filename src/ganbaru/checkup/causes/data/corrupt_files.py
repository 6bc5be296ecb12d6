"""Files that cannot be read whole: cut short, damaged, empty, not a number, or of a format that is not read.

Every one of them is named, as any of them is missing from what is learned. Damage that leaves a file readable (a wrong
byte among raw samples) is not seen here.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out
from ganbaru.checkup.evidence import Evidence


def _judge(evidence: Evidence) -> Ruling:
    probe = evidence.probes["files"]
    refused = [(name, why) for name, why in zip(probe["name"], probe["refused"], strict=True) if why]
    numbers = {"files": float(len(refused)), "of": float(len(probe["name"])), "files_limit": 0.0}
    reason = f"{refused[0][0]}: {refused[0][1]}" if refused else ""
    return Ruling("found" if refused else "fine", numbers, "sounds", [name for name, _ in refused], reason=reason)


CAUSE = Cause(
    slug="corrupt-files",
    needs=NEEDS,
    judge=_judge,
    change=leaving_out(_judge),
    remedy="Replace these files by whole copies, or leave them out.",
)
