"""Do these settings learn where the answer is known? The ring of 8 Gaussians (Srivastava et al. 2017, section 5.1).

What carries over from the run: objective, constraint, how often it is taken, ``n_critic``, both optimizers with their
learning rates and options, the bound on gradients. The weight of a penalty on the gradient's size alone (R1, R2) does
only from points to points: it has the data's unit. What does not carry over is the ring's own: networks, batch, no
labels, a constant learning rate, no moving average.

A training ends early once the ring is learned, or once the generator is lost. Another one, by another seed, is made
only where the first did not come near the ring.

The probe ``known_domain``:

==================  ===============================================================================================
``carried``         the settings that were carried over, by their dotted names
``replaced``        those that were not, by their dotted names, as they were on the ring
``trainings``       of each: ``finite``: whether all points stayed finite; ``steps``, ``updates`` of generator and
                    critic; ``start`` and ``start_near``: ``distance`` and ``near`` before it; and by check, twelve of
                    them in a whole training, the lists ``distance``, ``near``, ``quality``, ``modes``, ``kinds``
==================  ===============================================================================================

``distance`` is the sliced W1 of 2,500 generated points to as many real ones; ``quality`` the share of points within 3
standard deviations of their mode, ``modes`` those with such a point (Lin et al. 2018, section 4.1); ``near`` the share
of points in the inner half of the way from a mode to its border with the next (half of a uniform circle is); ``kinds``
the modes with at least 2 % of all points so near.
"""

import math
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import torch

from ganbaru import sources
from ganbaru.checkup.probes.subject import Subject
from ganbaru.distances import sliced_wasserstein
from ganbaru.errors import UserError
from ganbaru.quality.points import modes_covered
from ganbaru.training import settings
from ganbaru.training.config import Config
from ganbaru.training.game import GameSession, prepare
from ganbaru.training.randomness import latents, mix, own_random_state
from ganbaru.training.session import Parts

Array = np.ndarray[Any, Any]
_CARRIED = ("objective", "constraint", "constraint_strength", "constraint_every", "n_critic", "gradient_clip")
_MOVES = ("optimizer", "learning_rate", "optimizer_options")
_SIZED = ("r1", "r1+r2")
"""Constraints whose weight has the data's unit."""
_WEIGHT = 0.02
"""Their weight on the ring."""
_BATCH = 128
_UPDATES = 6000
"""Of the critic, in one training; twice as many where it takes several to one of the generator."""
_FEWEST = 300
"""Generator updates that are too few for any settings."""
_MODES = 8
_CHECKS = 12
_POINTS = 2500
_TRAININGS = 2
_KIND = 0.02
_LOST = 30.0
"""Distance over that before the training from which no setting was seen to come back."""
_LEARNED = 0.75
"""Share of points near a mode, with all modes among them, from which the ring is learned; 0.5 of a uniform circle."""
_ON_IT = 0.5
"""Share of points near a mode from which another training is not needed."""
_CLOSER, _NEARER = 0.8, 1.5
"""Likewise distance and share of points near a mode, both over those before: it is on its way."""


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.fresh()
    chosen, replaced = ring_settings(opened.config, points=opened.document["source"]["kind"] == "points")
    own = Parts(
        objective=opened.game.objective if opened.config.objective.startswith("own:") else None,
        constraint=opened.game.constraint if opened.config.constraint.startswith("own:") else None,
    )
    trainings = [_train(subject, chosen, own, 0)]
    while len(trainings) < _TRAININGS and not _came_near(trainings[-1]):
        trainings.append(_train(subject, chosen, own, len(trainings)))
    carried = {name: value for name, value in chosen.items() if value is not None and name not in replaced}
    return {"carried": carried, "replaced": replaced, "trainings": trainings}


