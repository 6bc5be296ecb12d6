"""The WGAN paper's first example: the table that its theory asks for, and what samples and bins make of it."""

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vl_convert

import ganbaru.distances as gd

ROOT = Path(__file__).parents[2]
EXAMPLE = runpy.run_path(str(ROOT / "examples" / "parallel_lines.py"))
line = EXAMPLE["line"]


@pytest.mark.parametrize("theta", [-1.0, -1e-9, 1e-150, 0.05, 0.2, 1.0, 1e150])
def test_w1_says_how_far_and_divergences_say_only_that(theta: float) -> None:
    here, there = line(0), line(theta)
    for a, b in ((here, there), (there, here)):
        assert gd.wasserstein(a, b).value == pytest.approx(abs(theta), rel=1e-12)
        assert gd.wasserstein(a, b, p=2).value == pytest.approx(abs(theta), rel=1e-12)
        assert gd.total_variation(a, b).value == 1
        assert gd.hellinger(a, b).value == 1
        assert gd.jensen_shannon(a, b).value == pytest.approx(math.log(2), rel=1e-15)
        assert gd.jensen_shannon(a, b, base="bits").value == 1
        assert gd.kullback_leibler(a, b).value == math.inf


def test_the_same_line_is_at_no_distance() -> None:
    assert EXAMPLE["known"](0.0) == dict.fromkeys(EXAMPLE["DISTANCES"], 0.0)


@pytest.mark.parametrize("theta", [0.05, 0.2, 0.5, 1.0])
def test_a_thousand_points_tell_w1_within_a_twentieth(theta: float) -> None:
    """In the mean of five draws: one draw at 0.05 is up to a fifth too far, as chance along the lines adds to it."""
    draws = [
        gd.wasserstein(line(0).sample(1_000, seed=10 + 2 * seed), line(theta).sample(1_000, seed=11 + 2 * seed)).value
        for seed in range(5)
    ]
    assert np.mean(draws) == pytest.approx(theta, rel=0.08 if theta == 0.05 else 0.01)
    shared = line(0).sample(1_000, seed=3)  # the same Z for both
    assert gd.wasserstein(shared, shared + np.array([theta, 0])).value == pytest.approx(theta, rel=1e-9)


def test_w1_of_the_lines_from_samples_has_the_truth_in_its_interval() -> None:
    for theta, told in ((0.0, False), (0.2, True)):
        found = EXAMPLE["sampled"](theta, points=400)["W1 of the lines"]
        assert found.low <= theta <= found.high
        assert found.distinguishable is told


def test_what_total_variation_says_depends_on_the_bins() -> None:
    def over(theta: float, bins: int) -> gd.Estimate:
        edges = np.linspace(-0.5 / bins, 1 + 0.5 / bins, bins + 2), np.linspace(0, 1, 6)
        a, b = line(0).sample(1_000, seed=0), line(theta).sample(1_000, seed=1)
        return gd.total_variation(a, b, edges=edges)

    assert not over(0.04, 10).distinguishable  # both in one cell
    assert over(0.04, 50).value == over(0.2, 10).value == pytest.approx(1)
    for theta in (0.04, 1e-6):
        a, b = line(0).sample(1_000, seed=0), line(theta).sample(1_000, seed=1)
        # Bins of equal mass are cut where the points are.
        assert gd.total_variation(a, b, bins=4).value == pytest.approx(1)
        assert gd.kullback_leibler(a, b, bins=4).value == math.inf


def test_the_example_prints_its_table_and_draws_its_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main: Any = EXAMPLE["main"]
    monkeypatch.setitem(main.__globals__, "sampled", lambda theta: EXAMPLE["sampled"](theta, points=40))
    main(str(tmp_path / "lines.svg"))
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert ["0.05", "0.0500", "1.0000", "0.6931", "inf"] in rows
    assert ["0.00", "0.0000", "0.0000", "0.0000", "0.0000"] in rows
    svg = (tmp_path / "lines.svg").read_text()
    assert svg.startswith("<svg")
    for name in EXAMPLE["DISTANCES"]:
        assert name in svg
    main(str(tmp_path / "lines.png"))
    assert (tmp_path / "lines.png").read_bytes().startswith(b"\x89PNG")


def test_the_figures_of_the_document_can_be_drawn_again() -> None:
    figures: Any = runpy.run_path(str(ROOT / "examples" / "distance_figures.py"))
    rows = figures["binned"](draws=1)
    spec = figures["chart"](rows, "bins", "total variation", "kind", truth=0.2, said="truth")
    assert {row["kind"] for row in rows} == {"as counted", "extrapolated (default)", "floor"}
    assert vl_convert.vegalite_to_svg(spec).startswith("<svg")
