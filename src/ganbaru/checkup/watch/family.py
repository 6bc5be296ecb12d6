"""Which loss a game is played by, told by how the gradients of its loss depend on the critic's scores.

With scores ``s`` and gradients ``g`` of a loss with respect to them, up to a positive factor:

==================  ============================================================================
constant            ``1``: Wasserstein (Arjovsky et al. 2017, algorithm 1)
hinge               ``0`` or ``1`` (Lim & Ye 2017)
linear              ``s − t``: least squares towards t (Mao et al. 2017, eq. 2)
sigmoid             ``σ(s) − t``: cross-entropy with logits (Goodfellow et al. 2014, eq. 1)
log                 ``(s − t) / s(1 − s)``: cross-entropy of scores that are shares already
pair                ``σ(r − f)``-like in pairs of a real and a fake: relativistic (Jolicoeur-Martineau 2018)
squashed linear …   the same of ``σ(s)`` instead of s: ``σ'(s)(σ(s) − t)``, ``σ'(s)``, ``σ'(s)(σ(σ(s)) − t)``
==================  ============================================================================
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.checkup.watch.prints import Array

_FEWEST = 24
_FITS = 0.02
"""Root mean square of what a formula leaves over, as a share of the gradients', up to which it is taken."""
_BETTER = 3.0
"""How much worse all other formulas must fit."""
_FLAT = 1e-5
"""Spread of gradients over their size up to which they count as constant; those of a nearly constant critic under
another loss spread by 1e-4."""


def sigmoid(s: Array) -> Array:
    """``1 / (1 + exp(−s))``."""
    return 0.5 * (1 + np.tanh(0.5 * s))


def _slope(s: Array) -> Array:
    return sigmoid(s) * (1 - sigmoid(s))


def _share(s: Array) -> Array:
    return np.clip(s, 1e-6, 1 - 1e-6)


_FORMULAS: dict[str, Callable[[Array], tuple[Array, Array]]] = {
    "linear": lambda s: (s, np.ones_like(s)),
    "sigmoid": lambda s: (sigmoid(s), np.ones_like(s)),
    "log": lambda s: (1 / (1 - _share(s)), 1 / (_share(s) * (1 - _share(s)))),
    "squashed linear": lambda s: (_slope(s) * sigmoid(s), _slope(s)),
    "squashed sigmoid": lambda s: (_slope(s) * sigmoid(sigmoid(s)), _slope(s)),
}


@dataclass(frozen=True)
class Family:
    """The formula that the gradients of one side follow.

    Attributes:
        name: see above; "" where none or several do.
        target: the t in it; NaN where there is none.
        slope: the factor before it.
    """

    name: str
    target: float = float("nan")
    slope: float = 1.0

    @property
    def rising(self) -> bool:
        """Whether gradients rise with the scores, as those of a loss that pulls towards its target do."""
        return self.slope > 0


def family(pieces: Sequence[Array]) -> Family:
    """The formula of one side.

    Args:
        pieces: scores and gradients ``(N, 2)``.
    """
    s, g = _pool(pieces)
    size = float(np.sqrt(np.mean(g**2))) if len(g) else 0.0
    if len(g) < _FEWEST or size == 0.0:
        return Family("")
    if _flat(g):
        return Family("constant")
    if _flat(g[g != 0]):
        return Family("hinge")
    return _best(s, g, size)


def _pool(pieces: Sequence[Array]) -> tuple[Array, Array]:
    pairs = np.concatenate(pieces) if pieces else np.zeros((0, 2))
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    return pairs[:, 0], pairs[:, 1]


def _flat(g: Array) -> bool:
    """Whether all are one number, times the powers of two by which mixed precision scales a loss."""
    return any(float(np.std(each)) < _FLAT * float(np.abs(each).mean()) for each in (g, np.frexp(g)[0]))


