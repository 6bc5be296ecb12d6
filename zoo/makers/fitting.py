"""Evidence of trainings by `ganbaru.fit`."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.checkup.evidence import Evidence
from ganbaru.sources import Split
from zoo import truth, worlds

Config = Mapping[str, Any]
_TONES = 400


def train(
    world: str,
    seconds: float | None,
    config: Config,
    own: str = "",
    train_count: int | None = None,
    probes: Sequence[str] = (),
) -> Evidence:
    """Trains, notes how good it ended, and gathers.

    Args:
        world: the source; "tones" are plucked tones in a folder.
        seconds: of each sound; None for points.
        config: all settings.
        own: name of an objective of `zoo.makers.objectives`, in place of the one in the settings.
        train_count: of the training samples, so many only.
        probes: names of active probes to make.
    """
    with tempfile.TemporaryDirectory() as place, opened(world, seconds, train_count) as source:
        evidence, quality = _trained(Path(place) / "run", source, config, own, probes)
        _note(quality)
        return evidence


def curve(world: str, seconds: float | None, config: Config, counts: Sequence[int]) -> Evidence:
    """The evidence of a training on the most of so many training samples, with the curve of quality over how many."""
    scores = []
    for count in sorted(counts):
        with tempfile.TemporaryDirectory() as place, opened(world, seconds, count) as source:
            evidence, quality = _trained(Path(place) / "run", source, config, "", ())
            scores.append(quality["figures"]["distance"])
    _note(quality)
    by_name = {name: [each[name] for each in scores] for name in ("value", "low", "high")}
    probe = {"counts": sorted(counts), "scores": by_name["value"], "low": by_name["low"], "high": by_name["high"]}
    return evidence.with_(probes={"data_curve": probe})


def _trained(
    out: Path, source: Any, config: Config, own: str, probes: Sequence[str]
) -> tuple[Evidence, dict[str, Any]]:
    """Evidence, and the last measurement."""
    import ganbaru as gb
    from ganbaru.checkup.run import gather
    from ganbaru.training.session import Parts
    from zoo.makers import objectives

    parts = Parts(objective=getattr(objectives, own)()) if own else Parts()
    try:
        gb.fit(source, out=out, config=config, threads=1, objective=parts.objective)
    except gb.UserError:
        truth.note(distance=float("inf"))
    run = gb.Run.open(out)
    evidence = gather(run, source=source, parts=parts)
    if probes:
        from ganbaru.checkup.probes import probe

        tried = probe(run, names=probes, source=source, parts=parts)
        evidence = evidence.with_(probes=tried.probes, missing=tried.missing)
    return evidence, run.read_json("quality") or {}


@contextmanager
def opened(world: str, seconds: float | None, train_count: int | None = None) -> Iterator[Any]:
    """A source, of whose training samples only the first ``train_count`` are left where that is given."""
    from ganbaru import sources

    if world == "tones":
        with tempfile.TemporaryDirectory() as place:
            yield _fewer(_tones(Path(place), seconds or 0.064), train_count)
    else:
        yield _fewer(sources.open(world, seconds=seconds) if seconds else sources.open(world), train_count)


def _tones(place: Path, seconds: float) -> Any:
    """Plucked tones as a folder of sounds, prepared beside it and not in the user's cache."""
    import soundfile

    from ganbaru import sources

    folder = place / "tones"
    folder.mkdir()
    waves = worlds.tones(round(seconds * worlds.RATE)).draw(_TONES, np.random.default_rng(5))[:, 0]
    for number, wave in enumerate(waves):
        soundfile.write(folder / f"tone{number:03d}.wav", wave, worlds.RATE)
    kept = os.environ.get("GANBARU_CACHE")
    os.environ["GANBARU_CACHE"] = str(place / "cache")
    try:
        return sources.open(folder, rate=worlds.RATE, seconds=seconds, labels="none")
    finally:
        os.environ.pop("GANBARU_CACHE")
        if kept is not None:
            os.environ["GANBARU_CACHE"] = kept


class Few(Split):
    """A split of few samples that may be asked for more than it has: it gives them again."""

    def take(self, indices: Any) -> Any:
        """Samples ``(n, *shape)``, by their numbers modulo how many there are."""
        return super().take(np.asarray(indices) % len(self))


def _fewer(source: Any, count: int | None) -> Any:
    if count is None:
        return source
    kept = source.train
    labels = None if kept.labels is None else kept.labels[:count]
    train = Few(kept.data[:count], labels, kept.names[:count])
    return replace(source, train=train, fingerprint=f"{source.fingerprint}-{count}")


def _note(quality: Mapping[str, Any]) -> None:
    if not quality:
        return
    figures = quality["figures"]
    truth.note(**{name: figures[name]["value"] for name in ("distance", "modes", "diversity") if name in figures})
    truth.note(floor=figures["distance"]["floor"], untrained=quality["untrained"]["distance"]["value"])
