"""Laws of the objectives: what each loss is by its equation, and what it pulls towards."""

import math

import pytest
import torch

from ganbaru import UserError, objectives

ALL = sorted(objectives.OBJECTIVES)


def scores(seed: int) -> torch.Tensor:
    return torch.randn(16, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("name", ALL)
def test_losses_are_scalars_with_a_gradient(name: str) -> None:
    objective = objectives.objective(name)
    real, fake = scores(0).requires_grad_(), scores(1).requires_grad_()
    for loss in (objective.critic_loss(real, fake), objective.generator_loss(fake, real)):
        assert loss.shape == ()
        (gradient,) = torch.autograd.grad(loss, fake, retain_graph=True)
        assert gradient.abs().sum() > 0


@pytest.mark.parametrize("name", ALL)
def test_the_critic_is_paid_for_telling_real_from_fake(name: str) -> None:
    objective = objectives.objective(name)
    apart = objective.critic_loss(torch.full((4,), 0.9), torch.full((4,), -0.5))
    mixed_up = objective.critic_loss(torch.full((4,), -0.5), torch.full((4,), 0.9))
    assert apart < mixed_up


@pytest.mark.parametrize("name", ALL)
def test_the_generator_is_paid_for_a_higher_score(name: str) -> None:
    fake = torch.zeros(16, dtype=torch.float64, requires_grad=True)
    objectives.objective(name).generator_loss(fake, scores(2)).backward()
    assert fake.grad is not None
    assert (fake.grad < 0).all()


def test_wasserstein_is_minus_the_gap_of_means() -> None:
    real, fake = scores(0), scores(1)
    loss = objectives.objective("wasserstein").critic_loss(real, fake)
    assert loss == pytest.approx(-objectives.w1(real, fake).item())


def test_minimax_and_nonsaturating_share_the_critic_and_are_two_log_two_at_rest() -> None:
    zero = torch.zeros(4)
    for name in ("minimax", "nonsaturating"):
        assert objectives.objective(name).critic_loss(zero, zero).item() == pytest.approx(2 * math.log(2))


def test_minimax_is_the_logarithm_of_the_paper() -> None:
    fake = scores(3)
    expected = torch.log(1 - torch.sigmoid(fake)).mean()
    assert objectives.objective("minimax").generator_loss(fake).item() == pytest.approx(expected.item())


def test_the_saturating_gradient_vanishes_where_the_critic_is_sure_and_the_other_does_not() -> None:
    norms = {}
    for name in ("minimax", "nonsaturating"):
        fake = torch.full((4,), -20.0, requires_grad=True)
        objectives.objective(name).generator_loss(fake).backward()
        assert fake.grad is not None
        norms[name] = fake.grad.norm().item()
    assert norms["minimax"] < 1e-8 < 0.1 < norms["nonsaturating"]


def test_sure_scores_overflow_nothing() -> None:
    for name in ("minimax", "nonsaturating", "relativistic"):
        loss = objectives.objective(name).critic_loss(torch.full((2,), -1e4), torch.full((2,), 1e4))
        assert torch.isfinite(loss)


def test_relativistic_needs_the_pairs() -> None:
    with pytest.raises(UserError, match="pairs"):
        objectives.objective("relativistic").generator_loss(scores(0))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="wasserstein"):
        objectives.objective("waserstein")
    with pytest.raises(UserError, match="gradient-penalty"):
        objectives.constraint("gradient-penality")
