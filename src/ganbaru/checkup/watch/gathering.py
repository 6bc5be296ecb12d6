"""From what a watch saw to the evidence that judges read.

Probes of a watch (whatever could not be seen is absent, with its reason in ``missing``):

=============  ====================================================================================================
``updates``    by network: own steps, optimizer calls, whether the weights moved, how many there are, losses told
``clearing``   by network: own steps looked at, and those with gradients that should have been cleared (`clearing`)
``modes``      by network: updates in evaluation mode (`modes`)
``pushes``     which way the losses push the scores (`pushes`)
``family``     the formula that the gradients follow, and its targets (`family`)
``owners``     by optimizer: parameters of each network that it holds
``fakes``      age of the fakes that the critic learns from; the generator's last activation (`generated`)
``broken``     by loss: the first step at which it was not finite, how often, the last such step
``latent`` …   ``coupling``, ``view``: what was tried on copies (`probing`)
``sight``      how far the networks see along time (`sighting`)
=============  ====================================================================================================
"""

from collections.abc import Mapping
from typing import Any

from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series
from ganbaru.checkup.watch import family
from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.look import Look
from ganbaru.checkup.watch.networks import unwrapped, weights
from ganbaru.checkup.watch.record import Record
from ganbaru.checkup.watch.steppers import Steppers

_SCORES = ("real_score_mean", "fake_score_mean", "w1", "lipschitz")

_ABOUT = 1.1
"""Times that two counts differ by at most that are as good as one."""


def gather(look: Look, steppers: Steppers, record: Record, guard: Guard, facts: Mapping[str, Any]) -> Evidence:
    """The evidence so far."""
    series = record.series()
    probes = _probes(look, steppers, record)
    found = {**_facts(look, steppers, record, probes, series), **facts}
    return Evidence(
        subject=f"a watched loop: {record.step:,} steps of {' and '.join(look.parts)}",
        facts={name: value for name, value in found.items() if value is not None},
        series=series,
        probes=probes,
        missing=_missing(look, steppers, record, guard, probes, series),
    )


def _probes(look: Look, steppers: Steppers, record: Record) -> dict[str, Any]:
    names = list(look.parts)
    found: dict[str, Any] = {
        "updates": {name: _update(name, look, steppers) for name in names},
        "clearing": {name: dict(look.clearing[name].counts) for name in names if look.clearing[name].counts},
        "modes": {name: look.modes[name].to_json() for name in names if look.modes[name].updates},
        "owners": steppers.ownership(),
        "broken": {name: list(numbers) for name, numbers in record.broken.items()},
        **look.probing.found,
    }
    if "critic" in look.parts:
        found |= {"pushes": look.pushes.to_json(), "fakes": look.generated.to_json()}
        found["family"] = family.told(look.pushes.pools, look.pushes.pairs)
    found["told"] = dict(record.tried)
    return {name: probe for name, probe in found.items() if probe or name == "broken"}


def _update(name: str, look: Look, steppers: Steppers) -> dict[str, Any]:
    counts = {"steps": steppers.steps[name], "calls": steppers.calls[name], "arrivals": look.clearing[name].arrivals}
    return {**look.moving[name].to_json(), **counts}


def _facts(
    look: Look, steppers: Steppers, record: Record, probes: Mapping[str, Any], series: Mapping[str, Series]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": "gan" if "critic" in look.parts else "plain",
        "via": "watch",
        "step": record.step,
        "batch": look.gauging.batch or look.answers.batch,
        "updates_per_step": _per_step(look, steppers, record),
        "data": _data(look.gauging.shape),
        **steppers.settings,
        **{f"{name}_parameters": sum(each.numel() for each in weights(part)) for name, part in look.parts.items()},
    }
    if "critic" in look.parts:
        usual = steppers.between.most_common(1)
        found["n_critic"] = max(1, usual[0][0]) if usual else None
        found |= _constraint(look, probes)
        found["objective"] = _objective(probes, found, series)
    return found


def _per_step(look: Look, steppers: Steppers, record: Record) -> float | None:
    """Updates of the leading network to a step; None where they are one, but for steps that only tell something."""
    leader = next(name for name in ("generator", "model", "critic") if name in look.parts)
    updates = steppers.steps[leader] / record.step if record.step else 0.0
    return None if not updates or 1 / _ABOUT < updates < _ABOUT else updates


def _data(shape: tuple[int, ...] | None) -> str | None:
    return None if shape is None else "points" if len(shape) == 1 and shape[0] <= 8 else "other"


