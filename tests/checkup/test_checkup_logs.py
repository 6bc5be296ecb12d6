"""Logs of other trainers: their columns are told apart, their steps put in order, their faults said."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ganbaru as gb
from ganbaru.checkup.logs import gather, is_log
from ganbaru.checkup.logs.columns import guess
from ganbaru.checkup.logs.thinning import KEPT, Records, thin

Write = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Write:
    """Writes a table, its columns given by name."""

    def write(name: str = "log.csv", delimiter: str = ",", **columns: Sequence[Any]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return path

    return write


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        ("iter lossD lossG", "step critic_loss generator_loss"),
        ("step d_loss g_loss", "step critic_loss generator_loss"),
        ("global_step D/loss G/loss", "step critic_loss generator_loss"),
        ("epoch iteration errD errG", "- step critic_loss generator_loss"),
        ("_step Loss_D Loss_G _runtime", "step critic_loss generator_loss -"),
        ("epoch loss_D_real loss_D_fake loss_D loss_G", "step - - critic_loss generator_loss"),
        ("step loss_G_GAN loss_G_L1 loss_D", "step generator_loss - critic_loss"),
        ("Step critic_loss generator_loss gradient_penalty", "step critic_loss generator_loss penalty"),
        ("step discriminator_loss gen_loss val_loss", "step critic_loss generator_loss held_out_loss"),
        ("n_iter critic/loss Wasserstein_distance GP", "step critic_loss w1 penalty"),
        ("step train/loss eval/loss grad_norm", "step loss held_out_loss model_gradient"),
        ("step val_d_loss d_loss d_grad_norm", "step held_out_loss critic_loss critic_gradient"),
        ("time accuracy", "- -"),
    ],
)
def test_columns_are_guessed_by_their_names(names: str, meant: str) -> None:
    pairs = zip(names.split(), meant.split(), strict=True)
    expected = {name: meaning for name, meaning in pairs if meaning != "-"}
    found = {column: meaning for meaning, column in guess(names.split()).items()}
    if "val_d_loss" in names:
        expected.pop("val_d_loss")
    assert found == expected


def test_what_was_guessed_is_said_and_can_be_said_otherwise(table: Write) -> None:
    path = table(iter=range(5), lossD=range(5), foo=[9] * 5, gp=[1] * 5)
    evidence = gather(path)
    assert evidence.facts["columns"] == {"critic_loss": "lossD", "penalty": "gp", "step": "iter"}
    assert "lossD is critic_loss (guessed)" in evidence.facts["notes"][0]
    told = gather(path, columns={"critic_loss": "foo", "penalty": "-", "objective": "wasserstein", "n_critic": "5"})
    assert told.facts["columns"] == {"critic_loss": "foo", "step": "iter"}
    assert "foo is critic_loss," in told.facts["notes"][0] + ","
    assert (told.facts["objective"], told.facts["n_critic"]) == ("wasserstein", 5)
    assert told.series["critic_loss"].values.tolist() == [9] * 5


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"critic_los": "lossD"}, "did you mean 'critic_loss'"), ({"critic_loss": "lossE"}, "did you mean 'lossD'")],
)
def test_a_name_that_is_not_there_is_answered_by_the_nearest(
    columns: dict[str, str], message: str, table: Write
) -> None:
    with pytest.raises(gb.UserError, match=message):
        gather(table(step=range(3), lossD=range(3)), columns=columns)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_every_delimiter_is_read(delimiter: str, table: Write) -> None:
    series = gather(table(delimiter=delimiter, step=range(4), d_loss=[0.5, -1, 2e3, 4])).series["critic_loss"]
    assert series.values.tolist() == [0.5, -1, 2e3, 4]


def test_decimal_commas_are_read_where_commas_do_not_part_cells(table: Write) -> None:
    series = gather(table(delimiter=";", step=range(2), d_loss=["0,5", "1,25"])).series["critic_loss"]
    assert series.values.tolist() == [0.5, 1.25]


def test_cells_that_are_empty_are_left_out_and_nan_at_the_end_is_kept(table: Write) -> None:
    evidence = gather(table(step=range(6), d_loss=[1, "", 3, 4, "nan", "nan"], g_loss=["", 1, "", 1, "", 1]))
    assert evidence.series["critic_loss"].steps.tolist() == [0, 2, 3, 4, 5]
    assert np.isnan(evidence.series["critic_loss"].values[-2:]).all()
    assert evidence.series["generator_loss"].steps.tolist() == [1, 3, 5]


def test_nan_between_numbers_is_an_empty_cell_and_that_is_said(table: Write) -> None:
    evidence = gather(table(step=range(40), loss=[1.0, "nan"] * 20))
    assert evidence.series["loss"].steps.tolist() == list(range(0, 40, 2))
    assert any("NaN between numbers" in note for note in evidence.facts["notes"])


def test_steps_are_put_in_order_and_of_one_step_the_last_counts(table: Write) -> None:
    evidence = gather(table(step=[3, 1, 2, 2, 9], loss=[30, 10, 20, 21, 90]))
    assert evidence.series["loss"].steps.tolist() == [1, 2, 3, 9]
    assert evidence.series["loss"].values.tolist() == [10, 21, 30, 90]
    assert any("not in order" in note for note in evidence.facts["notes"])


def test_of_trainings_one_after_another_the_last_is_taken(table: Write) -> None:
    evidence = gather(table(step=[0, 1, 2, 3, 0, 1, 2], loss=[9, 9, 9, 9, 1, 2, 3]))
    assert evidence.series["loss"].values.tolist() == [1, 2, 3]
    assert any("begin anew" in note for note in evidence.facts["notes"])


def test_rows_are_counted_where_an_epoch_stands_many_times_or_nothing_counts(table: Write) -> None:
    for path in (table(epoch=[0] * 5 + [1] * 5, loss=range(10)), table("b.csv", loss=range(10))):
        evidence = gather(path)
        assert evidence.series["loss"].steps.tolist() == list(range(10))
        assert any("counted" in note for note in evidence.facts["notes"])


def test_lines_of_json_are_read_with_keys_within_keys_and_a_torn_end(tmp_path: Path) -> None:
    rows = [{"_step": n // 2, "train": {"d_loss" if n % 2 else "g_loss": n}, "tags": ["x"]} for n in range(20)]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + '\n{"_step": 1', encoding="utf-8")
    evidence = gather(path)
    assert evidence.facts["columns"] == {
        "critic_loss": "train/d_loss",
        "generator_loss": "train/g_loss",
        "step": "_step",
    }
    assert evidence.series["critic_loss"].values.tolist() == list(range(1, 20, 2))
    assert any("could not be read" in note for note in evidence.facts["notes"])


def test_event_files_say_what_was_written(tmp_path: Path) -> None:
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    with tensorboard.SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(30):
            writer.add_scalar("Loss/D", step / 2, step * 10)
            writer.add_scalar("Loss/G", -step, step * 10, new_style=True)
            writer.add_text("said", "loss", step)
    evidence = gather(tmp_path / "run")
    assert evidence.facts["columns"] == {"critic_loss": "Loss/D", "generator_loss": "Loss/G"}
    for name, factor in (("critic_loss", 0.05), ("generator_loss", -0.1)):
        series = evidence.series[name]
        assert series.steps.tolist() == list(range(0, 300, 10))
        assert np.allclose(series.values, series.steps * factor)


def test_curves_that_tensorboard_saved_are_put_together(table: Write, tmp_path: Path) -> None:
    for tag in ("Loss_D", "Loss_G"):
        table(f"saved/run-a-tag-{tag}.csv", **{"Wall time": [1.0, 2.0], "Step": [0, 5], "Value": [3.0, 4.0]})
    evidence = gather(tmp_path / "saved")
    assert evidence.series["generator_loss"].steps.tolist() == [0, 5]
    assert evidence.series["critic_loss"].values.tolist() == [3, 4]


def test_several_trainings_are_named_and_asked_about(table: Write, tmp_path: Path) -> None:
    table("two/a.csv", step=[1], loss=[1])
    table("two/b/c.csv", step=[1], loss=[1])
    together = table(step=[1, 1, 2, 2], run=["x", "y", "x", "y"], loss=[1, 2, 3, 4])
    columns = table(
        "columns.csv", Step=[1, 2], **{"x - d_loss": [1, 3], "y - d_loss": [2, 4], "y - d_loss__MIN": [0, 0]}
    )
    for path, names in ((tmp_path / "two", "a.csv"), (together, "x, y"), (columns, "x, y")):
        with pytest.raises(gb.UserError, match="trainings") as caught:
            gather(path)
        assert names in caught.value.hint
    assert gather(together, columns={"run": "y"}).series["loss"].values.tolist() == [2, 4]
    assert gather(columns, columns={"run": "x"}).series["critic_loss"].values.tolist() == [1, 3]
    with pytest.raises(gb.UserError, match="known: x, y"):
        gather(together, columns={"run": "z"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (bytes(range(256)) * 8, "is no text"),
        (b"step,loss\n", "holds a number"),
        (b"hello\nworld\n", "known to be a loss: hello"),
        (b"1,2\n3,4\n", "known to be a loss: 1, 2"),
        (b'{"a"\n{"b"\n', "no JSON object"),
        (b"step,accuracy\n1,2\n", "known to be a loss: step, accuracy"),
        (b"a" * 70_000, "is no text"),
    ],
)
def test_what_is_no_log_is_said_in_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(content)
    with pytest.raises(gb.UserError, match=said) as caught:
        gather(path)
    assert caught.value.hint
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text('0123456789,;.-einfa \n"', max_size=200).map(str.encode))
def test_any_bytes_are_a_log_or_one_clear_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"step,loss\n" + content)
    error = None
    try:
        gather(path)
    except gb.UserError as caught:
        error = caught
    assert error is None or "\n" not in str(error.args[0])


def test_a_folder_is_a_log_or_sounds_by_what_lies_in_it(tmp_path: Path) -> None:
    for name, files, log in (
        ("sounds", ["a.wav", "labels.csv"], False),
        ("tables", ["log.csv"], True),
        ("events", ["a.wav", "events.out.tfevents.1"], True),
        ("nothing", [], False),
    ):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).touch()
        assert is_log(tmp_path / name) == log
    assert not is_log(tmp_path / "sounds/a.wav")
    assert is_log(tmp_path / "tables/log.csv")


def test_what_a_log_cannot_tell_is_not_checked_with_the_reason(table: Write) -> None:
    findings = gb.checkup(table(step=range(50), lossD=[1.3] * 50, lossG=[0.8] * 50))
    assert "lossD is critic_loss (guessed)" in findings.notes[0]
    assert not findings.found
    for cause, reason in (("mode-collapse", "ganbaru.watch"), ("clipped", "ganbaru checkup SOUNDS")):
        finding = findings.of(cause)
        assert finding is not None
        assert finding.verdict == "not-checked"
        assert reason in finding.reason


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([float("nan"), float("inf")]), min_size=1, max_size=300),
    st.integers(12, 100),
)
def test_thinning_keeps_extremes_ends_and_order_within_the_limit(values: list[float], limit: int) -> None:
    array = np.array(values)
    kept = thin(array, limit)
    assert len(kept) <= limit
    assert (np.diff(kept) > 0).all()
    assert {0, len(values) - 1} <= set(kept.tolist())
    finite = array[np.isfinite(array)]
    if len(finite):
        left = array[kept][np.isfinite(array[kept])]
        assert (left.min(), left.max()) == (finite.min(), finite.max())
    assert np.isfinite(array[kept]).all() == np.isfinite(array).all()


def test_a_long_log_stays_small_and_keeps_what_matters() -> None:
    values = np.random.default_rng(3).exponential(size=200_000)
    values[123_456], values[150_000:] = 1e6, values[150_000:] + 5
    records = Records()
    for step, value in enumerate(values.tolist()):
        records.add(step, value)
    _, steps, kept = records.arrays()
    assert len(kept) <= KEPT
    assert (np.diff(steps) > 0).all()
    assert kept.max() == 1e6
    for half in (slice(0, 150_000), slice(150_000, None)):
        inside = kept[(steps >= steps[-1] * 0.75) == (half.start > 0)]
        assert np.median(inside) == pytest.approx(np.median(values[half]), rel=0.1)
