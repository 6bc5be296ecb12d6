"""What the sounds of a training measure, with one judge for all trainings of a study."""

import time
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from ganbaru import quality
from ganbaru.studies.kinds.playing import Figures, Training, opened
from ganbaru.training.measure import named_files
from ganbaru.training.randomness import latents

_MADE, _KEPT = 400, 10
_JUDGE_SEED = 0


def hear(played: Training, world: str, folder: Path) -> tuple[Figures, float]:
    """The figures of 400 sounds that it makes, and the processor time of one on the way back from the network (s).

    Args:
        played: a training of sounds.
        world: its source, whose held-out sounds judge.
        folder: where the first ten are kept as files.
    """
    trained = played.session.trained()
    labels = trained.asked(_MADE)
    z = latents(played.session.config.seed, "measure", count=_MADE, size=trained.latent)
    began = time.process_time()
    made = trained.decode(z, None if labels is None else torch.from_numpy(labels))
    spent = time.process_time() - began
    figures = _judge_of(world).measure(made, labels, full=False)
    names = ["sound"] * _KEPT if labels is None else [trained.label_names[label] for label in labels[:_KEPT]]
    for name, data in named_files(made[:_KEPT], names, trained.rate).items():
        (folder / name).write_bytes(data)
    return figures, spent / _MADE


@lru_cache(maxsize=2)
def _judge_of(world: str) -> quality.Reference:
    """What real sounds of a world measure."""
    source = opened(world)
    train, held_out = (side.take(np.arange(len(side.data))) for side in (source.train, source.held_out))
    return quality.Reference(
        train,
        held_out,
        rate=source.rate,
        train_labels=source.train.labels,
        held_out_labels=source.held_out.labels,
        label_names=source.label_names,
        seed=_JUDGE_SEED,
    )
