"""Heard less than liked: how much more somebody is answered than others with as many followers, with its doubt.

The answers to a post are counts. Of an account with ``F`` followers in the group ``g`` they are expected to be
``e = exp(α_g + β log(1 + F))`` a post, and are ``λ e`` for somebody who is liked ``λ`` times as much as is usual there.
Posts differ too, so a count has the variance ``λe + (λe)²/r``. What is wanted is ``λ``: the residual of the answers
given the audience, never their ratio to it, which explodes near zero followers.

Few posts say little, so ``λ`` is drawn towards 1: its prior is a Gamma of mean 1 whose width is that of the people
themselves (Gamma–Poisson, Robbins 1956's empirical Bayes; Clayton & Kaldor 1987, section 3). The posterior is a Gamma
again, from which intervals and the chance to be among the first k are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.scout.sifting.counted import Heard

Array = np.ndarray[Any, Any]

DRAWS = 4_000
_ROUNDS = 8
_GROUPS_ALIKE = 4.0
"""Precision by which a group's level is drawn towards that of all: groups differ by a factor of e^0.5, say."""
_LEAST_SHAPE, _MOST_SHAPE = 0.3, 50.0
"""Of the prior: as wide as nearly anything, or next to nobody differs."""


@dataclass(frozen=True)
class Hidden:
    """How much more somebody is answered than is usual for as many followers.

    Attributes:
        value: times as much, the posterior's median.
        low, high: ends of its 95 % interval.
        first: chance to be among the ``k`` most hidden of all who were compared.
        posts: that counted.
        followers: of all accounts.
    """

    value: float
    low: float
    high: float
    first: float
    posts: int
    followers: int


def hiddenness(heard: Sequence[Heard], *, k: int = 20, seed: int = 0) -> dict[str, Hidden]:
    """How hidden each person is, by key.

    Args:
        heard: what is known of the accounts.
        k: for the chance to be among the first.
        seed: of the posterior's draws.
    """
    persons = sorted({each.person for each in heard})
    if not persons:
        return {}
    draws = _fit(heard, persons).draws(np.random.default_rng([seed, 0x41DE]))
    low, value, high = np.quantile(draws, [0.025, 0.5, 0.975], axis=1)
    first = _among_first(draws, k)
    posts, followers = (
        _by_person(heard, persons, of) for of in ([len(h.answers) for h in heard], [h.followers for h in heard])
    )
    return {
        person: Hidden(
            float(value[i]), float(low[i]), float(high[i]), float(first[i]), int(posts[i]), int(followers[i])
        )
        for i, person in enumerate(persons)
    }


@dataclass(frozen=True)
class _Posterior:
    """What is known of λ.

    Attributes:
        prior: shape and rate of the prior.
        seen, expected: ``(P,)`` answers of each person and what was expected, in units of the noise of posts.
        design: ``(P, W)`` what each person's expectation is made of.
        root: ``(W, W)`` a square root of the covariance of the level, the slope and the groups.
    """

    prior: float
    seen: Array
    expected: Array
    design: Array
    root: Array

    def draws(self, rng: np.random.Generator) -> Array:
        """``(P, DRAWS)``: Gammas, each about a level and a slope that are not sure either."""
        level = np.exp(self.design @ (self.root @ rng.standard_normal((len(self.root), DRAWS))))
        gamma = rng.standard_gamma((self.prior + self.seen)[:, None], level.shape)
        return np.asarray(gamma / (self.prior + self.expected[:, None] * level))


