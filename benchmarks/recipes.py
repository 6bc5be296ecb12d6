"""Which settings raise the best generator of spoken digits in little time? The study behind the defaults.

    python benchmarks/recipes.py [--minutes N] [--jobs N] [--only NAME …]

Every row is the default with the settings that its name says, trained on ``speech:digits`` for the same minutes on one
thread, with labels and without; one seed each, so read differences of a few points as none. Beside the figures stands
how many steps the minutes were enough for. The last line: the share of recognised sounds of the default without
labels, over that of the best row.
"""

import argparse
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "0")

DEFAULT = "default (r1 of 5)"
LABELLED: dict[str, dict[str, Any]] = {
    DEFAULT: {},
    "log-magnitude": {"representation": "log-magnitude"},
    "waveform": {"representation": "waveform"},
    "2-D convolutions": {"generator.kind": "spectrogram-2d", "critic.kind": "spectrogram-2d"},
    "relativistic, r1+r2": {"objective": "relativistic", "constraint": "r1+r2", "constraint_every": 8},
    "hinge": {"objective": "hinge"},
    "least squares": {"objective": "least-squares"},
    "wgan-gp": {"objective": "wgan-gp"},
    "wgan": {"objective": "wgan"},
}
_ONE = {"constraint_strength": 1.0}
UNLABELLED: dict[str, dict[str, Any]] = {
    DEFAULT: {},
    "r1 of 1": _ONE,
    "r1 of 3": {"constraint_strength": 3.0},
    "r1 of 10": {"constraint_strength": 10.0},
    "r1 of 5, minibatch deviation": {"critic.minibatch_deviation": True},
    "r1 of 1, batch of 64": {**_ONE, "batch": 64},
    "r1 of 1, shift by 2": {**_ONE, "shift": 2},
    "r1 of 1, noise of 0.3": {**_ONE, "noise": 0.3},
    "r1 of 1, minibatch deviation": {**_ONE, "critic.minibatch_deviation": True},
    "r1 of 1, latent of 16": {**_ONE, "generator.latent": 16},
    "relativistic, r1+r2 of 1": {"objective": "relativistic", "constraint": "r1+r2", **_ONE, "constraint_every": 8},
}
Row = tuple[bool, str, dict[str, Any], float]


def train(row: Row) -> tuple[Row, dict[str, Any]]:
    """Trains one row; the run's ``quality.json``."""
    import ganbaru as gb

    labelled, _, settings, minutes = row
    with tempfile.TemporaryDirectory() as place:
        fixed = {"minutes": minutes, "threads": 1, "labels": "auto" if labelled else "none", "measure_sounds": 64}
        run = gb.fit("speech:digits", out=Path(place) / "run", config={**fixed, **settings})
        return row, run.read_json("quality") or {}


def spoken(row: Row, quality: dict[str, Any]) -> str:
    """A line of the table."""
    figures = {name: figure["value"] for name, figure in quality["figures"].items()}
    right = f"{figures['right_label']:.1%}" if "right_label" in figures else "–"
    return (
        f"| {'with' if row[0] else 'without'} | {row[1]} | {quality['step']:,} | {right} |"
        f" {figures['recognised']:.1%} | {figures['labels_covered']:.0f} | {figures['balance']:.3f} |"
        f" {figures['diversity']:.2f} | {figures['distance']:.3f} |"
    )


def main() -> None:
    """Train, measure and print; the ratio comes last."""
    parser = argparse.ArgumentParser(description="The study behind the defaults.")
    parser.add_argument("--minutes", type=float, default=3.0, help="of each row")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", default=None, help="names of rows")
    parser.add_argument("--labels", choices=("both", "with", "without"), default="both")
    options = parser.parse_args()
    rows: list[Row] = [(True, name, settings, options.minutes) for name, settings in LABELLED.items()]
    rows += [(False, name, settings, options.minutes) for name, settings in UNLABELLED.items()]
    rows = [row for row in rows if options.only is None or row[1] in options.only]
    rows = [row for row in rows if options.labels in ("both", "with" if row[0] else "without")]
    import ganbaru as gb

    gb.sources.open("speech:digits")
    print(f"{options.minutes:g} minutes each on one thread, {options.jobs} at a time\n")
    print("| labels | settings | steps | right word | any word | words | balance | diversity | distance (dB) |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    shares = {}
    with ProcessPoolExecutor(options.jobs, max_tasks_per_child=1) as pool:
        for row, quality in pool.map(train, rows):
            print(spoken(row, quality), flush=True)
            shares[row[:2]] = quality["figures"]["recognised"]["value"]
    without = {name: share for (labelled, name), share in shares.items() if not labelled}
    if DEFAULT in without:
        best = max(without, key=lambda name: without[name])
        print(f"\nwithout labels, default / best ({best}): {without[DEFAULT] / max(without[best], 1e-9):.2f}x")


if __name__ == "__main__":
    main()
