"""Two parallel lines, the first example of the WGAN paper (Arjovsky et al. 2017): which distances tell how far?

(0, Z) and (θ, Z), Z even from 0 to 1. The lines share no point unless θ is 0, so every divergence says "quite
different" however near they are, and has no slope for a generator to follow. W1 says θ.

    python examples/parallel_lines.py [figure.svg | figure.png]
"""

import sys
from pathlib import Path

import numpy as np
import vl_convert

import ganbaru.distances as gd

POINTS = 1_000
DISTANCES = {
    "W1": gd.wasserstein,
    "total variation": gd.total_variation,
    "Jensen-Shannon (nats)": gd.jensen_shannon,
    "Kullback-Leibler (nats)": gd.kullback_leibler,
}


def line(theta: float) -> gd.Uniform:
    """The one at θ: a box that is 0 wide and 1 high."""
    return gd.Uniform((theta, 0), (theta, 1))


def known(theta: float) -> dict[str, float]:
    """What each distance is, by its closed form."""
    return {name: distance(line(0), line(theta)).value for name, distance in DISTANCES.items()}


def sampled(theta: float, *, points: int = POINTS, seed: int = 0) -> dict[str, gd.Estimate]:
    """What samples tell: W1 of the points and of what they come from, and total variation over bins of two widths."""
    a, b = line(0).sample(points, seed=2 * seed), line(theta).sample(points, seed=2 * seed + 1)
    found = {"W1 of the points": gd.wasserstein(a, b), "W1 of the lines": gd.wasserstein(a, b, of="distributions")}
    for width in (0.25, 0.02):
        edges = np.arange(-1.5 * width, 1 + 2 * width, width), np.linspace(0, 1, 5)
        found[f"total variation, bins {width:g} wide"] = gd.total_variation(a, b, edges=edges)
    return found


def figure(thetas: list[float]) -> dict[str, object]:
    """Each distance over θ, for Vega-Lite; 0 is a point of its own, and infinity is written at the top."""
    rows = [
        {"θ": theta, "distance": name, "value": min(value, 1.2), "infinite": bool(np.isinf(value))}
        for theta in thetas
        for name, value in known(theta).items()
    ]
    x = {"field": "θ", "type": "quantitative"}
    y = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 1.25]}}
    order = {"field": "distance", "type": "nominal", "title": None, "sort": list(DISTANCES)}
    infinity = {"type": "text", "text": "∞", "fontSize": 18, "color": "#4c78a8"}
    layers = [
        {"transform": [{"filter": "datum['θ'] < 0 && !datum.infinite"}], "mark": {"type": "line", "strokeWidth": 2}},
        {"transform": [{"filter": "datum['θ'] > 0 && !datum.infinite"}], "mark": {"type": "line", "strokeWidth": 2}},
        {"transform": [{"filter": "datum.infinite && datum['θ'] * 4 % 1 == 0"}], "mark": infinity},
        {"transform": [{"filter": "datum['θ'] == 0"}], "mark": {"type": "point", "filled": True, "size": 45}},
    ]
    panel = {
        "width": 150,
        "height": 140,
        "layer": [{**layer, "encoding": {"x": x, "y": y}} for layer in layers],
    }
    return {
        "data": {"values": rows},
        "facet": {"column": {**order, "header": {"labelFontSize": 12}}},
        "spec": panel,
        "config": {"background": "white", "font": "system-ui, sans-serif", "view": {"stroke": "#ddd"}},
    }


def main(target: str | None = None) -> None:
    print(f"{'θ':>5}" + "".join(f"{name:>26}" for name in DISTANCES))
    for theta in (0.0, 0.05, 0.2, 0.5, 1.0):
        print(f"{theta:5.2f}" + "".join(f"{value:26.4f}" for value in known(theta).values()))
    print(f"\nfrom {POINTS} points of each line:")
    for theta in (0.0, 0.05, 0.2, 0.5, 1.0):
        print(f"θ = {theta:.2f}")
        for name, found in sampled(theta).items():
            print(f"    {name:34}{found}")
    if target:
        thetas = [round(theta, 3) for theta in np.linspace(-1, 1, 81)]
        svg = vl_convert.vegalite_to_svg(figure(thetas))
        content = vl_convert.svg_to_png(svg, scale=2) if target.endswith(".png") else svg.encode()
        Path(target).write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:2])