def _fit(heard: Sequence[Heard], persons: Sequence[str]) -> _Posterior:
    """Level, slope, the width of the prior and the scatter of posts, in turns; then the posterior."""
    who = np.searchsorted(np.array(persons), [each.person for each in heard])
    posts = np.array([len(each.answers) for each in heard], dtype=float)
    total = np.array([sum(each.answers) for each in heard], dtype=float)
    design = _design(heard)
    scatter = _scatter(heard)
    shape, liked = 2.0, np.ones(len(persons))
    weights, root = np.zeros(design.shape[1]), np.zeros((design.shape[1], design.shape[1]))
    for _ in range(_ROUNDS):
        weights, root = _regressed(design, weights, posts, total, shape, scatter)
        each = np.exp(design @ weights)
        noise = 1 + liked[who] * each * scatter
        expected, seen = (np.bincount(who, values / noise, len(persons)) for values in (posts * each, total))
        shape = _width(seen, expected)
        liked = (shape + seen) / (shape + expected)
    share = posts * each / noise / np.maximum(expected, 1e-12)[who]
    mixed = np.zeros((len(persons), design.shape[1]))
    np.add.at(mixed, who, share[:, None] * design)
    return _Posterior(shape, seen, expected, mixed, root)


def _design(heard: Sequence[Heard]) -> Array:
    """``(A, 2 + G)``: one, the logarithm of the followers about its mean, and one column a group."""
    groups = sorted({each.group for each in heard})
    audience = np.log1p([each.followers for each in heard])
    member = np.array([[each.group == group for group in groups] for each in heard], dtype=float)
    return np.column_stack([np.ones(len(heard)), audience - audience.mean(), member])


def _regressed(
    design: Array, weights: Array, posts: Array, total: Array, shape: float, scatter: float
) -> tuple[Array, Array]:
    """One step of reweighted least squares for the logarithm of the answers a post; groups are drawn to their mean.

    Returns:
        The weights ``(W,)`` and a root of their covariance ``(W, W)``.
    """
    known = posts > 0
    design, posts, total = design[known], posts[known], total[known]
    if not len(posts) or not total.sum():
        return weights, np.zeros((len(weights), len(weights)))
    if not weights.any():
        weights = np.concatenate([[np.log(total.sum() / posts.sum())], np.zeros(design.shape[1] - 1)])
    expected = posts * np.exp(np.clip(design @ weights, -20, 20))
    worth = expected / (1 + expected / posts * scatter + expected / shape)
    working = design @ weights + (total - expected) / expected
    penalty = np.diag([1e-6, 1e-6, *[_GROUPS_ALIKE] * (design.shape[1] - 2)])
    precision = design.T @ (worth[:, None] * design) + penalty
    moved = np.linalg.solve(precision, design.T @ (worth * working))
    root = np.linalg.inv(np.linalg.cholesky(precision)).T
    return np.asarray(weights + np.clip(moved - weights, -1, 1)), np.asarray(root)


def _scatter(heard: Sequence[Heard]) -> float:
    """``1/r``: how much posts of one account differ beyond chance, over the square of their mean, by moments."""
    beyond = square = 0.0
    for each in heard:
        if len(each.answers) > 1:
            mean, variance = float(np.mean(each.answers)), float(np.var(each.answers, ddof=1))
            beyond += (len(each.answers) - 1) * (variance - mean)
            square += (len(each.answers) - 1) * mean**2
    return max(0.0, beyond / square) if square else 0.0


def _width(seen: Array, expected: Array) -> float:
    """Shape of the prior by moments: the variance of the counts is ``expected + expected² / shape``."""
    beyond = float(((seen - expected) ** 2 - expected).sum())
    return float(np.clip((expected**2).sum() / max(beyond, 1e-9), _LEAST_SHAPE, _MOST_SHAPE))


def _among_first(draws: Array, k: int) -> Array:
    """Share of the draws in which each is among the ``k`` largest."""
    if k >= len(draws):
        return np.ones(len(draws))
    least = np.partition(draws, len(draws) - k, axis=0)[len(draws) - k]
    return np.asarray((draws >= least).mean(axis=1))


def _by_person(heard: Sequence[Heard], persons: Sequence[str], values: Sequence[float]) -> Array:
    who = np.searchsorted(np.array(persons), [each.person for each in heard])
    return np.bincount(who, values, len(persons))