def _constraint(look: Look, probes: Mapping[str, Any]) -> dict[str, Any]:
    """What keeps the critic in bounds, as far as it was seen."""
    pushes = probes["pushes"]
    penalties = pushes["penalties"]
    if penalties.get("between"):
        return {"constraint": "gradient-penalty"}
    if penalties.get("real"):
        return {"constraint": "r1+r2" if penalties.get("fake") else "r1"}
    if penalties.get("slopes"):
        return {"constraint": "lipschitz-penalty"}
    if look.moving["critic"].bound is not None:
        return {"constraint": "clip", "constraint_strength": look.moving["critic"].bound}
    if _spectral(look.parts["critic"]):
        return {"constraint": "spectral-norm"}
    return {"constraint": "none"} if pushes["critic_turns"] and not penalties else {}


def _spectral(critic: nn.Module) -> bool:
    for part in unwrapped(critic).modules():
        hooks = [type(hook).__name__ for hook in part._forward_pre_hooks.values()]
        if type(part).__name__ == "_SpectralNorm" or "SpectralNorm" in hooks:
            return True
    return False


def _objective(probes: Mapping[str, Any], facts: Mapping[str, Any], series: Mapping[str, Series]) -> str | None:
    """The objective by the gradients; constant ones are Wasserstein's or those of a hinge that has not let go yet."""
    told = probes["family"]
    if told["objective"] is not None:
        return str(told["objective"])
    if {told["real_family"], told["fake_family"]} - {""} != {"constant"}:
        return None
    if facts.get("constraint") in ("clip", "gradient-penalty", "lipschitz-penalty"):
        return "wasserstein"
    apart = _at_losses(series)
    if apart is None:
        return None
    return "wasserstein" if apart < 0.5 else "hinge" if abs(apart - 2) < 0.5 else None


def _at_losses(series: Mapping[str, Series]) -> float | None:
    """Median of the critic's loss plus ``|mean real score − mean fake score|``: 0 for Wasserstein, 2 for the hinge."""
    if "critic_loss" not in series or "w1" not in series:
        return None
    losses = dict(zip(series["critic_loss"].steps.tolist(), series["critic_loss"].values.tolist(), strict=True))
    scores = zip(series["w1"].steps.tolist(), series["w1"].values.tolist(), strict=True)
    found = sorted(losses[step] + abs(w1) for step, w1 in scores if step in losses)
    return found[len(found) // 2] if found else None


def _missing(
    look: Look,
    steppers: Steppers,
    record: Record,
    guard: Guard,
    probes: Mapping[str, Any],
    series: Mapping[str, Series],
) -> dict[str, str]:
    """Why something is not there."""
    found = {part.replace(" ", "_"): why for part, why in guard.failures.items()}
    found |= look.probing.reasons
    if not record.step:
        found["step"] = "w.step() was never called" if not steppers.steps else "w.step() was not called yet"
    reason = _why_nothing(look, steppers, record, guard)
    for name in ("clearing", "modes", "latent", "coupling", "denormals", "sight"):
        if name not in probes and name not in series:
            found.setdefault(name, reason or _ABSENT[name])
    if "critic" in look.parts:
        unheard = "" if look.heard["critic"] else _UNHEARD
        for name in _SCORES:
            if name not in series:
                found[name] = (
                    reason or unheard or "the critic's passes of real and of generated samples could not be told apart"
                )
        if "fake_gradient" not in series:
            found["fake_gradient"] = reason or "no gradient came back to what the generator made"
    return {name: why for name, why in found.items() if why}


_UNHEARD = "the critic was never called as critic(x): of other methods, critic.forward(x) included, no hook is told"

_ABSENT = {
    "clearing": "no gradient was seen to arrive at a watched weight and to be used",
    "modes": "no pass with gradients was seen before an update",
    "latent": "the generator was not called with a batch of latents that differ",
    "coupling": "the critic was not called with a batch and asked for a score of each sample",
    "sight": "no network was seen that is given a time and looks at a part of it",
    "denormals": "no pass of a network was seen that could be repeated on a copy",
}


def _why_nothing(look: Look, steppers: Steppers, record: Record, guard: Guard) -> str:
    """Why nothing at all was seen; empty where something was."""
    if guard.failures.get("start"):
        return guard.failures["start"]
    if not look.looks:
        return "no step was looked at to its end: call w.step() once a step, inside the with block"
    if not steppers.steps:
        return "no optimizer was seen to move a watched network"
    return ""
