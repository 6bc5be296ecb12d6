"""Laws of the networks: shapes, labels, and what they say about themselves."""

import pytest
import torch
from torch import nn

from ganbaru.errors import UserError
from ganbaru.models import CriticConfig, GeneratorConfig, build_critic, build_generator, describe
from ganbaru.models.layers import Fourier, minibatch_deviation

SHAPES = [(1, 4096), (1, 1000), (1, 7), (64, 64), (80, 61), (2, 3), (2, 33, 20), (2, 1, 5), (2,), (5,)]
KINDS = {1: ["feed-forward"], 2: ["waveform", "spectrogram", "spectrogram-2d"], 3: ["spectrogram", "spectrogram-2d"]}
CASES = [(shape, kind) for shape in SHAPES for kind in ["auto", *KINDS[len(shape)]]]


@pytest.mark.parametrize(("shape", "kind"), CASES)
@pytest.mark.parametrize("classes", [0, 3])
def test_what_the_generator_makes_the_critic_scores(shape: tuple[int, ...], kind: str, classes: int) -> None:
    torch.manual_seed(0)
    generator = build_generator(GeneratorConfig(kind=kind, channels=4), shape, classes)
    critic = build_critic(CriticConfig(kind=kind, channels=4), shape, classes)
    label = torch.tensor([0, 1, 2, 2]) if classes else None
    made = generator(torch.randn(4, generator.latent), label)
    assert made.shape == (4, *shape)
    scores = critic(made, label)
    assert scores.shape == (4,)
    scores.sum().backward()
    for network in (generator, critic):
        reached = [weight.grad is not None and weight.grad.isfinite().all() for weight in network.parameters()]
        assert all(reached)


@pytest.mark.parametrize(("shape", "kind"), CASES)
def test_sizes_rise(shape: tuple[int, ...], kind: str) -> None:
    for build, config in ((build_generator, GeneratorConfig), (build_critic, CriticConfig)):
        counts = [describe(build(config(kind=kind, size=s), shape))["parameters"] for s in ("small", "medium", "large")]
        assert counts == sorted(set(counts))


@pytest.mark.parametrize("shape", [(1, 4096), (64, 64), (2, 33, 20), (2,)])
def test_a_label_changes_sound_and_score(shape: tuple[int, ...]) -> None:
    generator = build_generator(GeneratorConfig(), shape, 3)
    critic = build_critic(CriticConfig(), shape, 3)
    z = torch.randn(1, generator.latent).expand(3, -1)
    made = generator(z, torch.arange(3))
    assert not made[0].allclose(made[1])
    assert len(critic(made[:1].expand(3, *shape), torch.arange(3)).unique()) == 3


@pytest.mark.parametrize("shape", [(1, 4096), (64, 64), (2, 33, 20), (2,)])
def test_every_sound_of_a_batch_is_its_own(shape: tuple[int, ...]) -> None:
    generator, critic = build_generator(GeneratorConfig(), shape), build_critic(CriticConfig(), shape)
    z = torch.randn(6, generator.latent)
    assert critic.independent_samples
    with torch.no_grad():
        torch.testing.assert_close(generator(z)[2:3], generator(z[2:3]), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(critic(generator(z))[2:3], critic(generator(z[2:3])), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 512), (64, 64), (2,)])
def test_the_same_seed_gives_the_same_weights(shape: tuple[int, ...]) -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(5)
        states.append(build_critic(CriticConfig(), shape, 2).state_dict())
    assert states[0].keys() == states[1].keys()
    assert all(states[0][name].equal(states[1][name]) for name in states[0])


def test_the_memory_layout_of_the_input_does_not_matter() -> None:
    critic = build_critic(CriticConfig(), (64, 64))
    x = torch.randn(4, 64, 64)
    torch.testing.assert_close(critic(x), critic(x.transpose(1, 2).contiguous().transpose(1, 2)))


def test_waveforms_stay_within_one() -> None:
    generator = build_generator(GeneratorConfig(), (1, 300))
    assert generator(100 * torch.randn(8, generator.latent)).abs().max() <= 1


