"""Phases that a generator makes itself are smeared for want of learning; only a way back makes others up."""

import pytest

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence

CAUSE = next(cause for cause in CAUSES if cause.slug == "phase-smear")


def _lost(there: float, now: float) -> dict[str, object]:
    return {"made": {"median": now}, "real": {"median": there}, "shift": there - now, "spread": 0.05, "null": 0.01}


@pytest.mark.parametrize(
    ("representation", "verdict"),
    [("log-mel", "found"), ("waveform", "found"), ("magnitude+if", "suspect"), ("stft", "suspect")],
)
def test_phases_that_are_learned_are_not_those_of_a_way_back(representation: str, verdict: str) -> None:
    smear = {"steadiness": _lost(0.95, 0.8), "synchrony": _lost(0.7, 0.1)}
    heard = {"made": 100, "real": 100, "rate": 8000, "smear": smear}
    facts = {"data": "sound", "representation": representation, "rate": 8000}
    said = CAUSE.examine(Evidence(facts=facts, probes={"heard": heard}))
    assert said.verdict == verdict
    assert (said.change is not None) == (representation == "log-mel")
