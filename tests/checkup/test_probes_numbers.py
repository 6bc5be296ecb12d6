"""The arithmetic of the probes against answers that are known: quadratics, hand-made stacks, simple sounds."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ganbaru.checkup.probes import critic_convergence, curvature, line, noise_scale
from ganbaru.checkup.probes.apart import apart
from ganbaru.checkup.probes.losses import flat, gradient
from ganbaru.checkup.sight.reach import critic_reach, generator_reach
from ganbaru.checkup.sight.structure import structure
from ganbaru.models.convolution import Conv1d, UpsampleConv1d


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    """Standard normal numbers that are the same for the same seed."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("size", "noise", "dimensions"), [(8, 1.0, 50), (32, 3.0, 20)])
def test_the_noise_scale_of_a_quadratic_is_the_trace_of_its_noise_over_its_squared_slope(
    size: int, noise: float, dimensions: int
) -> None:
    # one sample's gradient of |w − x|² / 2 at w is w − x, with x of variance noise² around 0
    slope = torch.full((dimensions,), 2.0, dtype=torch.float64)
    pieces = [slope + noise * drawn(size, dimensions, seed=k).mean(dim=0) for k in range(200)]
    found = noise_scale.scale(noise_scale.products(pieces), size)
    truth = noise**2 * dimensions / float(slope @ slope)
    assert found[""] == pytest.approx(truth, abs=4 * found["_error"])
    assert found["_error"] < 0.15 * truth
    assert found["_norm"] == pytest.approx(float(slope.norm()), rel=0.05)


def test_where_the_slope_drowns_in_noise_only_a_lower_bound_is_given() -> None:
    found = noise_scale.scale(noise_scale.products([drawn(50, seed=k) for k in range(12)]), 16)
    assert set(found) == {"_at_least", "_norm"}
    assert found["_at_least"] > 16


@settings(max_examples=30)
@given(values=st.lists(st.floats(-50, 50), min_size=4, max_size=8), seed=st.integers(0, 5))
def test_the_top_eigenvalue_of_a_quadratic_is_found_whatever_the_signs(values: list[float], seed: int) -> None:
    spectrum = torch.tensor([*values, 100.0, -30.0], dtype=torch.float64)
    basis, _ = torch.linalg.qr(drawn(len(spectrum), len(spectrum), seed=seed))
    matrix = basis @ torch.diag(spectrum) @ basis.T
    weight = nn.Parameter(drawn(len(spectrum), seed=1))
    product = curvature.hessian(lambda: 0.5 * weight @ matrix @ weight, [weight])
    found, settled = curvature.top(product, drawn(len(spectrum), seed=2))
    assert found == pytest.approx(100.0, rel=0.02)
    assert settled < 0.02


def test_the_top_eigenvalue_is_not_the_one_of_the_largest_modulus() -> None:
    matrix = torch.diag(torch.tensor([-200.0, 30.0, 1.0], dtype=torch.float64))
    found, _ = curvature.top(lambda vector: matrix @ vector, drawn(3))
    assert found == pytest.approx(30.0, rel=0.05)


def test_an_adaptive_optimizer_is_judged_by_what_it_divides_by() -> None:
    weight = nn.Parameter(torch.tensor([1.0, 1.0]))
    optimizer = torch.optim.Adam([weight], lr=0.1, betas=(0.5, 0.9), eps=0.0)
    for _ in range(3):
        optimizer.zero_grad()
        (50 * weight[0] ** 2 + 0.005 * weight[1] ** 2).backward()
        optimizer.step()
    divided = curvature.preconditioner(optimizer, [weight])
    assert divided is not None
    product = curvature.hessian(lambda: 50 * weight[0] ** 2 + 0.005 * weight[1] ** 2, [weight], divided)
    found, _ = curvature.top(product, torch.ones(2))
    assert found == pytest.approx(float((torch.tensor([100.0, 0.01]) / divided).max()), rel=1e-3)
    assert curvature.stable(optimizer) == pytest.approx(6.0)


def test_a_rate_above_the_limit_diverges_on_a_quadratic_and_one_below_does_not() -> None:
    for momentum in (0.0, 0.5, 0.9):
        for factor, grows in ((0.9, False), (1.1, True)):
            weight = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
            optimizer = torch.optim.SGD([weight], lr=1.0, momentum=momentum)
            optimizer.param_groups[0]["lr"] = factor * curvature.stable(optimizer) / 10.0
            for _ in range(300):
                optimizer.zero_grad()
                (5.0 * weight**2).sum().backward()
                optimizer.step()
            assert (abs(weight.item()) > 1.0) is grows, (momentum, factor)


def test_along_a_line_the_best_multiple_is_the_one_that_meets_the_bottom() -> None:
    weight = nn.Parameter(torch.tensor([1.0, 1.0], dtype=torch.float64))
    losses = [lambda: (weight**2).sum()]
    profile = line.along(losses, torch.tensor([-0.1, -0.1], dtype=torch.float64), [weight], check=lambda: None)
    assert line.MULTIPLES[int(profile[1:, 0].argmin())] == 10.0
    assert weight.tolist() == [1.0, 1.0]


def test_a_gradient_as_one_vector_has_zeros_for_weights_that_do_not_matter() -> None:
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
    found = gradient((used**2).sum(), [used, unused])
    assert found.tolist() == [2, 2, 0, 0, 0]
    assert len(flat([used, unused])) == 5


