"""One training of the study of vanishing gradients: the norm and the direction of what reaches the generator.

"In theory": the generator stands still after a few steps, and a critic is trained anew against it, far beyond what
any training would (Arjovsky & Bottou 2017, "Towards Principled Methods for Training Generative Adversarial Networks",
section 2.2 and figure 2). "In practice": both are trained, and every step is looked at.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.distances import sliced_wasserstein, transport
from ganbaru.studies.kinds.arms import game
from ganbaru.studies.kinds.playing import Training, training
from ganbaru.training.evidence import Before, gradient
from ganbaru.training.game import GameSession, new_game
from ganbaru.training.randomness import latents
from ganbaru.training.session import Parts
from ganbaru.training.step import Batch, critic_learns, critic_says, generate, scores

Array = np.ndarray[Any, Any]
THEORY, PRACTICE = "in theory", "in practice"
EVEN, FAST, OFTEN = "even", "10 × the rate", "5 updates"
GENERATORS: dict[str, dict[str, Any]] = {
    "apart": {"live": 0, "spread": 0.1},
    "untrained": {"live": 0},
    "after 50 steps": {"live": 50},
}
"""Generators that stand still. "Apart" is an untrained one whose last layer is a tenth of what it was: its samples lie
near the mean of the data, apart from the real ones, as the theorem supposes; those of the others overlap with them."""
STRONG: dict[str, dict[str, Any]] = {
    EVEN: {},
    FAST: {"critic.learning_rate": 1e-2},
    OFTEN: {"n_critic": 5},
}
"""How much stronger than the generator the critic is made, by settings."""
VANISHED, WEAK, EXPLODED = 0.01, 0.1, 100.0
"""Shares of the gradient's start under which it is called vanished and weak, and over which exploded."""
EVERY = 10
"""Steps between two looks at the gradient's direction."""
_START = 10
"""Steps whose median is the gradient's start."""
_POINTS, _MARKS, _WIDTH = 256, 13, 20
_MADE = 1000
_TINY = 1e-38


