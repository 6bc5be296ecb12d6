"""`fit` as its users meet it: their own parts, callbacks, budgets, and trouble."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from trainings import TINY

import ganbaru as gb
from ganbaru.training import Measured, Request, Saved, Started, StepDone

Train = Callable[..., gb.Run]


def test_networks_of_ones_own_play_and_are_loaded_again(tiny: Train) -> None:
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
    generator.latent = 5  # type: ignore[assignment]
    critic = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
    before = generator[0].weight.detach().clone()
    run = tiny(generator=generator, critic=critic)
    assert not torch.equal(before, generator[0].weight)
    trained = gb.load(run, generator=generator)
    assert trained.sample(4).shape == (4, 2)
    with pytest.raises(gb.UserError, match="of your own"):
        gb.load(run)


def test_an_objective_of_ones_own_plays(tiny: Train) -> None:
    class Cubic:
        def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
            return (fake_scores**3).mean() - (real_scores**3).mean()

        def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
            return -(fake_scores**3).mean()

    assert tiny(objective=Cubic()).document["config"]["objective"] == "own:Cubic"


def test_weights_that_a_user_froze_stay_frozen(tiny: Train) -> None:
    critic = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
    critic[0].requires_grad_(False)
    before = critic[0].weight.clone()
    tiny(critic=critic)
    assert torch.equal(before, critic[0].weight)
    assert not critic[0].weight.requires_grad


def test_callbacks_hear_everything_and_may_ask(tiny: Train) -> None:
    heard: list[Any] = []

    def listen(event: Any) -> Request | None:
        heard.append(event)
        return Request.MEASURE if isinstance(event, StepDone) and event.step == 2 else None

    tiny(callbacks=[listen])
    kinds = {type(event) for event in heard}
    assert kinds == {Started, StepDone, Measured, Saved}
    assert [event.step for event in heard if isinstance(event, StepDone)] == list(range(1, 13))
    assert 2 in [event.step for event in heard if isinstance(event, Measured)]


def test_a_callback_that_fails_is_named_and_the_training_goes_on(tiny: Train) -> None:
    def clumsy(event: Any) -> None:
        raise RuntimeError("tripped")

    run = tiny(callbacks=[clumsy])
    notes = [line["text"] for line in run.metrics.read() if line["kind"] == "event"]
    assert len(notes) == 1
    assert "clumsy" in notes[0]
    assert "tripped" in notes[0]
    assert run.steps[-1] == 12


def test_a_number_that_is_none_stops_the_run_with_a_finding(tiny: Train, tmp_path: Path) -> None:
    with pytest.raises(gb.UserError, match="training stopped"):
        tiny(critic={"channels": 16, "layers": 2, "learning_rate": 1e30}, objective="least-squares")
    findings = gb.Run.open(tmp_path / "run").read_json("findings")
    assert findings is not None
    assert findings["findings"][0]["cause"] == "non-finite"
    checkpoint = gb.Run.open(tmp_path / "run").load_checkpoint()
    assert checkpoint is not None


@pytest.mark.long
def test_minutes_are_kept(tmp_path: Path) -> None:
    done: list[StepDone] = []
    settings = {key: value for key, value in TINY.items() if key not in ("steps", "measure_every")}
    run = gb.fit(
        "toy:ring",
        out=tmp_path / "run",
        minutes=0.15,
        callbacks=[lambda event: done.append(event) if isinstance(event, StepDone) else None],
        **settings,
    )
    seconds, progress = (np.array([getattr(event, name) for event in done]) for name in ("seconds", "progress"))
    budget = seconds[0] / progress[0]
    assert budget <= 9
    assert progress == pytest.approx(np.minimum(seconds / budget, 1))
    assert np.all(progress[:-1] < 1)
    assert progress[-1] == 1
    config, at = run.document["config"], {event.step: k for k, event in enumerate(done)}
    for line in run.metrics.read():
        if line["kind"] == "step" and line["step"] > 1:
            left = (1 - progress[at[line["step"]] - 1]) / (1 - config["decay_start"])
            rate = line["generator_learning_rate"] / config["generator"]["learning_rate"]
            assert rate == pytest.approx(min(1, left))


def test_evidence_says_what_the_design_promises(tiny: Train) -> None:
    run = tiny(objective="wgan", batch=8)
    line = [line for line in run.metrics.read() if line["kind"] == "step"][-1]
    for name in ("critic_loss", "generator_loss", "w1", "w1_held_out", "generator_gradient", "clipped_share"):
        assert math.isfinite(line[name]), name
    assert line["critic_updates"] == 5 * line["step"]
    assert line["w1"] == pytest.approx(line["real_score_mean"] - line["fake_score_mean"], abs=1e-6)
    assert 0 < line["clipped_share"] <= 1
    assert 0 < line["generator_update_ratio"] < 1
    assert {"seconds_data", "seconds_critic", "seconds_generator", "seconds_measure"} <= line.keys()


def test_fit_leaves_the_callers_random_state_alone(tiny: Train) -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    tiny()
    assert torch.equal(torch.rand(2), expected)


def test_fit_leaves_the_callers_arithmetic_alone(tiny: Train) -> None:
    before = torch.get_num_threads()
    tiny(threads=before + 1)
    assert torch.get_num_threads() == before
    assert float(torch.tensor(1e-40) * 1) > 0
    assert math.ulp(0.0) / 1 > 0


def test_a_trained_generator_is_asked_for_points(tiny: Train) -> None:
    trained = gb.load(tiny())
    assert (trained.sample(6, seed=1) == trained.sample(6, seed=1)).all()
    assert (trained.sample(6, seed=1) != trained.sample(6, seed=2)).any()
    with pytest.raises(gb.UserError, match="knows no labels"):
        trained.sample(2, labels=["seven"])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_trains_as_a_cpu_does(tiny: Train) -> None:
    on_cpu = [line["w1"] for line in tiny("cpu").metrics.read() if line["kind"] == "step"]
    on_gpu = [line["w1"] for line in tiny("gpu", device="cuda").metrics.read() if line["kind"] == "step"]
    assert on_gpu == pytest.approx(on_cpu, rel=1e-2, abs=1e-3)
