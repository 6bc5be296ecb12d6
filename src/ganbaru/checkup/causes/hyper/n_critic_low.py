"""Too few critic updates: its estimate lags behind what there is to tell."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.standing import is_game, standing
from ganbaru.checkup.evidence import Evidence

_PUBLISHED = 5
_FEW = 3
"""Updates below which a Wasserstein critic lags: recipes with three and more were seen to learn."""
_GAIN = 0.5
"""What the critic's held-out estimate gains when it alone goes on learning, over what it is."""


def _when(evidence: Evidence) -> str:
    if evidence.facts.get("objective") != "wasserstein":
        return "only a Wasserstein critic must be near its optimum"
    return is_game(evidence)


def _judge(evidence: Evidence) -> Ruling:
    updates, probe, now = int(evidence.facts["n_critic"]), evidence.probes.get("critic_convergence"), standing(evidence)
    numbers = {"n_critic": float(updates), "n_critic_limit": float(_FEW)}
    gain = float((probe or {}).get("gain", float("nan")))
    if probe:
        numbers |= {"gain": gain, "gain_limit": _GAIN}
    if updates >= _FEW or (now is not None and not now.suffers) or gain < _GAIN:
        return Ruling("fine", numbers)
    if now is None:
        return Ruling("suspect", numbers, "critic", reason="no samples were seen: it may do no harm")
    return Ruling("found", numbers | now.evidence, "critic")


def _change(evidence: Evidence) -> Change | None:
    return {"n_critic": _PUBLISHED}


CAUSE = Cause(
    "n-critic-low",
    needs=("n_critic", "objective"),
    when=_when,
    judge=_judge,
    remedy="Give the critic five updates to each of the generator.",
    change=_change,
    explains=("critic-too-weak", "oscillation", "divergence", "mode-collapse", "mode-dropping", "late-degradation"),
)
