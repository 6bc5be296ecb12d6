"""A space is read from Python and from text alike, and what is no space is refused in one line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbaru.errors import UserError
from ganbaru.studies.search.space import Choice, Range, Space


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("x=1e-5:1e-2:log", Range(1e-5, 1e-2, log=True)),
        ("x=-1:2", Range(-1, 2)),
        ("x=8:64:log:int", Range(8, 64, log=True, integer=True)),
        ("x=0:1:step=0.25", Range(0, 1, step=0.25)),
        ("x=1:9:int:step=2", Range(1, 9, integer=True, step=2)),
        ("x=16,32,64", Choice((16, 32, 64))),
        ("x=adam, sgd", Choice(("adam", "sgd"))),
        ("x=true,false,none", Choice((True, False, None))),
        ("x=toy:ring,toy:grid", Choice(("toy:ring", "toy:grid"))),
    ],
)
def test_what_a_command_says_is_what_python_says(text: str, axis: Any) -> None:
    space = Space.read([text])
    assert space == Space.of({"x": axis})
    assert Space.read([f"x={axis}"]) == space
    assert Space.from_json(space.to_json()) == space


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        ([], "there is nothing to search"),
        (["x"], "'x' names no setting and its values"),
        (["=1,2"], "names no setting"),
        (["x=3"], r"x=3: 3 is no choice.*at least two"),
        (["x=1,1"], "all different"),
        (["x=1,"], "a choice is empty"),
        (["x=2:1"], "a range from 2 to 1 is none"),
        (["x=0:1:log"], "a log range cannot begin at 0"),
        (["x=1:2:lgo"], "'lgo' says nothing of a range"),
        (["x=a:2"], "'a' is no number"),
        (["x=1:nan"], "a range from 1 to nan is none"),
        (["x=1:inf"], "a range from 1 to inf is none"),
        (["x=1:2:step=0"], "steps of 0"),
        (["x=1:10:log:step=2"], "steps of 2"),
        (["x=0.5:2:int"], "whole numbers"),
        (["x=1,2", "x=3,4"], "stands twice"),
    ],
)
def test_what_is_no_space_is_refused(texts: list[str], named: str) -> None:
    with pytest.raises(UserError, match=named):
        Space.read(texts)


@pytest.mark.parametrize(
    ("axes", "named"),
    [
        ({"x": 3}, "x: 3 is no range"),
        ({"x": "adam"}, "x: 'adam' is no range"),
        ({"x": [1]}, "x: 1 is no choice"),
        ({"x": [[1], [2]]}, r"x: \[1\] is no choice"),
    ],
)
def test_python_is_told_what_is_wrong_with_which_setting(axes: Any, named: str) -> None:
    with pytest.raises(UserError, match=named):
        Space.of(axes)


def test_a_grid_is_every_combination() -> None:
    grid = Space.read(["x=1:100:log", "n=1:4:int", "k=a,b"]).grid(3)
    assert [row["x"] for row in grid[::6]] == [1, 10, 100]
    assert {row["n"] for row in grid} == {1, 2, 4}
    assert len(grid) == 18


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 9), st.booleans())
def test_points_of_a_range_lie_in_it_and_ascend(low: float, width: float, count: int, integer: bool) -> None:
    low, high = (round(low), round(low) + 1 + round(width)) if integer else (low, low + width)
    points = Range(low, high, integer=integer).points(count)
    assert points == sorted(set(points))  # type: ignore[type-var]
    assert all(low - 1e-5 * abs(low) <= point <= high + 1e-5 * abs(high) for point in points)  # type: ignore[operator]


def test_a_truth_value_is_no_number() -> None:
    assert 1 in Choice((1, 2))
    assert True not in Choice((1, 2))
    assert True not in Range(0, 2)


@pytest.mark.parametrize(
    ("axis", "inside", "outside"),
    [
        (Range(0, 1, step=0.1), [0, 0.3, 0.7, 1.0], [0.35, 1.1, -0.1]),
        (Range(1, 9, integer=True, step=2), [1, 3, 9.0], [2, 2.5]),
        (Range(8, 64, log=True, integer=True), [8, 9], [8.5, 65]),
        (Range(1e-5, 1e-2, log=True), [1e-5, 3.3e-4], [1, True, "1e-3", None, float("nan")]),
    ],
)
def test_a_range_holds_what_may_be_chosen_and_nothing_else(axis: Range, inside: list[Any], outside: list[Any]) -> None:
    assert all(value in axis for value in inside)
    assert not any(value in axis for value in outside)
