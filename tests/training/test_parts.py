"""The small parts of a training: schedules, moving average, augmentation, randomness, sounds."""

import io

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from ganbaru import UserError
from ganbaru.training import settings
from ganbaru.training.augment import shifted
from ganbaru.training.ema import Average
from ganbaru.training.optimizers import optimizer, rate_factor
from ganbaru.training.randomness import latents, mix, own_random_state
from ganbaru.training.sounds import to_wav


def test_rates_rise_stay_and_fall_to_nothing() -> None:
    config = settings.resolve("sound", {"warmup": 10, "decay": "linear", "decay_start": 0.5})
    assert rate_factor(config, 0, 0.0) == pytest.approx(0.1)
    assert rate_factor(config, 50, 0.4) == 1
    assert rate_factor(config, 75, 0.75) == pytest.approx(0.5)
    assert rate_factor(config, 99, 1.0) == 0


def test_the_cosine_falls_smoothly_from_one_to_nothing() -> None:
    config = settings.resolve("sound", {"decay": "cosine", "decay_start": 0.0})
    factors = [rate_factor(config, 0, progress) for progress in np.linspace(0.001, 1, 50)]
    assert factors == sorted(factors, reverse=True)
    assert factors[0] == pytest.approx(1, abs=1e-4)
    assert factors[-1] == pytest.approx(0)


@pytest.mark.parametrize("name", ["adam", "RMSprop", "sgd", "AdamW", "adagrad", "radam"])
def test_any_optimizer_of_torch_moves_the_weights(name: str) -> None:
    config = settings.resolve("sound", {"critic": {"optimizer": name, "optimizer_options": {}}}).critic
    network = nn.Linear(2, 1)
    before = network.weight.detach().clone()
    chosen = optimizer(config, network)
    network(torch.ones(1, 2)).sum().backward()
    chosen.step()
    assert not torch.equal(before, network.weight)


def test_unknown_optimizers_and_options_are_named() -> None:
    with pytest.raises(UserError, match="rmsprop"):
        optimizer(settings.resolve("sound", {"critic.optimizer": "rmspropp"}).critic, nn.Linear(2, 1))
    wrong = settings.resolve("sound", {"critic.optimizer": "rmsprop", "critic.optimizer_options": {"betas": [0, 1]}})
    with pytest.raises(UserError, match="betas"):
        optimizer(wrong.critic, nn.Linear(2, 1))


def test_the_average_follows_its_formula() -> None:
    network = nn.Linear(1, 1, bias=False)
    average = Average(network, 0.9)
    expected = network.weight.detach().clone()
    for step in range(20):
        with torch.no_grad():
            network.weight.add_(1.0)
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * network.weight.detach()
    assert torch.allclose(average.network.weight, expected, atol=1e-5)


def test_shifting_moves_whole_sounds_and_repeats_the_edge() -> None:
    torch.manual_seed(0)
    sounds = torch.arange(10.0).expand(64, 3, 10)
    moved = shifted(sounds, 2)
    offsets = moved[:, 0, 5] - 5
    assert set(offsets.tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    expected = (torch.arange(10.0) + offsets[:, None]).clamp(0, 9)
    assert torch.equal(moved, expected[:, None].expand(-1, 3, -1))


def test_latents_depend_on_every_part_and_nothing_else() -> None:
    one = latents(1, "a", 2, count=3, size=4)
    torch.manual_seed(99)
    assert torch.equal(one, latents(1, "a", 2, count=3, size=4))
    assert len({mix(1, "a", 2), mix(2, "a", 2), mix(1, "b", 2), mix(1, "a", 3), mix(1, "a2")}) == 5


def test_a_block_with_its_own_random_state_gives_the_callers_back() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with own_random_state(1, "block"):
        torch.rand(100)
    assert torch.equal(torch.rand(3), expected)


def test_wav_rounds_clips_and_is_the_same_every_time() -> None:
    sound = np.array([0.0, 0.4 / 32767, 0.6 / 32767, -0.6 / 32767, 1.5, -1.5])
    data = to_wav(sound, 8000)
    assert data == to_wav(sound, 8000)
    read, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert rate == 8000
    assert read.tolist() == [0, 0, 1, -1, 32767, -32767]
