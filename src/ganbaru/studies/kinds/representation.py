"""In which form should a network see sound? Each for the same processor time on the same sounds, way back included."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import torch

from ganbaru.errors import UserError
from ganbaru.signal import audible_difference
from ganbaru.studies import judging
from ganbaru.studies.answer import Answer, Grid
from ganbaru.studies.judging.zone import interval, number
from ganbaru.studies.kinds import paired
from ganbaru.studies.kinds.frame import Options, answered, conduct, extremes
from ganbaru.studies.kinds.hearing import hear
from ganbaru.studies.kinds.playing import Training, training
from ganbaru.studies.plan import Plan
from ganbaru.studies.table import Results

FORMS = ("waveform", "mu-law", "log-magnitude", "log-mel", "magnitude+if")
BEST, SOME = "one is best", "some are worse"
_HEARD = 64
_COUNTED = ("distance", "right_label", "recognised", "labels_covered", "diversity", "precision", "recall")
_QUESTION = "In which form should a network see sound?"
_RULE = (
    "Distances of decoded sounds to held-out ones after the same processor time, paired by seed, by the exact sign-"
    "flip test with Holm's correction for all pairs (95 %): one is best if it is better than each other, some are "
    "worse if the one with the best mean is better than some, and else we can't tell."
)


def representation(
    *,
    out: str | os.PathLike[str],
    worlds: Sequence[str] = ("speech:yes,no,one,two?count=1200",),
    forms: Sequence[str] = FORMS,
    seconds: float = 40.0,
    seeds: Iterable[int] | None = None,
    channels: int = 48,
    waveform_channels: int = 16,
    settings: Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> Answer:
    """Which representation comes nearest to real sounds in the same time.

    Args:
        out: the study's folder.
        worlds: sources of sounds: folders, or worlds such as ``"speech:digits"``.
        forms: names of representations.
        seconds: processor time of each training (s).
        seeds: paired over representations; by default ten, or as many as it takes to tell so many apart.
        channels: width of networks that see spectrograms; waveform_channels: of those that see a wave, next to the
            sound, where they are narrowest.
        settings: further ones, the same for all.
        options: see `Options`.

    Raises:
        UserError: the source holds no sounds, or as `conduct`.
    """
    if silent := [world for world in worlds if str(world).startswith("toy:")]:
        raise UserError(f"{silent[0]} has no sounds to represent", hint="choose a folder of sounds, or speech:digits")
    widths = {form: waveform_channels if form in ("waveform", "mu-law") else channels for form in forms}
    shared = {"seconds": seconds, "settings": dict(settings or {})}
    cells = {
        f"{form}: {world}": {"arm": form, "world": str(world), "channels": widths[form], **shared}
        for world in worlds
        for form in forms
    }
    return conduct(
        "representation", out, Plan(_QUESTION, _RULE, cells, paired.seeds_of(seeds, len(forms))), trial, {}, **options
    )


def trial(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """One training; the score is the distance (dB) of its decoded sounds to held-out ones."""
    width = {"channels": settings["channels"]}
    chosen = {"representation": settings["arm"], "generator": width, "critic": width, **settings["settings"]}
    with training(settings["world"], chosen, seed, seconds=settings["seconds"]) as played:
        while played.progress < 1 and played.finite:
            played.step()
        known = {"steps": played.steps, "seconds_a_step": played.seconds / max(1, played.steps)}
        if not played.finite:
            return {"score": math.nan, "collapsed": 1, **known}
        return {**known, "collapsed": 0, **_ceiling(played), **_heard(played, settings["world"], folder)}


def _heard(played: Training, world: str, folder: Path) -> dict[str, float]:
    """What its sounds measure."""
    figures, back = hear(played, world, folder)
    counted = {name: float(figures[name].value) for name in _COUNTED if name in figures}
    return {"score": counted["distance"], **counted, "back_seconds": back}


def _ceiling(played: Training) -> dict[str, float]:
    """How much of real sounds is lost on the way there and back, no network between."""
    source, form = played.session.source, played.session.representation
    sounds = torch.from_numpy(source.held_out.take(np.arange(min(_HEARD, len(source.held_out.data)))))
    back = form.decode(form.encode(sounds), sounds.shape[1]).float()
    return {"ceiling": float(audible_difference(sounds, back, rate=source.rate).mean())}


def judge(results: Results) -> Answer:
    """The answer; trainings that are missing are left out and said."""
    names, fell = paired.named(results, "arm"), paired.collapsed(results)
    distances = paired.told(results, "distance")
    arms = judging.compare_arms(names, paired.logs(distances), fell, higher_is_better=False)
    verdict = paired.standing(arms, names, BEST, SOME)
    return answered(
        "representation",
        results,
        verdict=verdict,
        sentence=_sentence(results, verdict, arms, names),
        evidence={f"{name}: distance (dB)": paired.mean_of(distances[i].mean(axis=0)) for i, name in enumerate(names)},
        graphs=_graphs(results, names),
        grids=[_grid(results, names), paired.pairs_grid("At equal processor time", arms)],
        notes=_notes(results),
        **extremes(results, higher_is_better=False),
    )


def _sentence(results: Results, verdict: str, arms: judging.Arms, names: list[str]) -> str:
    outcomes = paired.outcomes(paired.told(results, "distance"), paired.collapsed(results))
    return f"{verdict}: after the same processor time {paired.ranked(arms, outcomes, names)}"


def _grid(results: Results, names: list[str]) -> Grid:
    told = {name: paired.told(results, name).mean(axis=1) for name in (*_COUNTED, "ceiling", "back_seconds", "steps")}
    fell = paired.collapsed(results)
    rows = list[list[Any]]()
    for index, name in enumerate(names):
        mean = {key: paired.mean_of(values[index]) for key, values in told.items()}
        back = mean["back_seconds"].times(1000.0)
        figures = [mean[key] for key in ("distance", "right_label", "recognised", "diversity", "ceiling")]
        rows.append([name, *figures, mean["steps"].value, back, int(fell[index].sum())])
    columns = (
        "representation",
        "distance (dB)",
        "right word",
        "any word",
        "diversity",
        "lost there and back",
        "steps",
        "way back (ms a sound)",
        "collapsed",
    )
    note = (
        "Means over seeds with 95 % intervals of exact tests, one arm at a time. Lost there and back: the share of "
        "loudness that is heard to differ after encoding and decoding real sounds, no network between."
    )
    return Grid("By representation", columns, rows, note)


def _graphs(results: Results, names: list[str]) -> list[Any]:
    graphs = [paired.dots("Distance to held-out sounds", names, paired.told(results, "distance"), "distance (dB)")]
    right = paired.told(results, "right_label")
    if np.isfinite(right).any():
        graphs.append(paired.dots("The word that was asked for", names, right, "share of sounds"))
    return graphs


def _notes(results: Results) -> list[str]:
    shared, names = next(iter(results.plan.cells.values())), paired.named(results, "arm")
    lost = {name: paired.mean_of(paired.told(results, "ceiling")[i].mean(axis=0)) for i, name in enumerate(names)}
    ceilings = ", ".join(f"{name} {interval(value)}" for name, value in lost.items())
    return [
        f"{', '.join(paired.named(results, 'world'))}; each training {number(shared['seconds'])} s of processor time "
        "on one thread.",
        "The networks' widths differ by the form of what they see; all other settings are one recipe, tuned for "
        "log-mel: another form may be better with its own.",
        "The seed changes networks, order of the data and latents together; one judge hears all trainings.",
        f"Real sounds lose on the way there and back: {ceilings} of their loudness.",
        f"Cost: {paired.cost(results)}.",
    ]