def trial(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """One training of either part; ``settings`` are those of a cell of `ganbaru.studies.kinds.vanishing`."""
    sound = settings["representation"] is not None
    chosen = {**game(settings["objective"], sound=sound), **_common(settings, sound), **STRONG[settings["critic"]]}
    with training(settings["world"], chosen, seed) as played:
        if settings["part"] == PRACTICE:
            return _practice(played)
        return _theory(played, settings["live"], settings.get("spread", 1.0), settings["updates"])


def _common(settings: dict[str, Any], sound: bool) -> dict[str, Any]:
    """What all objectives share: optimizer and rates, no schedule, no average, no labels."""
    rate = 5e-4 if sound else 1e-3
    network = {"optimizer": "adam", "optimizer_options": {"betas": [0.0, 0.99]}, "learning_rate": rate}
    size = {"channels": 16 if sound else settings["channels"]}
    shared = {"steps": settings["steps"], "batch": 16 if sound else 64, "decay": "none", "ema": 0.0, "labels": "none"}
    representation = {"representation": settings["representation"]} if sound else {}
    return {**shared, **representation, "generator": {**network, **size}, "critic": {**network, **size}}


def _practice(played: Training) -> dict[str, Any]:
    """Norms and moves of every step, directions now and then, and what came of the training."""
    session, generator = played.session, played.session.game.generator
    norms, cosines, moves = list[float](), list[float](), list[float]()
    before, fixed = apart(session), _fixed(session)
    while played.progress < 1 and played.finite:
        weights = Before({"generator": generator})
        played.step()
        norms.append(gradient(generator))
        moves.append(weights.ratios()["generator_update_ratio"])
        if played.steps % EVERY == 0:
            towards = flat(transport_gradient(session, fixed))
            cosines.append(cosine(flat(generator_gradient(session, fixed)), towards))
    after = apart(session) if played.finite else math.inf
    return {**told(norms, cosines, moves), **_outcome(played, before, after)}


def told(norms: Sequence[float], cosines: Sequence[float], moves: Sequence[float]) -> dict[str, Any]:
    """What the steps of a training say.

    Args:
        norms: of the generator's gradient, ``(N,)``.
        cosines: of the gradient to that of the exact W1, at every tenth step.
        moves: norm of the update over norm of the weights, ``(N,)``.

    Returns:
        ``score``: the decimal logarithm of the gradient in the median step of the last third, over its start, which
        is the median of the first ten; of ``steps``, how many are ``vanished``, ``weak``, ``exploded``; ``least`` and
        ``greatest``: the ends of that logarithm, smoothed over 20 steps; ``direction``: the median cosine of the last
        third, and ``uphill``, the share of all cosines that are not above 0; ``move``: how far the median step of the
        last third moves the weights, over one at the start.
    """
    sizes, step, angles = (np.array(values, dtype=float) for values in (norms, moves, cosines))
    ratio = np.nan_to_num(sizes / max(float(np.median(sizes[:_START])), _TINY), nan=math.inf)
    orders = np.log10(np.clip(ratio, _TINY, 1 / _TINY))
    smooth = _running(orders)
    return {
        "score": float(np.median(_late(orders))),
        "steps": len(sizes),
        "vanished": int((ratio < VANISHED).sum()),
        "weak": int((ratio < WEAK).sum()),
        "exploded": int((ratio > EXPLODED).sum()),
        "least": float(smooth.min()),
        "greatest": float(smooth.max()),
        "direction": float(np.median(_late(angles))) if len(angles) else 0.0,
        "uphill": float((angles <= 0).mean()) if len(angles) else 1.0,
        "move": float(np.median(_late(step)) / max(float(np.median(step[:_START])), _TINY)),
    }


def _outcome(played: Training, before: float, after: float) -> dict[str, Any]:
    """Distance to held-out samples over that of the untrained generator; and modes where the world has them."""
    outcome: dict[str, Any] = {"distance": after / before, "collapsed": int(not played.finite)}
    if played.finite and played.session.source.kind == "points":
        figures = played.figures()
        outcome |= {name: figures[name].value for name in ("modes", "high_quality") if name in figures}
    return outcome


def _theory(played: Training, live: int, spread: float, updates: int) -> dict[str, Any]:
    """The gradient of a generator that stands still, by the number of updates of a critic that began anew.

    Args:
        played: the training.
        live: steps that the generator learns before.
        spread: what its last layer is multiplied by then.
        updates: of the critic.
    """
    while played.steps < live:
        played.step()
    session = played.session
    with torch.no_grad():
        for weight in list(session.game.generator.parameters())[-2:]:
            weight.mul_(spread)
    session.game = _with_new_critic(session)
    fixed = _fixed(session)
    towards = flat(transport_gradient(session, fixed))
    marks = sorted({0, *np.unique(np.geomspace(1, updates, _MARKS).round().astype(int)).tolist()})
    norms, cosines = list[float](), list[float]()
    for update in range(updates + 1):
        if update in marks:
            now = flat(generator_gradient(session, fixed))
            norms.append(float(now.norm()))
            cosines.append(cosine(now, towards))
        if update < updates:
            _criticise(session, session.deck.deal(played.updates + update, session.device), update)
    change = math.log10(max(norms[-1], _TINY) / max(norms[0], _TINY))
    return {"score": change, "marks": marks, "norms": norms, "cosines": cosines, "cosine": cosines[-1]}


def _with_new_critic(session: GameSession) -> Any:
    """The session's game with a critic that has not learned yet; the generator stays."""
    shape = session.representation.shape(session.source.shape[0])
    config = session.config.model_copy(update={"seed": session.config.seed + 1})
    return new_game(config, Parts(generator=session.game.generator), session.fabric, shape, session.classes)


def _fixed(session: GameSession) -> Batch:
    """Held-out samples and latents that every gradient is of."""
    count = min(_POINTS, len(session.held_out.feed))
    real, _ = session.held_out.feed.take(np.arange(count))
    return Batch(real, None, latents(session.config.seed, "fixed", count=count, size=session.deck.latent))


def _criticise(session: GameSession, batch: Batch, update: int) -> None:
    """One update of the critic."""
    game = session.game
    for weight in game.critic.parameters():
        weight.requires_grad_(True)
    with torch.no_grad():
        fake = generate(game.generator, batch.latents, None)
    critic_learns(game, batch, critic_says(game, batch, fake), update=update)


def generator_gradient(session: GameSession, batch: Batch) -> list[Tensor]:
    """Gradient of the generator's loss on a batch, weight by weight; nothing moves."""
    game = session.game
    fake = generate(game.generator, batch.latents, None)
    said = scores(game.critic, fake, None)
    real = scores(game.critic, batch.real, None).detach() if getattr(game.objective, "paired", False) else None
    return list(torch.autograd.grad(game.objective.generator_loss(said, real), list(game.generator.parameters())))


def transport_gradient(session: GameSession, batch: Batch) -> list[Tensor]:
    """Gradient of the exact W1 between the generated and the real samples of a batch, weight by weight.

    That of W1 at a sample is the mean direction from where its mass goes to itself (the envelope theorem).
    """
    fake = generate(session.game.generator, batch.latents, None)
    made, real = fake.detach().flatten(1).double().numpy(), batch.real.flatten(1).double().numpy()
    plan = transport(made, real)
    ways = made[plan.rows] - real[plan.columns]
    ways *= (plan.mass / np.maximum(np.linalg.norm(ways, axis=1), 1e-12))[:, None]
    pull = np.zeros_like(made)
    np.add.at(pull, plan.rows, ways)
    at = torch.from_numpy(pull).to(fake.dtype).view_as(fake)
    return list(torch.autograd.grad((fake * at).sum(), list(session.game.generator.parameters())))


@torch.no_grad()
def apart(session: GameSession) -> float:
    """Sliced W1 of the generator's samples to held-out ones, both as the networks see them."""
    count = min(_MADE, len(session.held_out.feed))
    real, _ = session.held_out.feed.take(np.arange(count))
    z = latents(session.config.seed, "apart", count=count, size=session.deck.latent)
    made = generate(session.game.generator, z, None)
    if not bool(torch.isfinite(made).all()):
        return math.inf
    cloud, others = (each.flatten(1).double().numpy() for each in (made, real))
    return float(sliced_wasserstein(cloud, others, projections=32, seed=0).value)


def flat(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors as one vector of its own."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def cosine(a: Tensor, b: Tensor) -> float:
    """Of the angle between two vectors; 0 where one of them is zero."""
    sizes = float(a.double().norm()) * float(b.double().norm())
    return float(a.double() @ b.double()) / sizes if sizes > 0 and math.isfinite(sizes) else 0.0


def _late(values: Array) -> Array:
    """The last third."""
    return values[-max(1, len(values) // 3) :]


def _running(values: Array) -> Array:
    """Means over 20 values, or over all where there are fewer."""
    width = min(_WIDTH, len(values))
    return np.convolve(values, np.full(width, 1 / width), "valid")
