"""The picture of how one sample is moved onto another."""

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

import ganbaru as gb
from ganbaru.report.transported import COLOURS, ENDINGS, history, transported

SVG = "{http://www.w3.org/2000/svg}"
Array = np.ndarray[Any, Any]


def _points(seed: int, shape: tuple[int, ...], shift: float = 0.0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape) + shift


def _words(svg: str) -> list[str]:
    return [element.text or "" for element in fromstring(svg).iter(f"{SVG}text")]


def _numbers(words: list[str]) -> list[float]:
    return [float(word.replace("−", "-")) for word in words if re.fullmatch(r"−?[\d.]+(e[+-]?\d+)?", word)]


def _shafts(svg: str) -> list[tuple[float, float, float, float]]:
    """The arrows, in pixels."""
    thin = [path.get("d", "") for path in fromstring(svg).iter(f"{SVG}path") if path.get("stroke-width") == "0.8"]
    found = re.findall(r"M(-?[\d.]+),(-?[\d.]+)L(-?[\d.]+),(-?[\d.]+)", "".join(thin))
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in found]


@pytest.mark.parametrize("dimensions", [1, 2, 7])
def test_names_counts_and_numbers_stand_in_the_picture(dimensions: int) -> None:
    a, b = _points(0, (30, dimensions)), _points(1, (40, dimensions), 1.0)
    picture = transported(a, b, names=("made", "real"), note="w1 0.5", unit="dB")
    words = _words(picture.svg)
    assert {"made, 30 points", "real, 40 points", "w1 0.5", "made moved onto real"} <= set(words)
    assert any("(dB)" in word for word in words)
    assert len(_numbers(words)) >= 6
    assert all(colour in picture.svg for colour in COLOURS)
    assert (picture.width, picture.height) == tuple(
        float(fromstring(picture.svg).get(key, "")) for key in ("width", "height")
    )


def test_a_shift_in_the_plane_is_drawn_as_arrows_of_one_length_and_direction() -> None:
    a = _points(0, (25, 2))
    moves = np.diff(np.array(_shafts(transported(a, a + np.array([3, 0]), p=2).svg)).reshape(-1, 2, 2), axis=1)[:, 0]
    assert len(moves) == 25
    assert np.allclose(moves, moves[0], atol=0.21)
    assert moves[0][0] > 20
    assert abs(moves[0][1]) < 0.21


def test_on_the_line_mass_moves_sideways_from_the_first_to_the_second() -> None:
    shafts = _shafts(transported(_points(0, (50,)), _points(0, (50,), 4.0)).svg)
    assert len(shafts) == 10
    assert all(height == same and end > start for start, height, end, same in shafts)


def test_a_pixel_of_the_plane_is_one_length_both_ways() -> None:
    corners = np.array([[0.0, 0.0], [8.0, 1.0]])
    (start, up, end, top), *_ = _shafts(transported(corners[:1], corners[1:]).svg)
    assert abs(end - start) == pytest.approx(8 * abs(top - up), abs=0.8)


def test_a_hidden_direction_of_many_is_the_one_that_is_shown() -> None:
    a, b = _points(0, (200, 30)), _points(1, (200, 30))
    b[:, 17] += 8
    svg = transported(a, b).svg
    moves = np.diff(np.array(_shafts(svg)).reshape(-1, 2, 2), axis=1)[:, 0]
    assert "Of 30 dimensions" in svg
    assert np.median(moves[:, 0]) > 4 * np.median(np.abs(moves[:, 1]))


def test_names_are_text_whatever_letters_they_have(tmp_path: Path) -> None:
    names = ("<script>alert(1)</script>", 'x"&\x00\x1b\ud800</title>.csv')
    a = _points(0, (20, 2))
    picture = transported(a, a + 1, names=names, note="<i>", courses={names[0]: [_point(0), _point(10)]})
    assert "<script" not in picture.svg
    assert any("<script>alert(1)</script>" in word for word in _words(picture.svg))
    for ending in ENDINGS:
        assert picture.save(tmp_path / f"p{ending}").stat().st_size > 1000
    fromstring((tmp_path / "p.svg").read_text(encoding="utf-8"))


def test_a_long_name_loses_its_middle_only_to_the_eye() -> None:
    name = "start" + 200 * "x" + "end.npy"
    picture = transported([[0.0, 0.0]], [[1.0, 1.0]], names=(name, "b"))
    assert name in picture.svg
    assert max(map(len, _words(picture.svg))) < 120


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([0.0], [1.0]),
        ([2.0, 2.0], [2.0]),
        (np.zeros((3, 2)), np.zeros((4, 2))),
        (np.zeros((40, 5)), np.zeros((40, 5))),
        (_points(0, (1, 5)), _points(1, (1, 5))),
        (_points(0, (20, 4)), _points(0, (20, 4))),
        (1e-150 * _points(0, (20, 3)), 1e-150 * _points(1, (20, 3))),
        (1e300 * _points(0, (20, 2)), 1e300 * _points(1, (20, 2))),
    ],
)
def test_odd_samples_are_drawn_too(a: Any, b: Any) -> None:
    svg = transported(a, b).svg
    fromstring(svg)
    assert not re.search(r"\b(nan|inf)\b", svg)


def test_what_all_numbers_have_in_common_is_taken_off_the_axes() -> None:
    words = _words(transported(_points(0, (50, 2), 1e12), _points(1, (50, 2), 1e12)).svg)
    assert any("first coordinate less 9999999999" in word for word in words)
    assert len(set(_numbers(words))) > 6


def test_the_seed_decides_which_points_are_drawn() -> None:
    a, b = _points(0, (600, 2)), _points(1, (600, 2))
    first, again, other = (transported(a, b, seed=seed).svg for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert "250 and 250 points" in first


def _point(step: int) -> dict[str, float]:
    return {"x": step, "y": 1.0, "low": 0.5, "high": 2.0}


def test_how_a_run_came_near_is_a_panel_of_its_own(point_run: gb.Run) -> None:
    course = history(point_run)
    assert [point["x"] for point in course] == [0, 2, 4]
    a = _points(0, (20, 2))
    without = transported(a, a + 1, names=("run", "real"))
    picture = transported(a, a + 1, names=("run", "real"), courses={"run": course, "real": []})
    assert picture.height > without.height
    assert "step" in _words(picture.svg)
    assert "step" not in _words(without.svg)


def test_samples_that_do_not_fit_are_refused() -> None:
    with pytest.raises(gb.UserError):
        transported(_points(0, (5, 2)), _points(1, (5, 3)))
