"""How far the critic overfits, and how often to augment by that (Karras et al. 2020, "… GANs with Limited Data").

The paper's two signs (section 3): ``r_t``, the mean sign of the critic's scores of training samples, and ``r_v``, how
far held-out samples have come from training ones towards generated ones. The first needs scores that have a middle,
which those of a Wasserstein or relativistic critic lack. Either is held at a target by the probability of augmenting.
"""

import torch
from torch import Tensor

TARGETS = {"r_t": 0.6, "r_v": 0.5}
"""The paper's for the first; half way for the second."""
SHOWN = 20_000
"""Training samples shown while the probability goes from 0 to 1. The paper's 500,000 are 2 % of its trainings; ours are
hundreds of times shorter."""
MIDDLE = {"nonsaturating": 0.0, "minimax": 0.0, "hinge": 0.0, "least-squares": 0.5}
"""The score between real and generated, of the objectives that have one."""


def sign_of_real(real: Tensor, middle: float) -> Tensor:
    """``r_t``: −1 to 1 of scores ``(B,)`` of training samples; near 1 the critic is sure of every one."""
    return torch.sign(real - middle).mean()


def gap(real: Tensor, held_out: Tensor, fake: Tensor) -> Tensor:
    """``r_v``: 0 where held-out samples are scored ``(M,)`` as training ones ``(B,)``, 1 where as generated ones."""
    apart = real.mean() - fake.mean()
    return torch.where(apart.abs() > 0, (real.mean() - held_out.mean()) / apart, torch.zeros_like(apart))


def moved(probability: float, sign: float, target: float, shown: int, most: float) -> float:
    """The probability after one more step: up where the sign is over its target, down where it is under.

    Args:
        probability: so far.
        sign: of overfitting.
        target: what it is held at.
        shown: training samples that the critic was shown in the step.
        most: the greatest probability.
    """
    way = 1.0 if sign > target else -1.0 if sign < target else 0.0
    return min(most, max(0.0, probability + way * shown / SHOWN))
