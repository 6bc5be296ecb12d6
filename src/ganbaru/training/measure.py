"""Measuring a generator as it trains: figures of quality on decoded sound, and the listening set."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganbaru import quality
from ganbaru.distances import Estimate
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run
from ganbaru.sources import Source, Split
from ganbaru.training.config import Config
from ganbaru.training.protocols import Measuring
from ganbaru.training.randomness import latents
from ganbaru.training.sounds import to_wav
from ganbaru.training.trained import Trained

_FINAL_SOUNDS = 1000
_FINAL_POINTS = 2500
Figures = dict[str, Estimate]


class Measurer:
    """Measures one generator against its source, always with the same latents.

    Args:
        source: real sounds or points.
        trained: the generator that is measured; its weights are those of the moment.
        config: the training's settings.

    Attributes:
        untrained: figures of the generator before its first step; whoever measures them puts them here.
        judge: how far the judge of labelled sounds is to be believed; empty where there is none.
    """

    def __init__(self, source: Source, trained: Trained, config: Config, *, progress: Progress = silent) -> None:
        self._source = source
        self._trained = trained
        self._config = config
        progress("learning what real sounds measure", 0, 1)
        self.judge: Figures = {}
        self._of: Callable[[np.ndarray, np.ndarray | None, bool], Figures]
        if source.kind == "points":
            self._of = _point_figures(source, config.seed)
        else:
            reference = _reference(source, config.seed)
            self._of = lambda made, labels, full: reference.measure(made, labels, seed=config.seed, full=full)
            self.judge = {} if reference.judge is None else reference.judge.figures()
        progress("learning what real sounds measure", 1, 1)
        self.untrained: Figures = {}

    def figures(self, *, final: bool = False) -> Figures:
        """The figures of quality of the generator as it stands.

        Args:
            final: take 1,000 sounds (2,500 points) instead of the fewer that are taken during training, and add the
                distances over the embedding.
        """
        count = self.count(final=final)
        labels = self._trained.asked(count)
        z = latents(self._config.seed, "measure", count=count, size=self._trained.latent, device=self._device())
        made = self._trained.decode(z, None if labels is None else torch.from_numpy(labels).to(z.device))
        return self._of(made, labels, final)

    def count(self, *, final: bool = False) -> int:
        """How many sounds or points a measurement takes."""
        if self._source.kind == "points":
            return _FINAL_POINTS
        return _FINAL_SOUNDS if final else self._config.measure_sounds

    def score(self, figures: Figures) -> float | None:
        """What the best checkpoint has least of: the distance."""
        return figures["distance"].value if "distance" in figures else None

    def verdicts(self, figures: Figures) -> list[str]:
        """The figures in sentences."""
        return quality.verdicts(figures, self.untrained, self.judge)

    def listening_set(self) -> dict[str, bytes]:
        """Files of the fixed listening set: the same latents and labels every time."""
        count = _FINAL_POINTS if self._source.kind == "points" else self._config.listening
        labels = self._trained.asked(count)
        z = latents(self._config.seed, "listening", count=count, size=self._trained.latent, device=self._device())
        made = self._trained.decode(z, None if labels is None else torch.from_numpy(labels).to(z.device))
        return self._files(made, labels)

    def real_set(self) -> dict[str, bytes]:
        """Files of held-out sounds that stand beside the listening set, label by label."""
        held_out = self._source.held_out
        if self._source.kind == "points":
            return self._files(held_out.take(np.arange(min(_FINAL_POINTS, len(held_out.data)))), None)
        labels = self._trained.asked(self._config.listening)
        chosen = _beside(held_out, labels, min(self._config.listening, len(held_out.data)))
        return self._files(held_out.take(chosen), None if labels is None else labels[: len(chosen)])

    def _files(self, made: np.ndarray, labels: np.ndarray | None) -> dict[str, bytes]:
        if self._source.kind == "points":
            return {"points.csv": _csv(made)}
        names = ["sound"] * len(made) if labels is None else [self._source.label_names[label] for label in labels]
        return named_files(made, names, self._source.rate)

    def _device(self) -> torch.device:
        return next(iter(self._trained.generator.parameters())).device


def write_quality(run: Run, measurer: Measuring, more: Figures, *, step: int, seconds: float) -> dict[str, Any]:
    """Makes the full measurement and writes ``quality.json``, with more figures; gives back what it wrote."""
    figures = {**measurer.figures(final=True), **more}
    source = run.document["source"]
    document = {
        "schema": "ganbaru.quality/1",
        "step": step,
        "seconds": seconds,
        "measured_on": {
            "generated": measurer.count(final=True),
            "held_out": source["counts"]["held_out"],
            "train": source["counts"]["train"],
            "form": "points" if source["kind"] == "points" else "decoded sound",
        },
        "figures": as_json(figures),
        "untrained": as_json(measurer.untrained),
        "judge": as_json(measurer.judge),
        "verdicts": measurer.verdicts(figures),
    }
    run.write_json("quality", document)
    return document


def as_json(figures: Figures) -> dict[str, Any]:
    """Estimates by name as JSON can hold them."""
    return {name: estimate.to_json() for name, estimate in figures.items()}


def from_json(figures: dict[str, Any]) -> Figures:
    """The inverse of `as_json`."""
    return {name: Estimate.from_json(value) for name, value in figures.items()}


def named_files(sounds: np.ndarray, names: Sequence[str], rate: int) -> dict[str, bytes]:
    """Sounds ``(N, T)`` as WAV files, numbered and named."""
    return {
        f"{index:02d}-{safe_name(name)}.wav": to_wav(sound, rate)
        for index, (sound, name) in enumerate(zip(sounds, names, strict=True))
    }


def safe_name(label: str) -> str:
    """A label as part of a file's name: letters, digits, ``-`` and ``_`` of any script; 40 characters at most."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in label)
    return kept[:40] or "_"


