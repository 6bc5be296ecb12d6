"""How curved the losses are, and whether the learning rate is stable on them.

The largest eigenvalue λ of the Hessian of each network's loss, the other network standing still, by power iteration on
Hessian-vector products (Pearlmutter 1994). Of an optimizer that divides by running root mean squares D, it is that of
``D^−½ H D^−½`` (Cohen et al. 2022, "Adaptive Gradient Methods at the Edge of Stability", eq. 3). On a quadratic,
gradient descent of rate η is stable below ``λ η = 2`` (Cohen et al. 2021, section 2), with heavy-ball momentum β below
``2 (1 + β)``, with Adam's averaged one below ``2 (1 + β) / (1 − β)``.

The probe ``curvature``:

========================  =========================================================================================
``step``                  of the checkpoint
``critic``                λ of the critic's loss, penalty included; preconditioned where the optimizer is adaptive
``critic_rate``           η, the learning rate of the settings
``critic_limit``          the largest stable λ η
``critic_sharpness``      λ η over that limit: above 1 the loss cannot be descended by these steps
``critic_settled``        change of λ in the last iteration over λ: how far the power iteration has come
``generator`` …           and so on: likewise
========================  =========================================================================================

Full-batch trainings live around a sharpness of 1; of mini-batches, far above 1 is what a rate too high looks like.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from ganbaru.checkup.probes.losses import flat, gradient, loss_of, moved, mover
from ganbaru.checkup.probes.subject import Subject
from ganbaru.training.randomness import mix

_SAMPLES = 128
"""Most samples in the batch that the loss is taken on."""
_ITERATIONS = 20
_TINY = 1e-12

Product = Callable[[Tensor], Tensor]


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.newest()
    (batch,) = subject.batches(opened, subject.train, "curvature", 1, min(_SAMPLES, len(subject.train)))
    found: dict[str, Any] = {"step": opened.step}
    for network in ("critic", "generator"):
        optimizer = mover(opened.game, network)
        weights = moved(optimizer)
        divided = preconditioner(optimizer, weights)
        product = hessian(loss_of(opened.game, network, batch), weights, divided)
        start = torch.randn(len(flat(weights)), generator=torch.Generator().manual_seed(mix(subject.seed, network)))
        largest, settled = top(product, start.to(weights[0]), check=subject.check_time)
        rate, limit = optimizer.param_groups[0]["lr"], stable(optimizer)
        said = {"": largest, "_rate": rate, "_limit": limit, "_sharpness": largest * rate / limit, "_settled": settled}
        found |= {f"{network}{name}": value for name, value in said.items()}
    return found


def hessian(loss: Callable[[], Tensor], weights: list[Tensor], divided: Tensor | None = None) -> Product:
    """Vectors ``(P,)`` to the Hessian of a loss times them, or to ``D^−½ H D^−½`` times them.

    Args:
        loss: of the weights as they are.
        weights: by which it is differentiated.
        divided: D, ``(P,)``; None for the Hessian itself.
    """
    slope = gradient(loss(), weights, again=True)
    root = None if divided is None else divided.rsqrt()

    def product(vector: Tensor) -> Tensor:
        inner = vector if root is None else vector * root
        if not slope.requires_grad:  # a loss that is linear in the weights
            return torch.zeros_like(vector)
        parts = torch.autograd.grad(slope @ inner, weights, retain_graph=True, allow_unused=True)
        out = flat([torch.zeros_like(w) if part is None else part for part, w in zip(parts, weights, strict=True)])
        return out if root is None else out * root

    return product


def top(product: Product, start: Tensor, *, check: Callable[[], None] = lambda: None) -> tuple[float, float]:
    """The largest eigenvalue, signs counted, of a symmetric operator, and by how much the last iteration changed it.

    Power iteration finds that of the largest modulus, −m; where it is negative, ``H + m`` has the one looked for.

    Args:
        product: vectors ``(P,)`` to the operator times them.
        start: ``(P,)``, not 0.
        check: called before each product.
    """
    value, settled = _power(product, start, check)
    if value >= 0:
        return value, settled
    shift = -value
    shifted, settled = _power(lambda vector: product(vector) + shift * vector, start, check, 2 * _ITERATIONS)
    return shifted - shift, settled * shifted / max(abs(shifted - shift), _TINY)


def _power(
    product: Product, start: Tensor, check: Callable[[], None], iterations: int = _ITERATIONS
) -> tuple[float, float]:
    vector, value, last = start / start.norm(), 0.0, 0.0
    for _ in range(iterations):
        check()
        image = product(vector)
        last, value = value, float(vector @ image)
        norm = image.norm()
        if not torch.isfinite(norm):
            raise ValueError("the curvature is not finite")
        if norm < _TINY:
            return value, 0.0
        vector = image / norm
    return value, abs(value - last) / max(abs(value), _TINY)


def preconditioner(optimizer: Optimizer, weights: list[Tensor]) -> Tensor | None:
    """D ``(P,)``: what an adaptive optimizer divides the gradient by; None of one that does not."""
    group, parts = optimizer.param_groups[0], []
    for weight in weights:
        state = optimizer.state.get(weight, {})
        key = "exp_avg_sq" if "exp_avg_sq" in state else "square_avg"
        if key not in state:
            return None
        steps = float(state.get("step", 0))
        bias = 1 - group["betas"][1] ** steps if key == "exp_avg_sq" and steps else 1.0
        parts.append((state[key] / bias).sqrt() + group.get("eps", 1e-8))
    return flat(parts)


def stable(optimizer: Optimizer) -> float:
    """The largest stable product of curvature and learning rate."""
    group = optimizer.param_groups[0]
    if "betas" in group:
        first = float(group["betas"][0])
        return 2 * (1 + first) / (1 - first)
    return 2 * (1 + float(group.get("momentum", 0.0)))
