"""Too few critic updates: its estimate lags behind what there is to tell."""

import math

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.bugs.seen import part
from ganbaru.checkup.causes.hyper.settings import is_handful
from ganbaru.checkup.causes.proved import is_apart
from ganbaru.checkup.causes.standing import by_harm, is_game, standing
from ganbaru.checkup.causes.telling import gaps
from ganbaru.checkup.evidence import Evidence

_PUBLISHED = 5
_FEW = 3
"""Updates below which a Wasserstein critic may lag: recipes with three and more were seen to learn."""
_GAIN = 3.0
"""What the critic's held-out estimate gains when it alone goes on learning, over what it is, less two standard errors;
1.1 at the most on the calibration half with five updates."""
_LAGS = 0.5
"""The same where samples suffer; on the calibration half 0.2 at most with one or two updates where learning went well
and 0.1 with five and a penalty, 0.8 where it did not."""
_WRONG = 0.25
"""Share of records in which the estimate has the wrong sign, as that of a critic that lags has."""
_RARE, _RARE_ELSEWHERE = 0.75, 0.4
"""Updates of the critic over those of the generator below which the generator is the one that is ahead; two of the
generator to one of a critic that is no Wasserstein critic are a published recipe."""


def _when(evidence: Evidence) -> str:
    if not _is_wasserstein(evidence):
        few = _ahead(evidence) < _RARE_ELSEWHERE
        return is_game(evidence) if few else "only a Wasserstein critic must be near its optimum"
    if evidence.facts.get("constraint") == "none":
        return "a Wasserstein critic without a constraint has no optimum to be near"
    return is_game(evidence)


def _judge(evidence: Evidence) -> Ruling:
    updates, now = int(evidence.facts["n_critic"]), standing(evidence)
    gain, wrong = _gain(evidence), _wrong(evidence)
    numbers = {"n_critic": float(updates), "n_critic_limit": float(_FEW)}
    numbers |= {} if math.isnan(gain) else {"gain": gain, "gain_limit": _GAIN}
    numbers |= {} if math.isnan(wrong) else {"wrong_sign": wrong, "wrong_sign_limit": _WRONG}
    ahead = _ahead(evidence)
    numbers |= {"critic_over_generator": ahead, "critic_over_generator_limit": _RARE} if ahead < _RARE else {}
    if updates >= _FEW:
        return Ruling("fine", numbers)
    if not _is_wasserstein(evidence):
        return by_harm(evidence, numbers, "critic")
    if is_handful(evidence, "critic"):
        return Ruling("suspect", numbers, "critic", reason="so few weights lag no step behind: they go round")
    if gain > _GAIN:
        return Ruling("found", numbers, "critic")
    twice = wrong > _WRONG and ahead < _RARE  # two signs prove it, and what goes round comes near now and then
    if now is not None and not (now.suffers or (twice and is_apart(now))):
        return Ruling("fine", numbers | now.evidence)
    numbers |= {} if math.isnan(gain) else {"gain_limit": _LAGS}
    if now is None or not (wrong > _WRONG or gain > _LAGS or ahead < _RARE):
        return Ruling("suspect", numbers, "critic", reason="that its estimate lags is not proved")
    return Ruling("found", numbers | now.evidence, "critic")


def _is_wasserstein(evidence: Evidence) -> bool:
    return evidence.facts.get("objective") == "wasserstein"


def _ahead(evidence: Evidence) -> float:
    """Updates of the critic over those of the generator; infinite where they were not counted."""
    updates = [part(evidence, "updates", name).get("steps", 0) for name in ("critic", "generator")]
    return updates[0] / updates[1] if all(updates) else math.inf


def _gain(evidence: Evidence) -> float:
    """The least that the estimate gains, with 95 % confidence; NaN where it was not tried."""
    probe = evidence.probes.get("critic_convergence") or {}
    return float(probe.get("gain", math.nan)) - 2 * float(probe.get("gain_error", 0.0))


def _wrong(evidence: Evidence) -> float:
    """Share of the records in which generated samples are scored above real ones; NaN where there are none."""
    found = gaps(evidence, 0.75)
    return float((found < 0).mean()) if len(found) else math.nan


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
