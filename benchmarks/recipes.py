"""Which settings raise the best generator of spoken digits in little time? The study behind the defaults.

    python benchmarks/recipes.py [--minutes N] [--jobs N] [--only NAME …]

Every row is the default with the settings that its name says, trained on ``speech:digits`` for the same minutes on one
thread, with labels and without; one seed each, so read differences of a few points as none. Beside the figures stands
how many steps the minutes were enough for. The last line is how much nearer the default without labels comes to the
best row: the ratio of their shares of recognised sounds.
"""

import argparse
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "0")

LABELLED: dict[str, dict[str, Any]] = {
    "default": {},
    "log-magnitude": {"representation": "log-magnitude"},
    "waveform": {"representation": "waveform"},
    "2-D convolutions": {"generator.kind": "spectrogram-2d", "critic.kind": "spectrogram-2d"},
    "relativistic, r1+r2": {"objective": "relativistic", "constraint": "r1+r2"},
    "hinge": {"objective": "hinge"},
    "least squares": {"objective": "least-squares"},
    "wgan-gp": {"objective": "wgan-gp"},
    "wgan": {"objective": "wgan"},
}
UNLABELLED: dict[str, dict[str, Any]] = {
    "default": {},
    "r1 of 3": {"constraint_strength": 3.0},
    "r1 of 10": {"constraint_strength": 10.0},
    "r1 of 5, minibatch deviation": {"constraint_strength": 5.0, "critic.minibatch_deviation": True},
    "r1 of 0.3": {"constraint_strength": 0.3},
    "batch of 64": {"batch": 64},
    "shift by 2": {"shift": 2},
    "noise of 0.3": {"noise": 0.3},
    "minibatch deviation": {"critic.minibatch_deviation": True},
    "critic of 192": {"critic.channels": 192},
    "latent of 16": {"generator.latent": 16},
    "half the rates": {"generator.learning_rate": 5e-4, "critic.learning_rate": 5e-4},
    "relativistic, r1+r2": {"objective": "relativistic", "constraint": "r1+r2"},
    "hinge": {"objective": "hinge"},
    "wgan-gp": {"objective": "wgan-gp"},
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
    if "default" in without:
        best = max(without, key=lambda name: without[name])
        print(f"\nwithout labels, default / best ({best}): {without['default'] / max(without[best], 1e-9):.2f}x")


if __name__ == "__main__":
    main()
