"""How samples stand is told of small batches too, by those of several looks together."""

import pytest
import torch
from torch import nn

from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch


def _watched(batch: int, shift: float) -> Evidence:
    """A loop whose generator makes what is real, so far away."""
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 2), nn.Linear(2, 1)
    with torch.no_grad():
        generator.weight.copy_(torch.eye(2))
        generator.bias.fill_(shift)
    mover = torch.optim.SGD([*generator.parameters(), *critic.parameters()], lr=0.0)
    with watch(generator=generator, critic=critic, optimizers=[mover], every=1) as watcher:
        for _ in range(64):
            real, fake = torch.randn(batch, 2), generator(torch.randn(batch, 2))
            (critic(fake).mean() - critic(real).mean()).backward()
            mover.step()
            watcher.step(real=real, fake=fake)
    return watcher.evidence()


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_small_batches_are_held_against_each_other_together(batch: int) -> None:
    near, far = standing(_watched(batch, 0.0)), standing(_watched(batch, 3.0))
    assert near is not None
    assert not near.suffers
    assert 0.5 < near.spread < 2
    assert far is not None
    assert far.suffers
    assert far.apart > 3


def test_a_small_last_batch_leaves_the_others_as_they_were() -> None:
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 2), nn.Linear(2, 1)
    with watch(generator=generator, critic=critic, every=1) as watcher:
        for step in range(24):
            real = torch.randn(5 if step % 8 == 7 else 32, 2)
            critic(real), critic(fake := generator(torch.randn(len(real), 2)))
            watcher.step(real=real, fake=fake)
    steps = watcher.evidence().series["batch_distance_real"].steps.tolist()
    assert {2, 3, 4, 10, 11, 12} <= set(steps)
    assert not {8, 16} & set(steps)
