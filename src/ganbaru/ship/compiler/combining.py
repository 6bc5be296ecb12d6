"""Sums of vectors with constant factors, as they stand in a matrix: few instructions, and none for 0 and ±1."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from ganbaru.ship.compiler.gemm import multiply_add
from ganbaru.ship.compiler.toom_cook import Matrix
from ganbaru.ship.compiler.wat import Text, get, put, splat

Row = Sequence[Fraction]


class Factors:
    """Constants in locals of their own, which a loop need not make again.

    Args:
        rows: whose numbers they are.
        fused: with relaxed multiply-adds.
    """

    def __init__(self, rows: Iterable[Row], *, fused: bool) -> None:
        self._fused = fused
        values = sorted({value for row in rows for value in row} - {Fraction(-1), Fraction(0), Fraction(1)})
        self._names = {value: f"k{number}" for number, value in enumerate(values)}

    def declared(self, text: Text) -> None:
        """Their locals."""
        text.line(" ".join(f"(local ${name} v128)" for name in self._names.values()))

    def filled(self, text: Text) -> None:
        """Puts the constants there."""
        text.line(*(put(name, splat(float(value))) for value, name in self._names.items()))

    def total(self, row: Row, names: Sequence[str], first: str = "") -> str:
        """``first + Σ row · names``; the sum alone where there is no first."""
        terms = [(factor, get(name)) for factor, name in zip(row, names, strict=True) if factor]
        terms.sort(key=lambda term: term[0] != 1)
        total = first
        for factor, value in terms:
            total = self._with(total, factor, value) if total else self._of(factor, value)
        return total

    def _of(self, factor: Fraction, value: str) -> str:
        if factor == 1:
            return value
        return f"(f32x4.neg {value})" if factor == -1 else f"(f32x4.mul {get(self._names[factor])} {value})"

    def _with(self, total: str, factor: Fraction, value: str) -> str:
        if abs(factor) == 1:
            return f"(f32x4.{'add' if factor > 0 else 'sub'} {total} {value})"
        return multiply_add(get(self._names[factor]), value, total, self._fused)


def halves(plus: Row, minus: Row) -> tuple[Row, Row]:
    """The rows whose sum and difference two rows are."""
    pairs = list(zip(plus, minus, strict=True))
    return [(p + m) / 2 for p, m in pairs], [(p - m) / 2 for p, m in pairs]


def halved(matrix: Matrix, pairs: int) -> Matrix:
    """A matrix with the first so many pairs of rows as their halves."""
    made = [each for number in range(pairs) for each in halves(*matrix[2 * number : 2 * number + 2])]
    return tuple(map(tuple, made)) + matrix[2 * pairs :]