def _reference(source: Source, seed: int) -> quality.Reference:
    return quality.Reference(
        source.train.take(np.arange(len(source.train.data))),
        source.held_out.take(np.arange(len(source.held_out.data))),
        rate=source.rate,
        train_labels=source.train.labels,
        held_out_labels=source.held_out.labels,
        label_names=source.label_names,
        seed=seed,
    )


def _point_figures(source: Source, seed: int) -> Callable[[np.ndarray, np.ndarray | None, bool], Figures]:
    held_out = source.held_out.take(np.arange(len(source.held_out.data)))
    train = source.train.take(np.arange(min(len(held_out), len(source.train))))
    centres, sd = getattr(source, "centres", None), getattr(source, "sd", 0.0)

    def measure(made: np.ndarray, labels: np.ndarray | None, full: bool) -> Figures:
        figures = quality.points(made, train, held_out, seed=seed)
        return figures if centres is None else {**quality.modes_covered(made, centres, sd), **figures}

    return measure


def _beside(held_out: Split, asked: np.ndarray | None, count: int) -> np.ndarray:
    """Indices of ``count`` held-out sounds: the n-th of the n-th asked label, or spread evenly where none is asked."""
    if asked is None or held_out.labels is None:
        return np.linspace(0, len(held_out.data) - 1, count).astype(np.int64)
    used: dict[int, int] = {}
    chosen = []
    for label in asked[:count]:
        of_label = np.flatnonzero(held_out.labels == label)
        nth = used.get(int(label), 0)
        chosen.append(of_label[nth % len(of_label)])
        used[int(label)] = nth + 1
    return np.array(chosen)


def _csv(points: np.ndarray) -> bytes:
    rows = "\n".join(",".join(f"{value:.6g}" for value in point) for point in points)
    return f"x,y\n{rows}\n".encode()


def samples_folder(step: int) -> str:
    """The name of a step's listening set."""
    return f"step-{step:06d}"


def run_samples(run: Run, step: int) -> Path:
    """Where a step's listening set lies."""
    return run.path / "samples" / samples_folder(step)