def words(curve: dict[int, float], spread: float = 0.0) -> np.ndarray:
    """Three trainings and eight chunks that say the same up to a spread."""
    noise = np.random.default_rng(0).normal(0, 1, (3, len(curve), 8))
    return np.array(list(curve.values()))[None, :, None] + spread * noise


def test_a_critic_that_still_rises_gains_and_one_that_has_arrived_does_not() -> None:
    rising = {0: 1.0, 1: 1.2, 2: 1.4, 4: 1.8, 64: 4.0}
    assert critic_convergence.said(words(rising), list(rising), 1)["gain"] == pytest.approx(4.0 / 1.2 - 1)
    level = {0: 0.5, 1: 0.9, 4: 1.0, 5: 1.0, 64: 1.0}
    said = critic_convergence.said(words(level), list(level), 5)
    assert said["gain"] == 0.0
    assert said["enough"] == 4


def test_noise_alone_is_no_gain() -> None:
    level = dict.fromkeys((0, 4, 5, 8, 16, 64), 1.0)
    said = critic_convergence.said(words(level, 0.2), list(level), 5)
    assert said["gain"] < 3 * said["gain_error"]
    assert abs(said["last"]) < 3 * said["last_error"]


class Head(nn.Module):
    """A critic: some layers, then the sum of all that comes out."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x).flatten(1).sum(dim=1)


def seen_by(*layers: nn.Module, length: int = 240) -> int | None:
    """What the last layer of a stack sees of its input."""
    torch.manual_seed(0)
    critic = Head(*layers)
    return critic_reach(critic, torch.randn(4, 1, length), critic)


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        (lambda: [nn.Conv1d(1, 3, 5, padding=2)], 5),
        (lambda: [nn.Conv1d(1, 3, 5, padding=2), nn.Conv1d(3, 3, 5, padding=2)], 9),
        (lambda: [nn.Conv1d(1, 3, 9, stride=4, padding=4), nn.Conv1d(3, 3, 9, stride=4, padding=4)], 9 + 8 * 4),
        (lambda: [nn.Conv1d(1, 3, 3, padding=4, dilation=4), nn.LeakyReLU(0.2), nn.Conv1d(3, 1, 1)], 9),
        (lambda: [Conv1d(1, 4, 9, stride=4, slope=0.2), Conv1d(4, 4, 9, stride=4, slope=0.2)], 9 + 8 * 4),
        (lambda: [nn.ConvTranspose1d(1, 2, 4, stride=2), nn.Conv1d(2, 1, 1)], 2),
    ],
)
def test_the_receptive_field_of_a_hand_made_critic_is_that_of_the_textbook(layers: object, field: int) -> None:
    assert seen_by(*layers()) == field  # type: ignore[operator]


def test_a_critic_of_plain_layers_has_no_field() -> None:
    assert seen_by(nn.Flatten(), nn.Linear(240, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)) is None


class Grown(nn.Module):
    """A generator: a first layer to all frames, then convolutions that upsample."""

    def __init__(self, *stages: nn.Module) -> None:
        super().__init__()
        self.first, self.stages = nn.Linear(3, 4 * 32), nn.Sequential(*stages)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.stages(self.first(z).view(-1, 4, 32))


@pytest.mark.parametrize(
    ("stages", "field"),
    [
        (lambda: [UpsampleConv1d(4, 1, 1, scale=4)], 4),
        (lambda: [UpsampleConv1d(4, 1, 9, scale=4)], 3 * 4),
        (lambda: [nn.ConvTranspose1d(4, 1, 4, stride=4)], 4),
        (lambda: [UpsampleConv1d(4, 4, 5, scale=2), UpsampleConv1d(4, 1, 5, scale=2)], 4 * 4),
    ],
)
def test_the_receptive_field_of_a_hand_made_generator_is_that_of_the_textbook(stages: object, field: int) -> None:
    torch.manual_seed(0)
    generator = Grown(*stages())  # type: ignore[operator]
    assert generator_reach(generator, lambda: generator(torch.randn(4, 3))) == field


@given(period=st.integers(10, 60), seed=st.integers(0, 9))
def test_the_structure_of_a_tone_is_its_period(period: int, seed: int) -> None:
    steps = torch.arange(1000, dtype=torch.float64)
    tone = torch.sin(2 * math.pi * (steps / period + seed / 10)) + 0.1 * drawn(1000, seed=seed)
    length, periodic = structure(tone[None])
    assert periodic
    assert length == pytest.approx(period, abs=1)


def test_noise_and_silence_have_no_period() -> None:
    assert structure(drawn(1, 2000)) == (1, False)
    assert structure(torch.zeros(1, 100)) == (0, False)


@given(seed=st.integers(0, 20), most=st.integers(1, 12))
def test_samples_to_learn_by_heart_are_distinct_and_never_a_hair_apart(seed: int, most: int) -> None:
    centres = 10 * drawn(5, 3, seed=seed)
    near = torch.cat([centres, centres + 1e-6 * drawn(5, 3, seed=seed + 1)])
    chosen = apart(near, most)
    assert len(set(chosen.tolist())) == len(chosen) <= most
    assert len({int(index) % 5 for index in chosen}) == len(chosen)
