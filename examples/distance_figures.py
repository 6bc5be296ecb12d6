"""Two figures of docs/distances.md: what samples of one distribution are apart, and what bins make of a difference.

python examples/distance_figures.py FOLDER [--quick]
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import vl_convert

import ganbaru.distances as gd

CONFIG = {"background": "white", "font": "system-ui, sans-serif", "view": {"stroke": "#ddd"}}
SHIFT = 0.5


def same(*, draws: int) -> list[dict[str, Any]]:
    """W1 of two samples of one unit Gaussian."""
    rows = []
    for d in (2, 16, 64):
        for n in (50, 100, 200, 400, 800):
            for seed in range(draws):
                rng = np.random.default_rng([seed, d, n])
                a, b = rng.standard_normal((n, d)), rng.standard_normal((n, d))
                rows.append({"points": n, "W1": gd.wasserstein(a, b).value, "dimensions": f"{d} dimensions"})
    return rows


def binned(*, draws: int) -> list[dict[str, Any]]:
    """Total variation of two Gaussians on the line, SHIFT apart: as counted, extrapolated, and the floor."""
    rows = []
    for bins in (2, 4, 8, 16, 32, 80, 200):
        for seed in range(draws):
            rng = np.random.default_rng(seed)
            a, b = rng.standard_normal(1_000), rng.standard_normal(1_000) + SHIFT
            found = gd.total_variation(a, b, bins=bins)
            counted = gd.total_variation(a, b, bins=bins, extrapolate=False)
            values = {"as counted": counted.value, "extrapolated (default)": found.value, "floor": found.floor}
            rows += [{"bins": bins, "total variation": value, "kind": kind} for kind, value in values.items()]
    return rows


def chart(rows: list[dict[str, Any]], x: str, y: str, colour: str, *, truth: float, said: str) -> dict[str, Any]:
    """Means over the draws as lines, a dashed one for the truth, for Vega-Lite."""
    along = {"field": x, "type": "quantitative", "scale": {"type": "log", "nice": False}, "axis": {"grid": False}}
    up = {"field": y, "type": "quantitative", "aggregate": "mean", "title": y}
    level = {"field": "level", "type": "quantitative", "title": y}
    mark = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3, "color": "#444"}
    at = {"values": [{"level": truth, x: min(row[x] for row in rows), "said": said}]}
    return {
        "data": {"values": rows},
        "width": 380,
        "height": 230,
        "config": CONFIG,
        "layer": [
            {
                "mark": {"type": "line", "point": {"size": 25}},
                "encoding": {"x": along, "y": up, "color": {"field": colour, "type": "nominal", "title": None}},
            },
            {"data": at, "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#666"}, "encoding": {"y": level}},
            {"data": at, "mark": mark, "encoding": {"x": along, "y": level, "text": {"field": "said"}}},
        ],
    }


def main(folder: Path, *, draws: int = 8) -> None:
    """Draws both."""
    truth = gd.total_variation(gd.Gaussian(0), gd.Gaussian(SHIFT)).value
    figures = {
        "distances-same.png": chart(
            same(draws=draws), "points", "W1", "dimensions", truth=SHIFT, said="W1 of Gaussians half a deviation apart"
        ),
        "distances-bins.png": chart(binned(draws=draws), "bins", "total variation", "kind", truth=truth, said="truth"),
    }
    for name, figure in figures.items():
        (folder / name).write_bytes(vl_convert.vegalite_to_png(figure, scale=2))
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), draws=1 if "--quick" in sys.argv else 8)
