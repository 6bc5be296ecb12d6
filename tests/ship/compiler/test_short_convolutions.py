"""Winograd's way: its forms are exact, what takes one agrees with torch, and what costs most does take one."""

import copy
import random
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn

from ganbaru.models import GeneratorConfig, build_generator
from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.folding import folded
from ganbaru.ship.compiler.gemm import Product
from ganbaru.ship.compiler.module import assembled, compiled
from ganbaru.ship.compiler.toom_cook import MOST, Form
from ganbaru.ship.compiler.winograd import Winograd
from ganbaru.ship.running import Instance
from ganbaru.ship.sections import FUSED, with_sections

FORMS = [Form(m, r) for r in range(2, MOST) for m in range(2, MOST + 2 - r)]
ACTIVATIONS = (nn.ReLU(), nn.LeakyReLU(0.2), nn.LeakyReLU(1.5), nn.Tanh(), nn.GELU(), nn.ELU(), nn.Identity())
CASES, MANY = 12, 400


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_form_makes_a_convolution_of_its_products(form: Form) -> None:
    choice = random.Random(form.points)
    d = [Fraction(choice.randint(-99, 99)) for _ in range(form.points)]
    g = [Fraction(choice.randint(-99, 99)) for _ in range(form.taps)]
    products = [_dot(b, d) * _dot(w, g) for b, w in zip(form.input, form.weights, strict=True)]
    made = [sum(a[j] * p for a, p in zip(form.output, products, strict=True)) for j in range(form.places)]
    assert made == [_dot(g, d[j:]) for j in range(form.places)]


def test_the_first_product_takes_the_sum_of_the_taps() -> None:
    for form in FORMS:
        assert len(set(form.weights[0])) == 1


@pytest.mark.parametrize("seed", range(CASES))
def test_a_wide_generator_agrees_with_torch(seed: int) -> None:
    check(seed)


@pytest.mark.soak
def test_four_hundred_wide_generators_agree_with_torch() -> None:
    for seed in range(CASES, CASES + MANY):
        check(seed)


def check(seed: int) -> None:
    """Holds one generator, of which some layer goes by Winograd's way, against its module, plain and relaxed."""
    generator, latent = _wide(seed)
    made = compiled(capture(generator, latent=latent))
    assert any(isinstance(kernel, Winograd) for _, kernel in made.program.kernels), seed
    module = with_sections(made.binary(), {FUSED: assembled(made.fused)})
    z = np.random.default_rng(seed).standard_normal(latent).astype(np.float32)
    with torch.no_grad():
        expected = generator(torch.from_numpy(z)[None])[0].numpy().ravel()
    for fused in (False, True):
        off = np.abs(Instance(module, fused=fused).run(z) - expected).max()
        assert off <= 1e-4 * np.abs(expected).max(), (seed, fused, generator)


def test_rounding_stays_far_below_what_is_asked_for() -> None:
    generator = nn.Sequential(nn.Linear(8, 128 * 64), nn.Unflatten(1, (128, 64)), nn.Conv1d(128, 128, 3, padding=1))
    made = compiled(capture(generator, latent=8))
    assert [kernel.form for kernel in _turned(made)] == [Form(8, 3)]
    instance, exact = Instance(made.binary()), copy.deepcopy(generator).double()
    for z in np.random.default_rng(3).standard_normal((20, 8)).astype(np.float32):
        with torch.no_grad():
            expected = exact(torch.from_numpy(z)[None].double())[0].numpy().ravel()
        assert np.abs(instance.run(z) - expected).max() <= 2e-5 * np.abs(expected).max()


def test_what_is_shipped_takes_no_memory_of_its_own_beside_turned_weights() -> None:
    generator = build_generator(GeneratorConfig(), (1, 16_000))
    network = capture(generator, latent=generator.latent)
    whole, exact = (compiled(network, precision=precision) for precision in ("int8", "fp32"))
    assert len(exact.binary()) - len(whole.binary()) > 3_500_000
    assert exact.plan.memory.end <= whole.plan.memory.end


def test_the_default_generators_take_less_than_half_of_what_is_left_of_them_when_folded() -> None:
    for shape in ((1, 16_000), (64, 63)):
        generator = build_generator(GeneratorConfig(), shape)
        made = compiled(capture(generator, latent=generator.latent))
        products = [kernel for _, kernel in made.program.kernels if isinstance(kernel, Product)]
        done = sum(kernel.multiply_adds for kernel in _turned(made))
        done += sum(each.turns * each.rows * each.depth * each.columns for each in products)
        assert 0 < done < 0.5 * folded(made.graph).multiply_adds


def test_what_would_not_gain_stays_a_product() -> None:
    for layers in (
        nn.Conv1d(4, 8, 3, padding=1),
        nn.Conv1d(16, 6, 3, padding=1),
        nn.Conv1d(16, 16, 1),
        nn.Conv1d(16, 16, 3, padding=2, dilation=2),
        nn.Conv1d(16, 16, 3, padding=1, groups=2),
        nn.Conv1d(16, 16, 13, padding=6),
    ):
        generator = nn.Sequential(nn.Linear(3, layers.in_channels * 16), nn.Unflatten(1, (-1, 16)), layers)
        assert not _turned(compiled(capture(generator, latent=3))), layers


def _wide(seed: int) -> tuple[nn.Module, int]:
    """A generator of wide layers, and the size of its latent vector; the first convolution gains by Winograd's way."""
    choice = random.Random(seed)
    torch.manual_seed(seed)
    latent, axes, channels = choice.randint(1, 9), choice.choice([1, 1, 2]), choice.choice([32, 36, 64])
    space = (*(choice.choice([2, 3]) for _ in range(axes - 1)), choice.choice([8, 12, 14, 16, 24]))
    start = nn.Linear(latent, channels * int(np.prod(space)))
    layers: list[nn.Module] = [start, nn.Unflatten(1, (channels, *space)), choice.choice(ACTIVATIONS)]
    for number in range(choice.randint(1, 3)):
        outputs = choice.choice([32, 40, 64] if number == 0 else [8, 16, 24, 32])
        layers += [*_layer(choice, channels, outputs, axes, first=number == 0), choice.choice(ACTIVATIONS)]
        channels = outputs
    return nn.Sequential(*layers).eval(), latent


def _layer(choice: random.Random, inputs: int, outputs: int, axes: int, *, first: bool) -> list[nn.Module]:
    kind, kernel = (nn.Conv1d, nn.Conv2d)[axes - 1], choice.choice([3, 5])
    if choice.random() < 0.5:
        scale = choice.choice([2, 3, 4])
        kernel = choice.choice([3, 5, 9]) if axes == 1 else 5
        return [nn.Upsample(scale_factor=scale), kind(inputs, outputs, kernel, padding=kernel // 2)]
    return [kind(inputs, outputs, kernel, padding=kernel // 2, stride=1 if first else choice.choice([1, 2]))]


def _turned(made) -> list[Winograd]:
    return [kernel for _, kernel in made.program.kernels if isinstance(kernel, Winograd)]


def _dot(x, y) -> Fraction:
    return sum((a * b for a, b in zip(x, y, strict=False)), Fraction(0))
