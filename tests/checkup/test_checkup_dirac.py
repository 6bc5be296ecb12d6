"""The truth table of the Dirac-GAN: what circles is called so, what converges is not, and no orbit is a crash."""

import pytest
from dirac import trace

from ganbaru.checkup.finding import Findings
from ganbaru.checkup.judging import judge

CIRCLING = {
    "minimax": ("minimax", "none", None),
    "non-saturating": ("nonsaturating", "none", None),
    "wgan": ("wasserstein", "clip", 1.0),
    "wgan-gp": ("wasserstein", "gradient-penalty", 0.7),
}
CONVERGING = {
    "r1 0.6": ("minimax", "r1", 0.6),
    "r1 2": ("minimax", "r1", 2.0),
    "non-saturating, r1 0.6": ("nonsaturating", "r1", 0.6),
}


def said(findings: Findings, cause: str) -> str:
    finding = findings.of(cause)
    return "" if finding is None else finding.verdict


@pytest.mark.parametrize("name", CIRCLING)
def test_what_circles_is_found_to(name: str) -> None:
    findings = judge(trace(*CIRCLING[name]))
    assert said(findings, "oscillation") == "found"
    assert said(findings, "divergence") == "fine"


@pytest.mark.parametrize("name", CONVERGING)
def test_what_converges_is_fine(name: str) -> None:
    findings = judge(trace(*CONVERGING[name]))
    assert said(findings, "oscillation") == "fine"
    assert not findings.found


def test_noise_on_both_converges_too() -> None:
    findings = judge(trace("minimax", "none", noise=0.7))
    assert said(findings, "oscillation") == "fine"
    assert not findings.found
