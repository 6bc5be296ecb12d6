"""Whether a treatment helped: told by samples of the same latents, on pairs of which it is known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from treatments import advice, small

import ganbaru as gb
from ganbaru import signal, sources
from ganbaru.checkup.treating import beside, comparing, treat
from ganbaru.checkup.treating.comparing import Judge, outcome
from ganbaru.distances import Comparison, Estimate
from ganbaru.training.feed import Points
from ganbaru.training.trained import Trained


class _Ring(nn.Module):
    """A generator that knows the ring of 8: as wide as it is, times ``scale``, of the first ``modes`` modes."""

    def __init__(self, scale: float = 1.0, modes: int = 8) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale))
        self.modes = modes

    def forward(self, z: Tensor) -> Tensor:
        share = 0.5 * (1 + torch.erf(z[:, 0] / 2**0.5))
        angle = 2 * torch.pi * (share * self.modes).floor() / 8
        centre = torch.stack([angle.cos(), angle.sin()], dim=1)
        return self.scale * (centre + 0.02 * z[:, 1:3])


@pytest.fixture(scope="module", autouse=True)
def _few_samples() -> Iterator[None]:
    """Enough for differences as plain as these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "MADE", 400)
        yield


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Of the ring."""
    ring = sources.open("toy:ring")
    return Judge(ring, ring, seed=0)


@pytest.mark.parametrize(
    ("treated", "first", "said"),
    [
        (_Ring(1.0), _Ring(1.3), {"helped"}),
        (_Ring(1.3), _Ring(1.0), {"made it worse"}),
        (_Ring(modes=4), _Ring(modes=6), {"made it worse"}),
        (_Ring(1.30), _Ring(1.31), {"did not help"}),  # better for sure, and by next to nothing
        (_Ring(1.0), _Ring(1.0), {"can't tell", "did not help"}),
    ],
)
def test_the_better_of_two_known_generators_is_named(
    judge: Judge, treated: nn.Module, first: nn.Module, said: set[str]
) -> None:
    assert outcome(judge.compare(_trained(treated), _trained(first))) in said


@pytest.mark.parametrize(("train", "held_out"), [(200, 100), (52, 8)])
def test_two_sets_of_sounds_are_told_apart_by_held_out_ones_and_where_they_are_few_by_training_ones(
    train: int, held_out: int
) -> None:
    rng = np.random.default_rng(0)
    sounds = _sounds(rng, train + held_out)
    source: Any = _Source(sounds[:train], sounds[train:])
    quiet, right = _Player(_sounds(rng, 500) * 0.02), _Player(_sounds(rng, 500))
    assert outcome(Judge(source, source, seed=0).compare(_heard(right), _heard(quiet))) == "helped"


@pytest.mark.parametrize(
    ("a", "b", "gap", "said"),
    [
        (0.5, 1.0, (-0.9, -0.6), "helped"),
        (0.95, 1.0, (-0.12, -0.08), "did not help"),
        (1.0, 0.5, (0.6, 0.9), "made it worse"),
        (1.0, 0.95, (0.08, 0.12), "did not help"),
        (1.0, 1.0, (-0.1, 0.1), "did not help"),
        (1.0, 1.0, (-0.7, 0.7), "can't tell"),
        (0.8, 1.0, (-0.7, -0.1), "can't tell"),
        (1.2, 1.0, (0.3, 0.6), "did not help"),
        (0.0, 0.0, (-0.1, 0.1), "can't tell"),
    ],
)
def test_a_difference_counts_from_a_third_on(a: float, b: float, gap: tuple[float, float], said: str) -> None:
    difference = Estimate(sum(gap) / 2, *gap)
    verdict: Any = "A" if gap[1] < 0 else "B" if gap[0] > 0 else "can't tell"
    found = Comparison(verdict, Estimate(a, a, a), Estimate(b, b, b), difference)
    assert outcome(found) == said


@pytest.mark.long
def test_a_training_that_broke_off_is_held_against_the_untrained(tmp_path: Path) -> None:
    quick = {"steps": 200, "batch": 64, "measure_every": 200, "checkpoint_every": 200, "record_every": 0}
    with pytest.raises(gb.UserError, match="became"):
        small(tmp_path / "run", **quick, **{"critic.learning_rate": 1e30, "generator.learning_rate": 5e-3})
    run = gb.Run.open(tmp_path / "run")
    assert beside.stopped(run)
    treatment = treat(run, findings=advice({"critic.learning_rate": 5e-3}), most=1)
    assert treatment.outcome == "helped"
    assert "untrained" in treatment.trials[0].reason
    broken = treat(gb.Run.open(treatment.best), findings=advice({"critic.learning_rate": 1e30}), most=1)
    assert broken.trials[0].outcome == "made it worse"
    assert broken.best == treatment.best


def _trained(generator: nn.Module) -> Trained:
    return Trained(generator, Points(), samples=2, latent=4)


class _Player(nn.Module):
    """Plays sounds, a latent's first number says which."""

    def __init__(self, sounds: np.ndarray) -> None:
        super().__init__()
        self.sounds = nn.Parameter(torch.from_numpy(sounds.astype(np.float32)))

    def forward(self, z: Tensor) -> Tensor:
        share = 0.5 * (1 + torch.erf(z[:, 0] / 2**0.5))
        return self.sounds[(share * len(self.sounds)).long().clamp(max=len(self.sounds) - 1)][:, None]


def _heard(player: _Player) -> Trained:
    return Trained(player, signal.representation("waveform", rate=8000), samples=player.sounds.shape[1], latent=4)


class _Source:
    """As much of a source as judging asks for."""

    kind, rate = "sound", 8000

    def __init__(self, train: np.ndarray, held_out: np.ndarray) -> None:
        self.train, self.held_out = (
            sources.Split((32767 * part).astype(np.int16), None, ("",) * len(part)) for part in (train, held_out)
        )


def _sounds(rng: np.random.Generator, count: int) -> np.ndarray:
    time = np.arange(2048) / 8000
    pitch, decay = rng.uniform(200, 800, (count, 1)), rng.uniform(5, 30, (count, 1))
    return 0.8 * np.sin(2 * np.pi * pitch * time) * np.exp(-decay * time)
