"""What the networks know by heart: the critic's scores of what it was trained on and of what it never saw, and how near
generated samples come to training samples.

The probe ``memory``:

======================  ===========================================================================================
``step``                of the checkpoint
``train`` …             ``held_out``, ``generated``: ``mean``, ``std`` and ``count`` of the critic's scores
``train_held_out``      area under the ROC curve of training scores over held-out ones: `Estimate` as JSON
``held_out_generated``  of held-out scores over those of generated samples
``memorised``           share of generated samples nearer to a training sample than 99 % of held-out ones; of at least
                        20 samples of each side, as the next one
``copied``              share that is so near and stands as much nearer to the nearest training sample than to the
                        fifth nearest as only 5 % of held-out ones do
======================  ===========================================================================================
"""

from typing import Any

import numpy as np
import torch
from scipy.spatial.distance import cdist

from ganbaru.checkup.run.ranks import area
from ganbaru.checkup.run.reopened import Reopened, scored, some
from ganbaru.distances import Estimate, proportion
from ganbaru.errors import UserError
from ganbaru.quality import memorisation
from ganbaru.quality.features import Features
from ganbaru.sources import Source
from ganbaru.training.feed import Feed
from ganbaru.training.randomness import latents
from ganbaru.training.step import generate

Array = np.ndarray[Any, Any]
_NEAR = 0.01
"""Share of held-out samples that are as near to a training sample."""
_ALONE = 0.05
"""Share of held-out samples that stand as much nearer to one training sample than to the fifth nearest."""
_FIFTH = 5
_FEWEST, _ENOUGH = 4, 20
"""Samples of each side by whose scores something can be told, for the interval of the area knows how few they are: with
12 training and 4 held-out ones its low end is above 0.65 in 0.3 % of critics that know none. And by whose distances."""
_PAIRS = 2e7
"""Of distances at a time: 160 MB."""


def memory(opened: Reopened, source: Source, *, seed: int) -> dict[str, Any]:
    """The probe.

    Args:
        opened: the networks.
        source: what they learned from.
        seed: of the latents.

    Raises:
        UserError: there are too few samples, or the scores are not finite.
    """
    sides = {"train": source.train, "held_out": source.held_out}
    for name, split in sides.items():
        if len(split) < _FEWEST:
            raise UserError(f"{len(split)} {name.replace('_', '-')} samples are too few to compare: {_FEWEST} would do")
    feeds = {name: opened.feed(split) for name, split in sides.items()}
    found = {"step": opened.step, **_scores(opened, feeds, seed)}
    enough = min(len(split) for split in sides.values()) >= _ENOUGH
    return {**found, **_nearness(opened, source, seed)} if enough else found


def _scores(opened: Reopened, feeds: dict[str, Feed], seed: int) -> dict[str, Any]:
    """What the critic says of each side and of generated samples with the held-out ones' labels."""
    critic, generator = opened.game.critic.eval(), opened.best.eval()
    taken = {name: feed.take(np.arange(len(feed))) for name, feed in feeds.items()}
    said = {name: scored(critic, *samples) for name, samples in taken.items()}
    labels = taken["held_out"][1]
    z = latents(seed, "memory", count=len(feeds["held_out"]), size=opened.latent, device=opened.fabric.device)
    with torch.no_grad():
        said["generated"] = scored(critic, generate(generator, z, labels), labels)
    if not all(np.isfinite(values).all() for values in said.values()):
        raise UserError("the critic's scores are not finite")
    return {
        **{name: _described(values) for name, values in said.items()},
        "train_held_out": area(said["train"], said["held_out"]).to_json(),
        "held_out_generated": area(said["held_out"], said["generated"]).to_json(),
    }


def _nearness(opened: Reopened, source: Source, seed: int) -> dict[str, Any]:
    """How near generated samples come to training samples, by decoded sound."""
    held_out = some(source.held_out)
    train = some(source.train, int(_PAIRS / len(held_out)))
    made = opened.trained().sample(len(held_out), seed=seed)
    real, other = (side.take(np.arange(len(side))) for side in (train, held_out))
    if source.kind == "sound":
        features = Features(real, rate=source.rate)
        real, other, made = features(real), features(other), features(np.nan_to_num(made))
    return {
        "memorised": memorisation(real, other, made, share=_NEAR).to_json(),
        "copied": copied(real, other, made).to_json(),
    }


def copied(train: Array, held_out: Array, made: Array) -> Estimate:
    """Share of generated points that are copies of one training point.

    A copy is nearer to its training point than 99 % of held-out points are to theirs, and stands alone with it: the
    ratio of the distances to the nearest and the fifth nearest is below that of 95 % of held-out points (as Carlini et
    al. 2023, section 4.2, hold a distance against those to other neighbours). What is merely plain, such as a blurred
    or a silent sound, is near to many training points at once.

    Args:
        train: points ``(n, d)``.
        held_out: ``(m, d)``.
        made: ``(k, d)``.
    """
    (near, alone), (made_near, made_alone) = _neighbours(held_out, train), _neighbours(made, train)
    is_copy = (made_near < np.quantile(near, _NEAR)) & (made_alone < np.quantile(alone, _ALONE))
    found = proportion(int(is_copy.sum()), len(made), method="near to one training sample and to no other")
    sizes = (len(made), len(train))
    return Estimate(found.value, found.low, found.high, found.confidence, _NEAR, sizes, found.method)


def _neighbours(points: Array, train: Array) -> tuple[Array, Array]:
    """Distance to the nearest training point ``(N,)``, and its ratio to that to the fifth nearest."""
    fifth = min(_FIFTH, len(train)) - 1
    nearest = np.partition(cdist(points, train), [0, fifth], axis=1)
    return nearest[:, 0], nearest[:, 0] / np.maximum(nearest[:, fifth], 1e-12)


def _described(values: Array) -> dict[str, float]:
    return {"mean": float(values.mean()), "std": float(values.std()), "count": len(values)}
