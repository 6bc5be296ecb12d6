"""The objectives: each a pair of functions of the critic's scores, beside the equation that it follows.

Notation: ``C`` the critic's raw score, ``x`` real, ``G(z)`` fake, ``σ`` the logistic function. Since
``-log σ(s) = softplus(-s)`` and ``-log(1 - σ(s)) = softplus(s)``, no loss here takes a logarithm of a rounded number.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError


class Wasserstein:
    """The Kantorovich–Rubinstein dual (Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", eq. 2 and algorithm 1).

    The critic minimises ``mean C(G(z)) − mean C(x)``, the generator ``−mean C(G(z))``. Over 1-Lipschitz critics the
    critic's loss is minus the earth mover's distance.
    """

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return fake_scores.mean() - real_scores.mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return -fake_scores.mean()


class Minimax:
    """The original two-player game (Goodfellow et al. 2014, "Generative Adversarial Nets", eq. 1).

    The generator minimises ``mean log(1 − σ(C(G(z))))``: its gradient vanishes where the critic is sure.
    """

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return F.softplus(-real_scores).mean() + F.softplus(fake_scores).mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return -F.softplus(fake_scores).mean()


class NonSaturating(Minimax):
    """The non-saturating game (Goodfellow et al. 2014, section 3): the generator minimises ``−mean log σ(C(G(z)))``."""

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return F.softplus(-fake_scores).mean()


class LeastSquares:
    """Least squares (Mao et al. 2017, "Least Squares Generative Adversarial Networks", eq. 9: a = 0, b = c = 1)."""

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return 0.5 * (real_scores - 1).square().mean() + 0.5 * fake_scores.square().mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return 0.5 * (fake_scores - 1).square().mean()


class Hinge:
    """The hinge loss (Lim & Ye 2017, "Geometric GAN"; Miyato et al. 2018, "Spectral Normalization", eqs. 16 and 17)."""

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return F.relu(1 - real_scores).mean() + F.relu(1 + fake_scores).mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return -fake_scores.mean()


class Relativistic:
    """The relativistic pairing game (Jolicoeur-Martineau 2018; Huang et al. 2024, "The GAN is dead", eq. 2).

    Each fake is compared with one real of the same batch: the critic minimises
    ``mean softplus(−(C(x) − C(G(z))))``, the generator the same with the roles exchanged.
    """

    paired = True

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return F.softplus(fake_scores - real_scores).mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        if real_scores is None:
            raise UserError("the relativistic objective compares pairs: its generator loss needs the real scores too")
        return F.softplus(real_scores - fake_scores).mean()


def w1(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """``mean C(x) − mean C(G(z))``: the critic's estimate of the earth mover's distance, times its Lipschitz constant.

    Args:
        real_scores: ``(B,)``.
        fake_scores: ``(B',)``.

    Returns:
        A scalar, without gradient.
    """
    with torch.no_grad():
        return real_scores.mean() - fake_scores.mean()
