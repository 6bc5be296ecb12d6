"""A network does not move: its optimizer is not stepped, holds other parameters, or has nothing to step along."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import dead_units
from ganbaru.checkup.causes.bugs.seen import FEW, NETWORKS, SPOILS, part
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_TRIES = 20
"""Losses told, or optimizer steps, without the weights moving; a warm-up that begins at 0 is over by then."""
_PATIENCE = 200
"""The same of a network that nobody tries to move: critics are trained alone for up to 100 steps at the start."""
_BY_HAND = 0.2
"""Share of looks in which weights move although no optimizer holds them, from which that is how they are trained."""
_RECORDS = 10
"""Records in a row without any movement, after some with it."""
_STILL = 0.3
"""Share of all records that these must be; a schedule that ends at 0 is still for the last one only."""
_IN_VAIN, _UNTOLD = "its optimizer steps without effect", "it has no gradient when its optimizer steps"
"""Why it may not move though its optimizer is right: nothing comes to it."""
_LOSS = {"generator": "generator_loss", "critic": "critic_loss", "model": "loss"}


def _when(evidence: Evidence) -> str:
    if any(part(evidence, "updates", name) or not evidence.lacks(f"{name}_update_ratio") for name in NETWORKS):
        return ""
    return evidence.lacks("updates") and "how far a step moves the weights was not recorded"


def _judge(evidence: Evidence) -> Ruling:
    rulings = [ruling for name in NETWORKS if (ruling := _network(evidence, name)) is not None]
    for verdict in ("found", "suspect", "not-checked"):
        for ruling in rulings:
            if ruling.verdict == verdict:
                return ruling
    return rulings[0] if rulings else Ruling("not-checked", reason="no network was looked at")


def _network(evidence: Evidence, name: str) -> Ruling | None:
    ratios = evidence.series.get(f"{name}_update_ratio")
    seen = part(evidence, "updates", name)
    farthest = float(np.max(ratios.finite.values, initial=0.0)) if ratios is not None else 0.0
    if farthest > 0 and (stopped := _stopped(evidence, name, ratios)) is not None:
        return stopped
    if farthest > 0 or _moves(seen):
        return Ruling("fine", {f"{name}_update_ratio": farthest})
    if seen.get("broken") is not None:
        return Ruling("not-checked", where=name, reason=f"the weights of the {name} are not finite")
    if not seen:
        if ratios is None or len(ratios.finite) < FEW:
            return None
        return Ruling("found", {f"{name}_update_ratio": 0.0}, name)
    return _still(evidence, name)


def _stopped(evidence: Evidence, name: str, ratios: Series | None) -> Ruling | None:
    """Of a network that moved at first and then never again, as one does that was frozen and not thawed.

    Gradients then come no more. Where they do, it is another fault: units died, or weights stand at a clip's bound.
    """
    values = ratios.finite if ratios is not None else None
    if values is None or values.values[-1] != 0:
        return None
    moving = np.flatnonzero(values.values)
    gradients = evidence.series.get(f"{name}_gradient")
    if gradients is not None and (gradients.steps > values.steps[moving[-1]]).any():
        return None
    still = len(values) - 1 - int(moving[-1])
    numbers = {"records_still": float(still), "records_still_limit": float(max(_RECORDS, _STILL * len(values)))}
    if still < numbers["records_still_limit"]:
        return None
    return Ruling("found", numbers, name, since=int(values.steps[moving[-1] + 1]), reason=f"the {name} stopped moving")


def _moves(seen: Mapping[str, Any]) -> bool:
    """Whether it moved by its optimizer, or time and again by hand; clipping alone moves weights once."""
    if not seen:
        return False
    return bool(seen["elsewhere"]) if seen["calls"] else seen["moves"] >= max(2, _BY_HAND * seen["looked"])


def _still(evidence: Evidence, name: str) -> Ruling:
    """Of a network that was never seen to move."""
    seen = part(evidence, "updates", name)
    told = (evidence.probes.get("told") or {}).get(_LOSS[name], 0)
    tries = max(told, seen["calls"]) or int(evidence.facts.get("step") or 0)
    wanted = seen["calls"] or seen["arrivals"]
    limit = _TRIES if wanted else _PATIENCE
    numbers = {"tries": float(tries), "tries_limit": float(limit), "updates": float(seen["steps"])}
    if seen["weights"] == 0:
        return Ruling("fine", numbers, name, reason=f"the {name} has no parameters")
    if tries < FEW or seen["looked"] < FEW:
        return Ruling("not-checked", numbers, name, reason=f"the {name} had too few steps to move")
    why = _why(evidence, name)
    if why in (_IN_VAIN, _UNTOLD) and dead_units.CAUSE.examine(evidence):
        return Ruling("suspect", numbers, name, reason="no gradient comes through units that are dead")
    reason = f"the {name} did not move: {why}"
    return Ruling("found" if tries >= limit else "suspect", numbers, name, reason=reason)


def _why(evidence: Evidence, name: str) -> str:
    seen = part(evidence, "updates", name)
    if not seen["calls"]:
        held = (evidence.probes.get("owners") or {}).get("optimizers", [])
        others = any(each["given"] and not each["held"].get(name) and each["others"] for each in held)
        return "its optimizer holds other parameters" if others else "no optimizer that holds it was stepped"
    if not seen["trainable"]:
        return "its parameters are frozen"
    if evidence.facts.get(f"{name}_learning_rate") == 0.0:
        return "its learning rate is 0"
    counts = part(evidence, "clearing", name)
    if counts.get("steps") and counts.get("empty") == counts.get("steps"):
        return _UNTOLD
    return _IN_VAIN


CAUSE = Cause(
    "no-update",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Build the optimizer from this network's own parameters, thaw them, and step it after the backward pass.",
    explains=("critic-on-stale-fake", "grad-leak", "loss-sign", "learning-rate-low", *SPOILS),
)
