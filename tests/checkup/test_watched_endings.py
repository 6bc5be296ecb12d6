"""How a watched game ends: what its critic cannot see, how its samples stood between looks."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.checkup.causes.blocked import critic_too_strong, critic_too_weak, mode_dropping
from ganbaru.checkup.causes.bugs import loss_sign
from ganbaru.checkup.causes.hyper import n_critic_low
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series
from ganbaru.checkup.watch import watch
from ganbaru.checkup.watch.outputs import is_of_batches


def played(
    reals: Callable[[int], Tensor],
    critic: nn.Module,
    *,
    generator: nn.Module,
    latent: int,
    steps: int = 300,
    rate: float = 0.0,
    noise: float = 0.0,
    every: int | None = 5,
) -> Evidence:
    """A game whose generator hardly moves; with noise on what the critic sees, on the way of a penalty on its slope."""
    torch.manual_seed(0)
    mine = torch.optim.Adam(generator.parameters(), lr=rate)
    its = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))
    with watch(generator=generator, critic=critic, optimizers=[mine, its], every=every) as watcher:
        for _ in range(steps):
            real = reals(32).requires_grad_(noise > 0)
            fake = generator(torch.randn(32, latent))
            seen = [side + noise * torch.randn_like(side) if noise else side for side in (real, fake.detach())]
            scores = [critic(side) for side in seen]
            loss = F.softplus(-scores[0]).mean() + F.softplus(scores[1]).mean()
            if noise:
                slope = torch.autograd.grad(scores[0].sum(), real, create_graph=True)[0]
                loss = loss + 0.01 * slope.square().sum(dim=1).mean()
            its.zero_grad()
            loss.backward()
            its.step()
            fooled = F.softplus(-critic(fake + noise * torch.randn_like(fake) if noise else fake)).mean()
            mine.zero_grad()
            fooled.backward()
            mine.step()
            watcher.step(critic_loss=loss, generator_loss=fooled, real=real, fake=fake)
    return watcher.evidence()


def wide(size: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(size, 128), nn.LeakyReLU(0.2), nn.Linear(128, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)
    )


class Mean(nn.Module):
    """Looks at the mean of a sample."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = wide(1)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x.mean(dim=1, keepdim=True))


@pytest.mark.parametrize(
    ("critic", "verdict", "told_by"),
    [
        (lambda: nn.Sequential(nn.Linear(4, 64), nn.Linear(64, 1)), "found", "bend"),
        (Mean, "found", "directions"),
        (lambda: wide(4), "fine", "parted"),
    ],
)
def test_a_critic_that_sees_the_mean_alone_is_too_weak(
    critic: Callable[[], nn.Module], verdict: str, told_by: str
) -> None:
    def signs(size: int) -> Tensor:
        return torch.randint(2, (size, 4)) * 2.0 - 1 + 0.1 * torch.randn(size, 4)

    torch.manual_seed(0)
    generator = nn.Linear(4, 4)
    with torch.no_grad():
        generator.weight.mul_(0.01)
        generator.bias.zero_()
    finding = critic_too_weak.CAUSE.examine(played(signs, critic(), generator=generator, latent=4, steps=120))
    assert finding.verdict == verdict
    assert told_by in finding.evidence


@pytest.mark.parametrize("noise", [0.1, 2.0])
def test_reals_with_noise_on_the_way_of_a_penalty_are_not_taken_for_fakes(noise: float) -> None:
    evidence = played(
        lambda size: 2 + 0.5 * torch.randn(size, 3), wide(3), generator=nn.Linear(3, 3), latent=3, noise=noise, steps=90
    )
    assert loss_sign.CAUSE.examine(evidence).verdict == "fine"
    assert evidence.facts["constraint"] == "r1"


def test_what_hangs_on_weights_is_told_from_what_is_made_of_a_batch() -> None:
    batch = torch.randn(8, 3, requires_grad=True)
    assert is_of_batches(batch)
    assert is_of_batches(2 * batch + torch.randn(8, 3))
    assert not is_of_batches(nn.Linear(3, 3)(torch.randn(8, 3)))
    assert not is_of_batches(nn.Linear(3, 3)(batch))
    assert not is_of_batches(batch * torch.randn(1, 3, requires_grad=True))


