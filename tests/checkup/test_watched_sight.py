"""How far the networks of a watched loop see, against the period of what they are shown."""

import math

import pytest
import torch
from torch import Tensor, nn

from ganbaru.checkup import watch
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge

_PERIOD, _LENGTH = 16, 128


def tones(count: int, seed: int) -> Tensor:
    """Tones of one pitch and any phase ``(count, 1, 128)``."""
    phase = 2 * math.pi * torch.rand(count, 1, 1, generator=torch.Generator().manual_seed(seed))
    return torch.sin(2 * math.pi * torch.arange(_LENGTH) / _PERIOD + phase)


class Ahead(nn.Module):
    """Causal convolutions; what comes out is as long as what goes in."""

    def __init__(self, kernels: tuple[int, ...]) -> None:
        super().__init__()
        widths = (1, *(8 for _ in kernels[1:]), 1)
        self.layers = nn.ModuleList(
            nn.Conv1d(into, out, kernel) for into, out, kernel in zip(widths[:-1], widths[1:], kernels, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(nn.functional.pad(x if layer is self.layers[0] else x.tanh(), (layer.kernel_size[0] - 1, 0)))
        return x


def predicted(kernels: tuple[int, ...], steps: int = 150) -> Evidence:
    """Of a loop that predicts four samples ahead."""
    torch.manual_seed(0)
    model = Ahead(kernels)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    with watch(model=model, optimizers=optimizer, steps=steps) as w:
        for step in range(steps):
            sounds = tones(16, step)
            loss = (model(sounds[..., :-4]) - sounds[..., 4:]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            w.step(loss=loss)
    return w.evidence()


def test_a_predictor_that_knows_a_single_sample_is_named() -> None:
    evidence = predicted((1, 1))
    assert evidence.probes["sight"] == {
        "length": _LENGTH - 4,
        "longer": {},
        "model": 1,
        "structure": _PERIOD,
        "periodic": 1.0,
    }
    leading = judge(evidence).leading
    assert leading is not None
    assert (leading.cause, leading.where) == ("receptive-field-short", "model")


def test_a_predictor_that_sees_enough_to_learn_is_not() -> None:
    evidence = predicted((9, 9))
    assert evidence.probes["sight"]["model"] == 17
    assert "receptive-field-short" not in [finding.cause for finding in judge(evidence).found]


@pytest.mark.parametrize(("kernel", "sees"), [(1, 1), (5, 9)])
def test_critic_and_generator_are_looked_through_also_where_they_are_given_labels(kernel: int, sees: int) -> None:
    class Judge(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Conv1d(1, 4, kernel), nn.Conv1d(4, 4, kernel)
            self.last = nn.Linear(4, 1)

        def forward(self, x: Tensor, label: Tensor) -> Tensor:
            heard = self.second(self.first(x).relu()).mean(dim=2)
            return self.last(heard + label[:, None])

    class Maker(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(4, 4 * _LENGTH // 4)
            self.last = nn.ConvTranspose1d(4, 1, 4, stride=4)

        def forward(self, z: Tensor) -> Tensor:
            return self.last(self.first(z).reshape(len(z), 4, -1).relu())

    torch.manual_seed(0)
    generator, critic = Maker(), Judge()
    optimizers = [torch.optim.Adam(part.parameters(), lr=1e-3) for part in (generator, critic)]
    with watch(generator=generator, critic=critic, optimizers=optimizers, steps=12) as w:
        for step in range(12):
            real, labels = tones(8, step), torch.randint(2, (8,)).float()
            fake = generator(torch.randn(8, 4))
            loss = critic(fake.detach(), labels).mean() - critic(real, labels).mean()
            optimizers[1].zero_grad()
            loss.backward()
            optimizers[1].step()
            loss = -critic(fake, labels).mean()
            optimizers[0].zero_grad()
            loss.backward()
            optimizers[0].step()
            w.step(real=real, fake=fake)
    sight = w.evidence().probes["sight"]
    assert (sight["critic"], sight["generator"], sight["structure"]) == (sees, 4, _PERIOD)


def test_points_have_no_time_to_see() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)
    with watch(model=model, optimizers=optimizer, steps=12) as w:
        for _ in range(12):
            loss = model(torch.randn(8, 3)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            w.step(loss=loss)
    assert w.evidence().lacks("sight").startswith("no network was seen that is given a time")
