"""What keeps the critic (nearly) 1-Lipschitz, or its gradient small where the real sounds are."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganbaru.objectives.protocols import Score


def gradient_norms(critic: Score, samples: Tensor) -> Tensor:
    """The norm of the critic's gradient at each sample, differentiable in the critic's weights.

    Args:
        critic: samples ``(B, *shape)`` to scores ``(B,)``, no sample seeing another.
        samples: where to take the gradient, ``(B, *shape)``.

    Returns:
        Squared Euclidean norms, ``(B,)``.
    """
    at = samples.detach().requires_grad_(True)
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(critic(at).sum(), at, create_graph=True)
    return gradient.flatten(1).square().sum(dim=1)


class Free:
    """No constraint at all."""

    def penalty(self, critic: Score, real: Tensor, fake: Tensor) -> Tensor:
        return real.new_zeros(())

    def project(self, critic: nn.Module) -> None:
        return None


class Clip(Free):
    """Weight clipping (Arjovsky et al. 2017, algorithm 1, line 7): every weight of the critic into ``[−c, c]``."""

    def __init__(self, bound: float = 0.01) -> None:
        self.bound = bound

    @torch.no_grad()
    def project(self, critic: nn.Module) -> None:
        weights: list[Tensor] = [weight for weight in critic.parameters() if weight.requires_grad]
        torch._foreach_clamp_min_(weights, -self.bound)
        torch._foreach_clamp_max_(weights, self.bound)


class SpectralNorm(Free):
    """Spectral normalisation (Miyato et al. 2018, eq. 8), as a projection after each step (Gouk et al. 2021, alg. 1).

    Every weight of two or more dimensions is divided by ``max(1, σ / bound)``, ``σ`` the largest singular value of
    the weight as a matrix ``(out, rest)``. The singular value is exact, so nothing has to be carried from step to step.
    """

    def __init__(self, bound: float = 1.0) -> None:
        self.bound = bound

    @torch.no_grad()
    def project(self, critic: nn.Module) -> None:
        for weight in critic.parameters():
            if weight.dim() > 1 and weight.requires_grad:
                largest = torch.linalg.matrix_norm(weight.flatten(1), ord=2)
                weight.div_((largest / self.bound).clamp(min=1.0))


class _Penalised(Free):
    """A penalty on the critic's gradient, taken halfway between real and fake."""

    def __init__(self, weight: float = 10.0) -> None:
        self.weight = weight

    def penalty(self, critic: Score, real: Tensor, fake: Tensor) -> Tensor:
        share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device, dtype=real.dtype)
        between = share * real.detach() + (1 - share) * fake.detach()
        norms = (gradient_norms(critic, between) + 1e-12).sqrt()
        return self.weight * self._excess(norms).square().mean()

    def _excess(self, norms: Tensor) -> Tensor:
        raise NotImplementedError


class GradientPenalty(_Penalised):
    """Two-sided gradient penalty (Gulrajani et al. 2017, eq. 3): ``λ mean (‖∇C(x̂)‖ − 1)²``."""

    def _excess(self, norms: Tensor) -> Tensor:
        return norms - 1


class LipschitzPenalty(_Penalised):
    """One-sided gradient penalty (Petzka, Fischer & Lukovnikov 2018, eq. 7): ``λ mean max(0, ‖∇C(x̂)‖ − 1)²``."""

    def _excess(self, norms: Tensor) -> Tensor:
        return (norms - 1).clamp(min=0)


class R1(Free):
    """Zero-centred penalty on the real samples (Mescheder, Geiger & Nowozin 2018, eq. 9): ``γ/2 mean ‖∇C(x)‖²``."""

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight

    def penalty(self, critic: Score, real: Tensor, fake: Tensor) -> Tensor:
        return 0.5 * self.weight * gradient_norms(critic, real).mean()


class R1R2(R1):
    """Zero-centred penalties on real and on fake samples (Mescheder et al. 2018, eqs. 9 and 10; Huang et al. 2024)."""

    def penalty(self, critic: Score, real: Tensor, fake: Tensor) -> Tensor:
        return super().penalty(critic, real, fake) + 0.5 * self.weight * gradient_norms(critic, fake).mean()


CONSTRAINTS: dict[str, Callable[..., Free]] = {
    "clip": Clip,
    "gradient-penalty": GradientPenalty,
    "lipschitz-penalty": LipschitzPenalty,
    "spectral-norm": SpectralNorm,
    "r1": R1,
    "r1+r2": R1R2,
    "none": Free,
}
