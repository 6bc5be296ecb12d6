"""The laws of the metrics file: strict JSON, one line a record, nothing lost, nothing twice, damage named."""

import json
import logging
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbaru.errors import UserError
from ganbaru.runs import Metrics
from ganbaru.runs.seal import Broken, open_json, open_line, seal_json, seal_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def strict(text: str) -> object:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    return Metrics(tmp_path / "metrics.jsonl")


def fill(metrics: Metrics, count: int) -> list[dict[str, object]]:
    records = [{"kind": "step", "step": step, "seconds": 0.5 * step, "w1": 1 / step} for step in range(1, count + 1)]
    for record in records:
        metrics.append(record)
    return records


@given(st.dictionaries(st.text(max_size=5).filter(lambda key: key not in ("check", "sha256")), VALUES, max_size=4))
def test_what_is_sealed_comes_back_and_is_strict_json(value: dict[str, object]) -> None:
    line, document = seal_line(value), seal_json(value)
    assert open_line(line) == value == open_json(document)
    assert line.count(b"\n") == 1
    strict(line.decode())
    strict(document.decode())


@given(VALUES, st.data())
def test_every_flip_breaks_a_seal(value: object, data: st.DataObject) -> None:
    for seal, unseal in ((seal_line, open_line), (seal_json, open_json)):
        stored = bytearray(seal({"value": value}))
        place = data.draw(st.integers(0, 8 * len(stored) - 1))
        stored[place // 8] ^= 1 << place % 8
        with pytest.raises(Broken):
            unseal(bytes(stored))


def test_numbers_that_json_lacks_come_back(metrics: Metrics) -> None:
    metrics.append({"step": 1, "a": math.nan, "b": [math.inf, -math.inf], "c": "NaN", "d": "\\NaN", "e": -0.0})
    (back,) = metrics.read()
    assert math.isnan(back["a"])
    assert back["b"] == [math.inf, -math.inf]
    assert (back["c"], back["d"]) == ("NaN", "\\NaN")
    assert math.copysign(1, back["e"]) == -1
    strict(metrics.path.read_text())


def test_scalars_of_array_libraries_are_numbers(metrics: Metrics) -> None:
    np = pytest.importorskip("numpy")
    metrics.append({"step": 1, "a": np.float32(0.5), "b": np.int64(3), "c": np.bool_(True), "d": np.float64(math.nan)})
    (back,) = metrics.read()
    assert (back["a"], back["b"], back["c"]) == (0.5, 3, True)
    with pytest.raises(TypeError, match=r"value\.a is a ndarray"):
        metrics.append({"step": 2, "a": np.zeros(3)})
    assert len(metrics.read()) == 1


@pytest.mark.parametrize("record", [{}, {"step": None}, {"step": 1.5}, {"step": 1, "check": "mine"}])
def test_records_that_cannot_be_are_refused(metrics: Metrics, record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"step|check"):
        metrics.append(record)
    assert metrics.read() == []


def test_no_file_reads_as_no_record(metrics: Metrics) -> None:
    assert metrics.read() == []
    assert metrics.sync() == 0
    metrics.cut_after(3)
    assert not metrics.path.exists()


def test_records_come_back_in_order(metrics: Metrics) -> None:
    records = fill(metrics, 9)
    assert metrics.sync() == metrics.path.stat().st_size
    assert Metrics(metrics.path).read() == records


@pytest.mark.parametrize("torn", [b'{"step": 4, "w1": 0.', b"{", b"\0" * 70, b'{"step": 4, "x": 1, "check": "0'])
def test_a_torn_tail_is_cut_before_the_next_append(
    metrics: Metrics, caplog: pytest.LogCaptureFixture, torn: bytes
) -> None:
    records = fill(metrics, 3)
    with metrics.path.open("ab") as file:
        file.write(torn)
    again = Metrics(metrics.path)
    with caplog.at_level(logging.WARNING, "ganbaru.runs"):
        assert again.read() == records
        again.append({"step": 4})
    assert "metrics.jsonl: its last line is torn" in caplog.text
    assert Metrics(metrics.path).read() == [*records, {"step": 4}]


def test_every_torn_length_of_the_last_line_is_cut(metrics: Metrics) -> None:
    records = fill(metrics, 3)
    whole = metrics.path.read_bytes()
    last = len(whole.splitlines(keepends=True)[-1])
    for cut in range(1, last):
        metrics.path.write_bytes(whole[:-cut])
        again = Metrics(metrics.path)
        again.append({"step": 3, "again": True})
        assert again.read() == [*records[:2], {"step": 3, "again": True}]


def test_a_damaged_middle_line_is_named(metrics: Metrics) -> None:
    fill(metrics, 5)
    metrics.path.write_bytes(metrics.path.read_bytes().replace(b'"step": 3', b'"step": 9'))
    with pytest.raises(UserError, match=r"metrics\.jsonl is damaged: line 3") as caught:
        metrics.read()
    assert "delete that one line" in caught.value.hint


def test_a_lost_newline_at_the_end_is_damage_not_a_torn_line(metrics: Metrics) -> None:
    fill(metrics, 3)
    data = bytearray(metrics.path.read_bytes())
    data[-1] ^= 1
    metrics.path.write_bytes(data)
    for use in (metrics.read, lambda: Metrics(metrics.path).append({"step": 4})):
        with pytest.raises(UserError, match="line 3"):
            use()


def test_cut_after_drops_later_steps_and_appending_goes_on(metrics: Metrics) -> None:
    records = fill(metrics, 6)
    again = Metrics(metrics.path)
    again.cut_after(4)
    again.append({"step": 5})
    assert again.read() == [*records[:4], {"step": 5}]
    again.cut_after(-1)
    assert again.read() == []


def test_cut_after_keeps_the_bytes_of_what_stays(metrics: Metrics) -> None:
    fill(metrics, 6)
    before = metrics.path.read_bytes()
    metrics.cut_after(3)
    assert before.startswith(metrics.path.read_bytes())
    metrics.cut_after(6)
    assert len(metrics.read()) == 3


def test_damage_behind_the_checkpoint_is_cut_and_before_it_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = Metrics(tmp_path / "metrics.jsonl")
    records = fill(first, 3)
    promised = first.sync()
    fill(first, 5)
    whole = first.path.read_bytes()
    metrics = Metrics(first.path, durable_bytes=lambda step: promised if step == 3 else 0)

    first.path.write_bytes(whole[:promised] + b"\0\xff\n" + b"?" * 9 + whole[promised + 20 :])
    with caplog.at_level(logging.WARNING, "ganbaru.runs"):
        first.path.write_bytes(whole[:promised] + b"\0\xff\n\0\0\n")
        metrics.cut_after(3)
    assert "damaged from line 4 on" in caplog.text
    assert metrics.read() == records

    first.path.write_bytes(whole[:promised].replace(b'"step": 3', b'"step": 7'))
    with pytest.raises(UserError, match="line 3"):
        metrics.cut_after(3)


def test_damage_before_a_line_that_stays_is_named_even_without_a_promise(metrics: Metrics) -> None:
    fill(metrics, 5)
    metrics.path.write_bytes(metrics.path.read_bytes().replace(b'"step": 2', b'"step": 8'))
    with pytest.raises(UserError, match="line 2"):
        Metrics(metrics.path).cut_after(3)