def test_minibatch_deviation_is_the_deviation_within_a_group() -> None:
    features = torch.randn(8, 5)
    out = minibatch_deviation(features, group=4)
    assert out.shape == (8, 1)
    torch.testing.assert_close(out[0, 0], features[:4].std(0, correction=0).mean(), rtol=1e-4, atol=1e-4)
    assert minibatch_deviation(torch.ones(4, 5)).max() < 1e-3
    critic = build_critic(CriticConfig(minibatch_deviation=True), (2,))
    assert not critic.independent_samples
    assert critic(torch.randn(7, 2)).shape == (7,)


def test_a_point_is_shown_in_octaves() -> None:
    shown = Fourier(2)(torch.tensor([[0.3, -1.0]]))
    x = torch.tensor([0.3, 0.6, -1.0, -2.0])
    torch.testing.assert_close(shown, torch.cat([torch.tensor([0.3, -1.0]), x.sin(), x.cos()])[None])
    assert Fourier(0)(torch.ones(3, 2)).equal(torch.ones(3, 2))


def test_slope_zero_is_relu() -> None:
    generator = build_generator(GeneratorConfig(slope=0), (2,))
    hidden = generator.hidden(torch.randn(64, generator.latent))
    assert hidden.min() == 0
    hidden.sum().backward()


def test_a_penalty_trains_the_critic() -> None:
    critic = build_critic(CriticConfig(channels=8), (16, 32), 2)
    x, label = torch.randn(4, 16, 32, requires_grad=True), torch.tensor([0, 1, 0, 1])
    (slope,) = torch.autograd.grad(critic(x, label).sum(), x, create_graph=True)
    slope.square().sum().backward()
    weights = [weight for name, weight in critic.named_parameters() if "bias" not in name]
    assert all(weight.grad is not None and weight.grad.any() for weight in weights)


def test_a_label_too_few_or_too_many_is_refused() -> None:
    with_classes, without = build_critic(CriticConfig(), (2,), 3), build_generator(GeneratorConfig(), (2,))
    with pytest.raises(ValueError, match="needed"):
        with_classes(torch.randn(1, 2))
    with pytest.raises(ValueError, match="not taken"):
        without(torch.randn(1, without.latent), torch.zeros(1, dtype=torch.int64))


@pytest.mark.parametrize(
    ("config", "shape", "words"),
    [
        (GeneratorConfig(kind="waveform"), (2,), "does not fit"),
        (GeneratorConfig(kind="feed-forward"), (1, 64), "does not fit"),
        (GeneratorConfig(kernel=4), (1, 64), "even"),
        (GeneratorConfig(kernel=5), (2,), "no meaning"),
        (GeneratorConfig(), (1, 2, 3, 4), "no network"),
        (GeneratorConfig(kind="waveform"), (2, 5, 64), "does not fit"),
    ],
)
def test_what_does_not_go_together_is_named(config: GeneratorConfig, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(UserError, match=words):
        build_generator(config, shape)


def test_multiply_adds_are_those_of_the_folded_network() -> None:
    assert describe(build_generator(GeneratorConfig(), (1, 4096)))["multiply_adds"] == (
        64 * 4096 + 3 * 4 * (16 * 256 * 128 + 64 * 128 * 64 + 256 * 64 * 32 + 1024 * 32 * 1)
    )
    assert describe(build_critic(CriticConfig(), (2,)))["multiply_adds"] == ((1 + 8) * 2 * 128 + 2 * 128 * 128 + 128)


def test_any_module_is_described() -> None:
    assert describe(nn.Linear(3, 2)) == {"class": "Linear", "parameters": 8}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("shape", [(1, 4096), (64, 64), (2, 33, 20), (2,)])
def test_a_cuda_device_gives_the_same(shape: tuple[int, ...]) -> None:
    critic = build_critic(CriticConfig(), shape)
    x = torch.randn(4, *shape)
    here = critic(x)
    there = critic.cuda()(x.cuda())
    torch.testing.assert_close(here, there.cpu(), rtol=1e-3, atol=1e-4)
