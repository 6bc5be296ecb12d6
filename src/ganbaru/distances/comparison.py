"""Which of two samples is closer to a third: the question that a comparison of two models asks."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.population import LEAST, Squared, root, rooted, samples_for, squared
from ganbaru.distances.resampling import half, margin
from ganbaru.distances.samples import pair

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Comparison:
    """Whether A or B is closer to a reference.

    Attributes:
        verdict: "A", "B" or "can't tell".
        a: the distance of A to the reference.
        b: the distance of B to the reference.
        difference: ``W_p(A, R)² − W_p(B, R)²``, whose interval decides: it shares the reference, and for samples of
            one size the rows, so it is narrower than those of ``a`` and ``b`` suggest.
    """

    verdict: Literal["A", "B", "can't tell"]
    a: Estimate
    b: Estimate
    difference: Estimate

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        parts = {name: getattr(self, name).to_json() for name in ("a", "b", "difference")}
        return {"verdict": self.verdict, **parts}

    def __str__(self) -> str:
        said = "can't tell which is closer" if self.verdict == "can't tell" else f"{self.verdict} is closer"
        return f"{said}: A {self.a}, B {self.b}"


def closer(
    a: Array, b: Array, to: Array, p: int = 1, *, resamples: int = 60, confidence: float = 0.95, seed: int = 0
) -> Comparison:
    """Whether A or B is closer to a reference in W_p between the distributions, or that it cannot be told.

    Both distances are estimated as by ``wasserstein(…, of="distributions")``: a distance of samples would prefer a
    model with less variety, as points in the middle of the reference are near to more of it (Stanczuk et al. 2021).
    Both are taken to the same reference and by the same splits, so that chance in it cancels. Where A and B have as
    many rows, their rows are split alike too: samples that two models made **from the same latents, in the same
    order**, are told apart with a tenth of the spread; rows in no order lose nothing by it.

    The verdict names one where the interval of the difference of squares leaves out 0. In squares noise adds and can be
    taken off. On the line, where there is little of it, the interval is made for the difference of the distances
    themselves, which varies less, and then put into squares. Two models equally close are called different in at most
    1 − confidence of cases.

    Args:
        a: ``(n, d)`` with n ≥ 16.
        b: ``(m, d)`` with m ≥ 16; of equal size and latents for the sharpest answer.
        to: the reference, ``(r, d)`` with r ≥ 16.
        p: 1 or 2.
        resamples: how many halves.
        confidence: of the verdict and the intervals.
        seed: of the splits.

    Raises:
        UserError: the shapes do not fit, a sample has fewer than 16 points, a number is not finite, or p is another.
    """
    a, b = pair(a, b, least=LEAST)
    both, reference, unit = samples_for(np.concatenate([a, b]), to, p)
    sides = both[: len(a)], both[len(a) :]
    found = [squared(side, reference, p, np.random.default_rng([seed, 0xC105])) for side in sides]
    rng = np.random.default_rng([seed, 0xC106])
    parts = []
    for _ in range(resamples):
        of_reference, of_a = reference[half(len(reference), rng)], half(len(sides[0]), rng)
        of_b = of_a if len(sides[0]) == len(sides[1]) else half(len(sides[1]), rng)
        parts.append([found[0].biased(sides[0][of_a], of_reference), found[1].biased(sides[1][of_b], of_reference)])
    statistics = np.array(parts)
    if both.shape[1] == 1:
        plain = [root(each.biased(side, reference)) for each, side in zip(found, sides, strict=True)]
        gap, low, high = _by_lengths(found, plain, np.sqrt(statistics), confidence)
    else:
        gap, low, high = _in_squares(found, statistics, confidence)
    sizes = (len(reference), len(reference))
    between = Estimate(gap, low, high, confidence, samples=sizes, method=f"W{p}² to A less to B").times(unit**2)
    return Comparison(
        "A" if between.high < 0 else "B" if between.low > 0 else "can't tell",
        _estimate(found[0], statistics[:, 0], confidence, unit, (len(sides[0]), len(reference)), p),
        _estimate(found[1], statistics[:, 1], confidence, unit, (len(sides[1]), len(reference)), p),
        between,
    )


def _in_squares(found: list[Squared], halves: Array, confidence: float) -> tuple[float, float, float]:
    """Value, low and high of the difference, from squared distances of random halves ``(resamples, 2)``."""
    gap = found[0].value - found[1].value
    reach = margin(halves[:, 0] - halves[:, 1], confidence)
    return gap, gap - reach, gap + reach


def _by_lengths(
    found: list[Squared], plain: list[float], halves: Array, confidence: float
) -> tuple[float, float, float]:
    """The same by way of the distances: of the samples, ``plain``, and of random halves, ``(resamples, 2)``.

    The interval is about the difference of those of the samples, and reaches on each side as far as if chance had
    lengthened one of them alone; times their sum it is one of squares.
    """
    added = [length - root(each.value) for each, length in zip(found, plain, strict=True)]
    reach = margin(halves[:, 0] - halves[:, 1], confidence)
    middle, both = plain[0] - plain[1], plain[0] + plain[1]
    gap = root(found[0].value) ** 2 - root(found[1].value) ** 2
    return gap, min(gap, both * (middle - added[0] - reach)), max(gap, both * (middle + added[1] + reach))


def _estimate(found: Squared, parts: Array, confidence: float, unit: float, sizes: tuple[int, int], p: int) -> Estimate:
    method = f"W{p} of the distributions, bias taken off"
    return Estimate(*rooted(found, parts, confidence), confidence, samples=sizes, method=method).times(unit)