def ring_settings(config: Config, *, points: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """A run's settings as they are on the ring, and those of them that are not the run's own.

    Args:
        config: of the run.
        points: whether it learned points itself.
    """
    chosen = {name: getattr(config, name) for name in _CARRIED}
    chosen |= {"n_critic_most": config.n_critic_most} if config.n_critic == "adaptive" else {}
    for network in ("generator", "critic"):
        chosen |= {f"{network}.{name}": getattr(getattr(config, network), name) for name in _MOVES}
    replaced: dict[str, Any] = {"batch": _BATCH, "ema": 0.0}
    if config.constraint in _SIZED and not points:
        replaced["constraint_strength"] = _WEIGHT
    return {**chosen, **replaced}, replaced


def length(n_critic: int) -> int:
    """Generator updates in one training.

    Raises:
        UserError: so many critic updates to each leave too few.
    """
    steps = _UPDATES * min(n_critic, 2) // n_critic
    if steps < _FEWEST:
        raise UserError(f"n_critic = {n_critic} leaves only {steps} generator updates to learn the ring in")
    return steps


@dataclass
class _Ring:
    """What points are held against."""

    centres: Array
    sd: float
    real: Array

    def check(self, made: Array) -> dict[str, Any]:
        """How good points ``(N, 2)`` are."""
        counted = modes_covered(made, self.centres, self.sd)
        apart = np.linalg.norm(made[:, None] - self.centres[None], axis=2)
        inner = apart.min(axis=1) <= math.pi / len(self.centres) / 2
        shares = np.bincount(apart.argmin(axis=1)[inner], minlength=len(self.centres)) / len(made)
        return {
            "distance": sliced_wasserstein(made, self.real, projections=32, seed=0).value,
            "near": float(inner.mean()),
            "quality": counted["high_quality"].value,
            "modes": int(counted["modes"].value),
            "kinds": int((shares >= _KIND).sum()),
        }


def _train(subject: Subject, chosen: dict[str, Any], own: Parts, number: int) -> dict[str, Any]:
    """One training, as the probe tells of it."""
    seed = mix(subject.seed, "ring", number) % 2**31
    plain = {name: value for name, value in chosen.items() if not str(value).startswith("own:")}
    config = settings.resolve("points", plain, {"seed": seed, "labels": "none", "threads": subject.config.threads})
    source = sources.toy("ring")
    assert source.centres is not None
    ring = _Ring(source.centres, source.sd, source.sample(_POINTS, seed))
    with own_random_state(seed, "ring"):
        return _played(subject, prepare(source, config, own), ring)


def _played(subject: Subject, session: GameSession, ring: _Ring) -> dict[str, Any]:
    """Plays until the ring is learned, the generator is lost, or the time is up."""
    steps = length(session.config.most_updates)
    before, checks, finite = ring.check(_made(session)), list[dict[str, Any]](), True
    for step in range(1, steps + 1):
        subject.check_time()
        _step(session)
        if step % (steps // _CHECKS) == 0:
            subject.tell(step, steps)
            made = _made(session)
            finite = bool(np.isfinite(made).all())
            if not finite:
                break
            checks.append(ring.check(made))
            if _learned(checks[-1]) or checks[-1]["distance"] > _LOST * before["distance"]:
                break
    counters = session.counters
    lists = {name: [check[name] for check in checks] for name in ("distance", "near", "quality", "modes", "kinds")}
    starts = {"start": before["distance"], "start_near": before["near"]}
    return {"finite": finite, "steps": counters.step, "updates": counters.update, **starts, **lists}


def _came_near(training: dict[str, Any]) -> bool:
    """Whether a training is near the ring, or on its way, in the last third of its checks."""
    last = slice(-max(1, len(training["near"]) // 3), None)
    if not training["finite"] or not training["near"]:
        return False
    near, distance = (float(np.median(training[name][last])) for name in ("near", "distance"))
    coming = distance <= _CLOSER * training["start"] and near >= _NEARER * training["start_near"]
    return near >= _ON_IT or coming


def _learned(check: dict[str, Any]) -> bool:
    return bool(check["kinds"] == _MODES and check["near"] >= _LEARNED)


def _step(session: GameSession) -> None:
    counters = session.counters
    played = session.play(session.deck.deal(update, session.device) for update in count(counters.update))
    counters.step, counters.update = counters.step + 1, counters.update + played.updates


@torch.no_grad()
def _made(session: GameSession) -> Array:
    """Generated points ``(N, 2)``, in the ring's own plane."""
    z = latents(session.config.seed, "points", count=_POINTS, size=session.deck.latent, device=session.device)
    made: Array = session.representation.decode(session.game.generator(z), 2).cpu().numpy().astype(np.float64)
    return made