def glanced(told: Callable[[Tensor], Tensor]) -> set[int]:
    """Steps of which only the samples were looked at."""
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 2), nn.Linear(2, 1)
    mover = torch.optim.SGD([*generator.parameters(), *critic.parameters()], lr=0.0)
    with watch(generator=generator, critic=critic, optimizers=mover) as watcher:
        for _ in range(400):
            real, fake = torch.randn(32, 2), generator(torch.randn(32, 2))
            (critic(fake).mean() - critic(real).mean()).backward()
            mover.step()
            watcher.step(real=real, fake=told(fake))
    series = watcher.evidence().series
    return set(series["batch_distance"].steps.tolist()) - set(series["seconds_data"].steps.tolist())


def test_told_samples_are_glanced_at_between_looks_unless_they_are_not_as_the_generator_made_them() -> None:
    assert glanced(lambda fake: fake)
    assert not glanced(lambda fake: 100 + fake)


def moons_of_one_side(drift: float, precision: float = 0.9) -> Evidence:
    """Samples of a half of the reals, or of all of them, drawn together: 0.3 of the reals are missed."""
    steps = np.arange(1, 41)
    values = {
        "batch_distance": 0.5, "batch_distance_real": 0.15, "coverage": 0.4, "coverage_real": 0.95, "spread": 0.6,
        "precision": precision, "precision_real": 0.95, "missed": 0.35, "missed_real": 0.0, "drift_0": 0.0,
    }  # fmt: skip
    series = {name: Series.of(steps, np.full(40, value)) for name, value in values.items()}
    series["precision"] = Series.of(steps, np.where(steps < 4, 0.0, precision))
    series["drift_1"] = Series.of(steps, drift * np.ones(40))
    return Evidence("", {"kind": "gan"}, series)


@pytest.mark.parametrize(
    ("drift", "precision", "verdict"), [(-1.0, 0.9, "found"), (0.1, 0.9, "fine"), (1.0, 0.4, "fine")]
)
def test_what_is_of_one_side_is_not_merely_narrow(drift: float, precision: float, verdict: str) -> None:
    assert mode_dropping.CAUSE.examine(moons_of_one_side(drift, precision)).verdict == verdict


@pytest.mark.parametrize(("before", "verdict"), [(0.5, "suspect"), (5.0, "found")])
def test_a_critic_that_is_sure_now_and_then_since_all_was_lost_did_not_lose_it(before: float, verdict: str) -> None:
    steps = np.arange(1, 101)
    lost = steps > 60
    now_and_then = np.where(steps % 3 == 0, 1.0, 6.0)
    gap = np.where(lost, now_and_then, before)
    distance = np.where(lost, 1.0, np.maximum(1 - steps / 30, 0.2))
    values = {"real_score_mean": gap, "batch_distance": distance}
    level = {"fake_score_mean": 0.0, "real_score_std": 1.0, "fake_score_std": 1.0, "batch_distance_real": 0.1}
    level |= {"coverage": 0.1, "coverage_real": 0.9, "critic_update_ratio": 0.1, "generator_update_ratio": 0.01}
    values |= {name: np.full(100, value) for name, value in level.items()}
    facts = {"kind": "gan", "objective": "nonsaturating", "constraint": "spectral-norm"}
    evidence = Evidence("", facts, {name: Series.of(steps, each) for name, each in values.items()})
    finding = critic_too_strong.CAUSE.examine(evidence)
    assert finding.verdict == verdict
    assert not math.isnan(finding.evidence["separation"])


@pytest.mark.parametrize(("critics", "gap", "verdict"), [(50, -1.0, "found"), (400, -1.0, "fine"), (50, 1.0, "fine")])
def test_a_critic_that_lags_by_both_signs_is_named_where_what_goes_round_comes_near_now_and_then(
    critics: int, gap: float, verdict: str
) -> None:
    steps = np.arange(1, 41)
    values = {"batch_distance_real": 0.1, "coverage": 0.5, "coverage_real": 0.9, "real_score_mean": gap}
    series = {name: Series.of(steps, np.full(40, value)) for name, value in values.items()}
    series |= {
        "batch_distance": Series.of(steps, [2.0] + 39 * [0.17]),
        "fake_score_mean": Series.of(steps, np.zeros(40)),
    }
    facts = {"kind": "gan", "objective": "wasserstein", "constraint": "clip", "n_critic": 1, "critic_parameters": 6000}
    evidence = Evidence("", facts, series, {"updates": {"critic": {"steps": critics}, "generator": {"steps": 400}}})
    assert n_critic_low.CAUSE.examine(evidence).verdict == verdict
