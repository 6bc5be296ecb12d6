"""What is random in a training is a function of seed, step and stream, and leaves the caller's state alone."""

import pytest
import torch

from ganbaru.training.randomness import mix, own_random_state, seed_torch


@pytest.mark.parametrize("seed", [0, 7, mix(1, "step", 3)])
def test_seeding_is_torchs_own(seed: int) -> None:
    torch.manual_seed(seed)
    expected = torch.randn(5)
    seed_torch(seed)
    assert torch.equal(torch.randn(5), expected)


def test_every_part_counts() -> None:
    seeds = {mix(1, "step", 2), mix(2, "step", 2), mix(1, "step", 3), mix(1, "other", 2)}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_block_of_its_own_puts_the_state_back() -> None:
    seed_torch(3)
    expected = torch.randn(3)
    seed_torch(3)
    with own_random_state(5, "elsewhere"):
        inside = torch.randn(3)
    assert torch.equal(torch.randn(3), expected)
    with own_random_state(5, "elsewhere"):
        assert torch.equal(torch.randn(3), inside)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_device_is_seeded_too() -> None:
    drawn = []
    for _ in range(2):
        seed_torch(11)
        drawn.append(torch.randn(3, device="cuda"))
    assert torch.equal(*drawn)