def _best(s: Array, g: Array, size: float) -> Family:
    left: dict[str, float] = {}
    weights: dict[str, Array] = {}
    for name, formula in _FORMULAS.items():
        if name == "log" and not (s.min() >= 0 and s.max() <= 1):
            continue
        u, v = formula(s)
        weights[name], left[name] = _fit(np.stack([u, v], axis=1), g / size)
    left["squashed constant"] = _fit(_slope(s)[:, None], g / size)[1]
    _simplify(left)
    ranked = sorted(left, key=lambda name: left[name])
    if left[ranked[0]] > _FITS or left[ranked[1]] < _BETTER * max(left[ranked[0]], 1e-6):
        return Family("")
    if ranked[0] not in weights:
        return Family(ranked[0])
    slope, offset = weights[ranked[0]]
    return Family(ranked[0], target=float(-offset / slope), slope=float(slope * size))


def _simplify(left: dict[str, float]) -> None:
    """Drops what says no more: a squashed formula with a target holds the squashed constant, and fits as well."""
    fuller = ("squashed linear", "squashed sigmoid")
    more = left["squashed constant"] > _BETTER * max(min(left[name] for name in fuller), 1e-6)
    for name in ("squashed constant",) if more else fuller:
        del left[name]


def _fit(columns: Array, g: Array) -> tuple[Array, float]:
    weights = np.linalg.lstsq(columns, g, rcond=None)[0]
    return weights, float(np.sqrt(np.mean((columns @ weights - g) ** 2)))


def paired(pieces: Sequence[Array]) -> bool:
    """Whether real and fake scores are compared in pairs: one's gradient is minus the other's and depends on both.

    Args:
        pieces: scores and gradients of reals, then of fakes, side by side ``(N, 4)``.
    """
    rows = np.concatenate(pieces) if pieces else np.zeros((0, 4))
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < _FEWEST:
        return False
    r, gr, f, gf = rows.T
    size = float(np.abs(gr).mean())
    opposite = float(np.abs(gr + gf).mean()) < 1e-3 * size
    if not size > 0 or not opposite or _flat(gr):
        return False
    left = _fit(sigmoid(f - r)[:, None], gr)[1]
    # scores that are close yet, so that gradients vary little, tell it by how little of that is left
    return left < _FITS * size and float(np.std(gr)) > 10 * left


def told(pools: dict[str, list[Array]], pairs: Sequence[Array]) -> dict[str, Any]:
    """The probe ``family``: the formula and the target of each side, and the objective that they make."""
    sides = _completed({side: family(pieces) for side, pieces in pools.items()}, pools)
    found: dict[str, Any] = {f"{side}_family": each.name for side, each in sides.items()}
    for side, each in sides.items():
        if np.isfinite(each.target):
            found |= {f"{side}_target": each.target, f"{side}_rising": each.rising}
    found["objective"] = "relativistic" if paired(pairs) else _objective(sides, pools)
    return found


def _completed(sides: dict[str, Family], pools: dict[str, list[Array]]) -> dict[str, Family]:
    """The same, sides whose scores vary too little to tell being given the formula that another side follows."""
    told = next((each for each in sides.values() if each.name in ("linear", "sigmoid") and each.rising), None)
    found = dict(sides)
    for side, each in sides.items():
        s, g = _pool(pools[side])
        if told is not None and not each.name and len(s):
            pulled = s if told.name == "linear" else sigmoid(s)
            found[side] = Family(told.name, target=float(np.median(pulled - g / told.slope)), slope=told.slope)
    return found


def _objective(sides: dict[str, Family], pools: dict[str, list[Array]]) -> str | None:
    real, fake, made = sides["real"], sides["fake"], sides["generator"]
    names = {real.name, fake.name} - {""}
    if names == {"constant"}:
        return "wasserstein" if _beyond(pools) else None
    if names <= {"constant", "hinge"} and names:
        return "hinge"
    if names == {"linear"}:
        return "least-squares"
    if names and names <= {"sigmoid", "log"}:
        return {True: "nonsaturating", False: "minimax"}[made.rising] if made.name in names else "nonsaturating"
    return None


def _beyond(pools: dict[str, list[Array]]) -> bool:
    """Whether scores went where a hinge would have let go of them, so that it is none."""
    for side in ("real", "fake"):
        rows = np.concatenate(pools[side]) if pools[side] else np.zeros((0, 2))
        # a loss that pushes this side up (its gradient is below 0) lets go above 1
        held = rows[np.isfinite(rows).all(axis=1)]
        if len(held) and bool((-np.sign(held[:, 1]) * held[:, 0] > 1.02).any()):
            return True
    return False
