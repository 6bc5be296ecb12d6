"""Distances of sets of sounds over an embedding: our own log-mel statistics, or any network of the caller's.

The figures carry their embedding's name, ``frechet_log_mel`` or ``frechet_own``: numbers of FAD and KAD in papers are
of other embeddings (and FAD's are biased), and none of them can be compared with these.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.distances import Estimate, frechet, kernel
from ganbaru.errors import UserError
from ganbaru.signal.embedding import embedding

Array = np.ndarray[Any, Any]
Embed = Callable[[Tensor], Tensor]

FEWEST = 4
WIDEST_FRECHET = 512
"""Numbers of an embedding beyond which the Fréchet distance takes minutes, and wants more sounds than there are."""
_BATCH = 64


def embedded(
    made: Array,
    real: Array,
    *,
    rate: int,
    embed: Embed | None = None,
    floor_from: tuple[Array, Array] | None = None,
    seed: int = 0,
    device: torch.device | None = None,
) -> dict[str, Estimate]:
    """How far a set of sounds is from a real one.

    >>> sounds = 0.1 * np.random.default_rng(0).standard_normal((60, 2000))
    >>> found = embedded(sounds[:30] / 2, sounds[30:], rate=8000)
    >>> {name: figure.distinguishable for name, figure in found.items()}
    {'kernel_log_mel': True, 'frechet_log_mel': True}

    Args:
        made: sounds ``(N, T)``, N ≥ 4.
        real: sounds ``(M, T)``, M ≥ 4.
        rate: Hz.
        embed: sounds ``(B, T)``, float32 within ±1, to points ``(B, D)``; None takes `signal.embedding`.
        floor_from: two sets of real sounds, whose distance is the floor; None mixes ``made`` and ``real``.
        seed: of the draws.
        device: where sounds are embedded.

    Returns:
        ``kernel_log_mel`` and ``frechet_log_mel``, or ``kernel_own`` and ``frechet_own`` of an embedding given; the
        Fréchet distance is left out where D is more than 512.

    Raises:
        UserError: there are too few sounds, or ``embed`` fails or gives something else than finite points.
    """
    points = Embedding(embed, rate=rate, device=device)
    others = None if floor_from is None else (points(floor_from[0]), points(floor_from[1]))
    return points.distances(points(made), points(real), floor_from=others, seed=seed)


class Embedding:
    """Sounds as points, and the figures of two sets of such points.

    Args:
        embed: sounds ``(B, T)`` to points ``(B, D)``; None takes `signal.embedding`.
        rate: Hz.
        device: where sounds are embedded.
    """

    def __init__(self, embed: Embed | None = None, *, rate: int, device: torch.device | None = None) -> None:
        self._name = "log_mel" if embed is None else "own"
        given = getattr(embed, "__name__", type(embed).__name__)
        self._called = "log-mel statistics" if embed is None else f"own embedding {given}"
        self._embed = embed or (lambda sounds: embedding(sounds, rate=rate))
        self._device = device or torch.device("cpu")

    @torch.no_grad()
    def __call__(self, sounds: Array) -> Array:
        """``(N, T)`` to ``(N, D)``; what is beyond full scale is cut, as a file would."""
        heard = torch.from_numpy(np.nan_to_num(np.asarray(sounds, dtype=np.float32)).clip(-1, 1))
        parts = [self._points(part.to(self._device)).cpu().double().numpy() for part in heard.split(_BATCH)]
        if len({part.shape[1] for part in parts}) > 1:
            raise UserError(f"embed gave points of sizes {sorted({part.shape[1] for part in parts})} for sounds of one")
        return np.concatenate(parts)

    def _points(self, sounds: Tensor) -> Tensor:
        try:
            return _checked(self._embed(sounds), tuple(sounds.shape))
        except UserError:
            raise
        except Exception as error:
            first = next(iter(str(error).splitlines()), "")
            said = f"embed failed on sounds of shape {tuple(sounds.shape)}: {type(error).__name__}: {first}"
            raise UserError(said) from error

    def distances(
        self, made: Array, real: Array, *, floor_from: tuple[Array, Array] | None, seed: int
    ) -> dict[str, Estimate]:
        """Of points ``(N, D)`` from points ``(M, D)``, by name."""
        found = {"kernel": kernel(made, real, floor_from=floor_from, seed=seed)}
        if made.shape[1] <= WIDEST_FRECHET:
            found["frechet"] = frechet(made, real, floor_from=floor_from, seed=seed)
        return {
            f"{name}_{self._name}": replace(figure, method=f"{figure.method}, of {self._called}")
            for name, figure in found.items()
        }


def _checked(found: object, shape: tuple[int, ...]) -> Tensor:
    """What came of sounds of that shape, if it is finite points."""
    if not isinstance(found, Tensor) or found.ndim != 2 or len(found) != shape[0] or found.shape[1] == 0:
        what = f"shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        raise UserError(f"embed gave {what} for sounds of shape {shape}", hint="wanted a tensor (B, D), a row a sound")
    if not torch.isfinite(found).all():
        count = int((~torch.isfinite(found)).sum())
        raise UserError(f"embed gave {count} numbers that are not finite for sounds of shape {shape}")
    return found
