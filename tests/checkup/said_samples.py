"""Findings and evidence made by hand, for the tests of how a checkup speaks."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.series import Series
from ganbaru.checkup.vocabulary import MEANING

NASTY = "\x1b[2J|`*_<script>alert(1)</script>@team #1 https://x.y\n- [a](b)"
ROOT = Finding(
    "clip-too-large",
    "found",
    {"lipschitz": 48.0, "lipschitz_limit": 5.0},
    where="critic",
    remedy="Lower the clip's bound to 0.01.",
    change={"constraint": "clip", "constraint_strength": 0.01},
    since=1200,
    consequences=("exploding-gradient",),
)
FOLLOWER = Finding("exploding-gradient", "found", {"generator_gradient": 2e6}, where="generator", since=1250)
SUSPECT = Finding(
    "clipped",
    "suspect",
    {"flat_share": 0.001, "flat_share_limit": 5e-4, "files": 2, "of": 9},
    files=("a.wav", "b\n.wav"),
    reason="square waves look so too",
    remedy="Record them again.",
)
UNCHECKED = Finding("known-domain-failed", "not-checked", reason="it takes minutes: ganbaru checkup RUN --active")
FINE = Finding("dead-units", "fine", {"dead_units": 0.1})
ALL = Findings(
    [ROOT, FOLLOWER, SUSPECT, UNCHECKED, FINE], subject="runs/first", notes=("lossD was taken for critic_loss",)
)

FEW = settings(max_examples=20, deadline=None)
_numbers = st.floats(allow_nan=True, allow_infinity=True)
_texts = st.text(max_size=30)
any_finding = st.builds(
    Finding,
    st.sampled_from(sorted(MEANING)),
    st.sampled_from(["found", "suspect", "fine", "not-checked"]),
    st.dictionaries(st.sampled_from(["loss", "loss_limit", "clipped_share", "level_db", "of"]), _numbers),
    where=_texts,
    files=st.lists(_texts, max_size=8).map(tuple),
    remedy=_texts,
    change=st.none() | st.dictionaries(_texts, st.booleans() | st.integers() | _texts | st.lists(_texts)),
    since=st.none() | st.integers(0, 10**9),
    reason=_texts,
    consequences=st.lists(st.sampled_from(sorted(MEANING)), max_size=3).map(tuple),
)
any_findings = st.lists(any_finding, max_size=8, unique_by=lambda finding: finding.cause).map(
    lambda findings: Findings(findings, subject=NASTY, notes=(NASTY,))
)


def collapsed() -> Evidence:
    """A game of two networks whose samples are nearly alike in the second half."""
    steps = np.arange(0, 1000, 10)
    spread = np.where(steps < 500, 0.9, 0.05)
    return Evidence("a loop", {"kind": "gan", "via": "watch"}, {"spread": Series.of(steps, spread)})
