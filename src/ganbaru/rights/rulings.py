"""What one licence, and one expression of several, says to a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ganbaru.rights.asking import Asked
from ganbaru.rights.expressions import alternatives
from ganbaru.rights.matrix import ANSWERS, Cell, licence
from ganbaru.rights.said import Source, Text

Option = tuple[str, ...]
"""Licences that hold together: one alternative of an expression."""

_SILENT = Text("The licence says nothing about this.", "ライセンスには、これについて何も書かれていない。")


@dataclass(frozen=True)
class Ruling:
    """An answer with the sentence that decided it.

    Attributes:
        answer: one of `matrix.ANSWERS`.
        text: the sentence.
        source: where that was read.
        licence: whose it is.
        hangs_on: conditions that were not said, and would change the answer.
        chosen: the alternative that was taken, where an expression left a choice.
    """

    answer: str
    text: Text
    source: Source
    licence: str
    hangs_on: Sequence[str] = ()
    chosen: str = ""


def rank(answer: str) -> int:
    """0 for the mildest answer, 3 for the strictest."""
    return ANSWERS.index(answer)


def strictest(rulings: Iterable[Ruling]) -> Ruling:
    """The strictest; of several, the first."""
    return max(rulings, key=lambda ruling: rank(ruling.answer))


def ruling(name: str, question: Asked) -> Ruling:
    """What one licence says.

    Where a condition was not said the strictest case counts, and is named; "refused" in some cases only is "ask".
    """
    known = licence(name)
    cells = [
        (case, known.cell(question.act, question.actor, case, question.thing) or _silent(name, question))
        for case in question.cases()
    ]
    decided = max((cell for _, cell in cells), key=lambda cell: rank(cell.answer))
    open_ones = known.hangs_on(question.act, question.actor, question.thing) - question.known.keys()
    hangs_on = tuple(name for name in sorted(open_ones) if _differs(name, cells))
    everywhere = all(cell.answer == "refused" for _, cell in cells)
    answer = "ask" if decided.answer == "refused" and not everywhere else decided.answer
    return Ruling(answer, decided.text, decided.source, name, hangs_on)


def _differs(condition: str, cells: Sequence[tuple[dict[str, bool], Cell]]) -> bool:
    """Whether the answer changes with the condition, all others being equal."""
    by_case = {tuple(sorted(case.items())): cell.answer for case, cell in cells}
    return any(
        by_case[tuple(sorted({**case, condition: not case[condition]}.items()))] != cell.answer for case, cell in cells
    )


def _silent(name: str, question: Asked) -> Cell:
    return Cell((question.act,), (question.actor,), (), {}, "ask", _SILENT, licence(name).source)


def option_ruling(option: Option, question: Asked) -> Ruling:
    """What licences say that all bind: the strictest leads."""
    return strictest(ruling(name, question) for name in option)


@lru_cache(maxsize=4096)
def options(expression: str) -> tuple[Option, ...]:
    """The alternatives of an expression."""
    return tuple(alternatives(expression))


def duty_count(option: Option, act: str) -> int:
    """How many duties come with it."""
    return sum(1 for name in option for _ in licence(name).duties_of(act))


def expression_ruling(expression: str, question: Asked) -> Ruling:
    """What an expression says: of alternatives the user may take the best one, which is named.

    The best is the mildest; of several, the one with the fewest duties; then the first.
    """
    choices = options(expression)
    best = min(
        choices, key=lambda option: (rank(option_ruling(option, question).answer), duty_count(option, question.act))
    )
    found = option_ruling(best, question)
    chosen = " AND ".join(best) if len(choices) > 1 else ""
    return Ruling(found.answer, found.text, found.source, found.licence, found.hangs_on, chosen)


def usable(expression: str, question: Asked) -> list[Option]:
    """The alternatives that permit it; where none does, those that answer best."""
    ranks = {option: rank(option_ruling(option, question).answer) for option in options(expression)}
    most = max(min(ranks.values()), rank("allowed with duties"))
    return [option for option, found in ranks.items() if found <= most]
