"""How noisy the gradients are: the batch from which on a larger one helps little.

The gradient noise scale ``S / |G|²`` (McCandlish et al. 2018, "An Empirical Model of Large-Batch Training", eq. 2.9),
with both parts unbiased from the gradients' norms at two batch sizes (eqs. A.1 and A.2):
``|G|² = (B |g_B|² − b |g_b|²) / (B − b)`` and ``S = (|g_b|² − |g_B|²) / (1/b − 1/B)``.

The probe ``noise_scale``:

========================  =========================================================================================
``step``                  of the checkpoint
``batch``                 of the run
``critic``                noise scale in samples; absent where |G|² is less than two standard errors above 0
``critic_error``          its standard error, by leaving out one small batch at a time (jackknife)
``critic_at_least``       where ``critic`` is absent: the scale at |G|² two standard errors larger, samples
``critic_norm``           |G|, the norm of the gradient without the noise; 0 where it drowns
``generator`` …           ``generator_error``, ``generator_at_least``, ``generator_norm``: likewise
========================  =========================================================================================

A pair of one real and one generated sample counts as one. Near the end of a good training the gradient itself is small,
so that a large noise scale alone is no fault.
"""

import math
from typing import Any

import torch
from torch import Tensor

from ganbaru.checkup.probes.losses import gradient, loss_of, moved, mover
from ganbaru.checkup.probes.subject import Subject

_PIECES = 24
"""Small batches; the large one is all of them together."""
_SMALL = 32
"""Most samples in a small batch."""
_TINY = 1e-30


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.newest()
    size = max(1, min(opened.config.batch, _SMALL))
    batches = subject.batches(opened, subject.train, "noise scale", _PIECES, size)
    found: dict[str, Any] = {"step": opened.step, "batch": opened.config.batch}
    for network in ("critic", "generator"):
        weights = moved(mover(opened.game, network))
        gradients = []
        for number, batch in enumerate(batches):
            subject.check_time()
            gradients.append(gradient(loss_of(opened.game, network, batch, seed=number)(), weights).double())
        found |= {f"{network}{name}": value for name, value in scale(products(gradients), size).items()}
    return found


def products(gradients: list[Tensor]) -> Tensor:
    """Scalar products of all pairs of gradients ``(P,)``: ``(K, K)`` float64."""
    stacked = torch.stack(gradients)
    return (stacked @ stacked.T).cpu()


def scale(inner: Tensor, size: int) -> dict[str, float]:
    """The noise scale out of the scalar products of ``K`` gradients of small batches.

    Args:
        inner: ``(K, K)``, K at least 3.
        size: samples in a small batch.

    Returns:
        "" the scale and "_error", or "_at_least"; and "_norm".
    """
    count, trace, total = len(inner), inner.diagonal().sum(), inner.sum()
    signal, noise = (float(part) for part in _parts(trace, total, count, size))
    if not math.isfinite(signal + noise):
        raise ValueError("a gradient is not finite")
    without = total - 2 * inner.sum(dim=1) + inner.diagonal()
    signals, noises = _parts(trace - inner.diagonal(), without, count - 1, size)
    most = max(signal, 0.0) + 2 * _jackknife(signals)
    if signal < most - signal:
        return {"_at_least": noise / max(most, _TINY), "_norm": math.sqrt(max(signal, 0.0))}
    return {"": noise / signal, "_error": _jackknife(noises / signals), "_norm": math.sqrt(signal)}


def _jackknife(left_out: Tensor) -> float:
    """Standard error of a statistic, from its values with one piece left out at a time ``(K,)``."""
    return float(((len(left_out) - 1) * left_out.var(correction=0)).sqrt())


def _parts(trace: Tensor, total: Tensor, count: int, size: int) -> tuple[Tensor, Tensor]:
    """``|G|²`` and ``S`` (McCandlish et al. 2018, eqs. A.1 and A.2) out of the sums of scalar products of gradients."""
    small, large = trace / count, total / count**2
    return (count * large - small) / (count - 1), (small - large) / (1 / size - 1 / (size * count))
