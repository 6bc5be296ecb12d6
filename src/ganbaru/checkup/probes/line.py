"""Would a longer or a shorter step be better? The loss along the very next update, at several multiples of it.

Each update is made by the run's own optimizer, from the checkpoint, on a batch of its own, at the full learning rate
that the settings name; the loss is taken on other batches, the other network standing still.

The probe ``line``:

=========================  ========================================================================================
``step``                   of the checkpoint
``multiples``              0.1 … 100: lengths in units of one update
``critic``                 mean change of the critic's loss at each multiple, over the loss's spread between batches;
                           below 0 is better
``critic_error``           standard error of each, over updates
``critic_best``            the multiple with the largest fall, of those up to which every one falls by more than two
                           standard errors; 0 where the shortest does not
``generator`` …            ``generator_error``, ``generator_best``: likewise
=========================  ========================================================================================

``best`` far above 1: steps are shorter than they need be; far below 1: they jump over what they aim at; 0: one update
alone changes nothing that can be measured, as at an optimum.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.checkup.probes.losses import flat, loss_of, moved, mover, put, take_step
from ganbaru.checkup.probes.subject import Subject
from ganbaru.checkup.run.reopened import Reopened
from ganbaru.training.step import Batch

MULTIPLES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_UPDATES = 8
_JUDGES = 4


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.newest()
    size, found = opened.config.batch, dict[str, Any]()
    judges = subject.batches(opened, subject.held_out, "line judges", _JUDGES, size)
    batches = subject.batches(opened, subject.train, "line", _UPDATES, size)
    for network in ("critic", "generator"):
        losses = [loss_of(opened.game, network, batch, seed=k) for k, batch in enumerate(judges)]
        profiles = []
        for number, batch in enumerate(batches):
            direction, weights = update(opened, network, batch, seed=number)
            profiles.append(along(losses, direction, weights, check=subject.check_time))
        changes = np.array([(profile[1:] - profile[0]).mean(axis=1) for profile in profiles])
        found |= {f"{network}{name}": said for name, said in _said(changes, float(profiles[0][0].std())).items()}
    return {"step": opened.step, "multiples": list(MULTIPLES), **found}


def update(opened: Reopened, network: str, batch: Batch, *, seed: int) -> tuple[Tensor, list[Tensor]]:
    """One update ``(P,)`` of a network, and the weights that it is of; network and optimizer are put back."""
    optimizer = mover(opened.game, network)
    weights, kept = moved(optimizer), deepcopy(optimizer.state_dict())
    before = flat(weights).detach().clone()
    take_step(opened.game, network, loss_of(opened.game, network, batch, seed=seed)())
    direction = flat(weights).detach() - before
    put(before, weights)
    optimizer.load_state_dict(kept)
    return direction, weights


@torch.no_grad()
def along(
    losses: Sequence[Callable[[], Tensor]], direction: Tensor, weights: list[Tensor], *, check: Callable[[], None]
) -> np.ndarray:
    """The losses ``(1 + multiples, losses)`` at 0 and at each multiple of the direction; the weights are put back."""
    start, rows = flat(weights).clone(), []
    for multiple in (0.0, *MULTIPLES):
        check()
        put(start + multiple * direction, weights)
        rows.append([_value(loss) for loss in losses])
    put(start, weights)
    return np.array(rows)


def _value(loss: Callable[[], Tensor]) -> float:
    with torch.enable_grad():  # a penalty is itself a gradient
        return float(loss().detach())


def _said(changes: np.ndarray, spread: float) -> dict[str, Any]:
    """What the changes ``(updates, multiples)`` say, in units of the spread."""
    unit = spread if spread > 0 else 1.0
    changes = np.nan_to_num(changes / unit, nan=1e9, posinf=1e9, neginf=-1e9)
    mean, error = changes.mean(axis=0), changes.std(axis=0, ddof=1) / np.sqrt(len(changes))
    falls = np.cumprod(mean < -2 * error).astype(bool)  # beyond a hill it is chance
    best = MULTIPLES[int(np.where(falls, mean, 0.0).argmin())] if falls[0] else 0.0
    return {"": mean.tolist(), "_error": error.tolist(), "_best": best}
