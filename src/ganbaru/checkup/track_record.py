"""How often what was found or suspected was so, in trainings and folders of which it is known what is wrong.

The counts are shipped as ``track_record.json``. ``benchmarks/diagnosis.py --record FILE`` makes them, on that half of
the fault zoo on which no bound was set. A finding was right where its cause was planted, or follows from the planted
one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

SCHEMA = "ganbaru.track-record/1"


@dataclass(frozen=True)
class TrackRecord:
    """Of the cases in which a cause got a verdict, those in which it was right.

    Attributes:
        right: in how many it was.
        of: in how many it got the verdict; at least 1.
    """

    right: int
    of: int

    def __str__(self) -> str:
        if self.of == 1:
            return f"{'right' if self.right else 'wrong'} in the only test case"
        return f"right in {self.right:,} of {self.of:,} test cases"

    def to_json(self) -> dict[str, int]:
        """As a finding holds it."""
        return {"right": self.right, "of": self.of}


def track_record(cause: str, verdict: str) -> TrackRecord | None:
    """That of "found" or "suspect" for a cause; None where no case had it, and for other verdicts."""
    counts = _shipped().get(cause, {}).get(verdict)
    return None if counts is None else TrackRecord(**counts)


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    document = json.loads(files("ganbaru.checkup").joinpath("track_record.json").read_text(encoding="utf-8"))
    causes: Mapping[str, Mapping[str, Any]] = document["causes"]
    return causes
