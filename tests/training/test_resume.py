"""A run that was stopped and resumed is, bit for bit, the run that was never stopped."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trainings import evidence, stop_at, trained_bytes

import ganbaru as gb
from ganbaru.training import Interrupted, StepDone

Train = Callable[..., gb.Run]
KINDS: dict[str, dict[str, Any]] = {
    "default": {},
    "wgan": {"objective": "wgan", "batch": 8},
    "wgan-gp": {"objective": "wgan-gp", "batch": 8},
    "lazy": {"constraint_every": 4, "noise": 0.1, "warmup": 5, "decay": "cosine", "decay_start": 0.2},
    "relativistic without average": {"objective": "r3gan", "batch": 8, "ema": 0.0, "gradient_clip": 1.0},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("cut", [1, 6, 10])
def test_resumed_equals_uninterrupted(tiny: Train, kind: str, cut: int) -> None:
    settings = KINDS[kind]
    whole = tiny("whole", **settings)
    tiny("cut", callbacks=[stop_at(cut)], **settings)
    resumed = tiny("cut", resume=True, **settings)
    assert trained_bytes(whole) == trained_bytes(resumed)
    assert evidence(whole) == evidence(resumed)


def test_equal_seeds_give_equal_bytes_and_others_do_not(tiny: Train) -> None:
    first, again, other = tiny("first"), tiny("again"), tiny("other", seed=8)
    assert trained_bytes(first) == trained_bytes(again)
    assert trained_bytes(first)["model.safetensors"] != trained_bytes(other)["model.safetensors"]


def test_recording_measuring_and_saving_disturb_nothing(tiny: Train) -> None:
    watched = tiny("watched", record_every=1, measure_every=2, checkpoint_every=1)
    left_alone = tiny("left alone", record_every=0, measure_every=12, checkpoint_every=12)
    for name in ("model.safetensors", "optimizer.safetensors"):
        assert trained_bytes(watched)[name] == trained_bytes(left_alone)[name]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_step_saves_and_can_be_resumed(tiny: Train, number: signal.Signals) -> None:
    def ring(event: Any) -> None:
        if isinstance(event, StepDone) and event.step == 5:
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    with pytest.raises(Interrupted) as stopped:
        tiny("run", callbacks=[ring])
    assert stopped.value.step == 5
    assert signal.getsignal(number) is before
    assert trained_bytes(tiny("run", resume=True)) == trained_bytes(tiny("whole"))


def test_resuming_needs_no_settings_said_again(tiny: Train, tmp_path: Path) -> None:
    tiny("run", callbacks=[stop_at(4)])
    resumed = gb.fit("toy:ring", out=tmp_path / "run", resume=True)
    assert trained_bytes(resumed) == trained_bytes(tiny("whole"))


def test_a_changed_setting_is_refused_by_its_key(tiny: Train) -> None:
    tiny("run", callbacks=[stop_at(4)])
    with pytest.raises(gb.UserError, match=r"critic\.learning_rate"):
        tiny("run", resume=True, critic={"channels": 16, "layers": 2, "learning_rate": 0.1})


def test_more_steps_may_be_asked_for(tiny: Train) -> None:
    tiny("run")
    longer = tiny("run", resume=True, steps=15)
    assert longer.steps[-1] == 15


def test_another_source_is_refused(tiny: Train, tmp_path: Path) -> None:
    tiny("run")
    with pytest.raises(gb.UserError, match="toy:grid"):
        gb.fit("toy:grid", out=tmp_path / "run", resume=True)


def test_a_run_in_the_way_is_not_touched(tiny: Train) -> None:
    run = tiny("run")
    before = (run.path / "run.toml").read_bytes()
    with pytest.raises(gb.UserError, match="--resume"):
        tiny("run", seed=8)
    assert (run.path / "run.toml").read_bytes() == before


def test_a_damaged_newest_checkpoint_is_stepped_over(tiny: Train) -> None:
    whole = tiny("whole")
    run = tiny("run", callbacks=[stop_at(9)])
    damaged = run.path / "checkpoints" / f"step-{run.steps[-1]:06d}" / "model.safetensors"
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert trained_bytes(tiny("run", resume=True)) == trained_bytes(whole)
