"""The fewest products of a short convolution: F(m, r), m neighbouring places of r taps, with m + r − 1 of them.

``y_j = Σ_k d_{j+k} g_k``, m places of ``n = m + r − 1`` inputs, is ``y = Aᵀ [(G g) ⊙ (Bᵀ d)]`` (Toom and Cook, turned
about; Winograd 1980, "Arithmetic complexity of computations", chapter IV; Lavin & Gray 2016, "Fast algorithms for
convolutional neural networks", section 4). Its products belong to points: with ``M(x) = Π (x − a_l)`` over all finite
ones,

- ``A[i, j] = a_i^j``, and 0 for the point at infinity, but for 1 at ``j = m − 1``;
- ``G[i, k] = a_i^k / M′(a_i)``, and likewise 0 but for 1 at ``k = r − 1``;
- ``B[i]`` holds the coefficients of ``M(x) / (x − a_i)``, at infinity those of ``M``.

Rounding grows with the number of points, and least where they lie in pairs ``±a`` near 1 (Barabasz et al. 2020, "Error
analysis and improving the accuracy of Winograd convolution for deep neural networks"). In pairs, what two products
need is a sum and a difference of the same two halves, too, so that turning costs half.

At the point 1, ``G g`` is the sum of all taps: kernels with the same sum share its product. It comes first.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

Matrix = tuple[tuple[Fraction, ...], ...]
_PAIRS = (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3, 4))
"""Of each, the point and its negative."""
MOST = 2 + 2 * len(_PAIRS)
"""Products of one form at most: there is one more at 0 and one at infinity."""


@dataclass(frozen=True, order=True)
class Form:
    """F(m, r).

    Attributes:
        places: m, neighbouring places of the output.
        taps: r.
    """

    places: int
    taps: int

    def __post_init__(self) -> None:
        if not 3 <= self.points <= MOST:
            raise ValueError(f"F({self.places}, {self.taps}) has {self.points} points, not 3 to {MOST}")

    @property
    def points(self) -> int:
        """How many products, and numbers of the input."""
        return self.places + self.taps - 1

    @property
    def pairs(self) -> int:
        """How many pairs the points begin with; one or two stand alone behind them."""
        return (self.points - 1) // 2

    @cached_property
    def input(self) -> Matrix:
        """B: ``(n, n)``, a row for each product."""
        finite = self._finite
        rows = [_product([b for b in finite if b != a]) for a in finite]
        return (*((*row, Fraction(0)) for row in rows), _product(finite))

    @cached_property
    def weights(self) -> Matrix:
        """G: ``(n, r)``, likewise."""
        finite = self._finite
        slopes = [_times([a - b for b in finite if b != a]) for a in finite]
        rows = [tuple(a**k / slope for k in range(self.taps)) for a, slope in zip(finite, slopes, strict=True)]
        return (*rows, _last(self.taps))

    @cached_property
    def output(self) -> Matrix:
        """A: ``(n, m)``, likewise."""
        return (*(tuple(a**j for j in range(self.places)) for a in self._finite), _last(self.places))

    @property
    def _finite(self) -> list[Fraction]:
        paired = [sign * a for a in _PAIRS[: self.pairs] for sign in (1, -1)]
        return paired if len(paired) == self.points - 1 else [*paired, Fraction(0)]

    def __str__(self) -> str:
        return f"F({self.places}, {self.taps})"


def _product(roots: list[Fraction]) -> tuple[Fraction, ...]:
    """Coefficients of ``Π (x − a)``, rising powers."""
    made = [Fraction(1)]
    for a in roots:
        made = [before - a * same for before, same in zip([Fraction(0), *made], [*made, Fraction(0)], strict=True)]
    return tuple(made)


def _times(factors: list[Fraction]) -> Fraction:
    made = Fraction(1)
    for factor in factors:
        made *= factor
    return made


def _last(count: int) -> tuple[Fraction, ...]:
    return (*[Fraction(0)] * (count - 1), Fraction(1))
