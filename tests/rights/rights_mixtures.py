"""Random mixtures of clips under random licences, and what is true of them, worked out the long way.

Nothing of the room's reasoning is used here, only the data of its matrix: expressions are kept as trees, and every
choice, every result and every subset is tried.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from ganbaru.rights.facts import Clip, Grant, Ledger, Proof
from ganbaru.rights.matrix import ACTORS, ANSWERS, CONDITIONS, OWN, licence, matrix

Tree = str | tuple[str, "Tree", "Tree"]
POOL = [
    *("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-1.0", "CC-BY-SA-2.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    *("CC-BY-SA-3.0-DE", "CC-BY-NC-4.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0"),
    *("MIT", "Apache-2.0", "GPL-3.0-only", "GPL-2.0-only", "LicenseRef-cc-sampling-plus-1.0"),
    *(
        "LicenseRef-terms-amitaro",
        "LicenseRef-terms-jsut",
        "LicenseRef-terms-utau-baini",
        "LicenseRef-terms-replikadoll",
    ),
    *("LicenseRef-all-rights-reserved", "LicenseRef-not-in-the-matrix", "LicenseRef-public-domain-mark"),
]
RESULTS = ("publish-weights", "publish-sounds", "sell-sounds")
PROOF = Proof("rights.toml", "1", "0" * 64, "2026-11-30T00:00:00Z")


@dataclass(frozen=True)
class Case:
    """A mixture and a question about it."""

    trees: dict[str, Tree]
    ledger: Ledger
    act: str
    actor: str
    commercial: bool | None


def draw(seed: int, *, most: int = 9, acts: Iterable[str] = (*RESULTS, "train", "redistribute-clips")) -> Case:
    """A mixture of up to ``most`` clips; half of the mixtures are of few, well-behaved licences."""
    rng = random.Random(seed)
    pool = rng.sample(POOL[:11], 4) if seed % 2 else POOL
    trees = {f"{number}.wav": _tree(rng, pool) for number in range(rng.randint(1, most))}
    clips = [_clip(rng, path, tree) for path, tree in trees.items()]
    commercial = rng.choice([True, False, False, None])
    return Case(trees, Ledger(f"mixture {seed}", clips), rng.choice(list(acts)), rng.choice(ACTORS), commercial)


def _clip(rng: random.Random, path: str, tree: Tree) -> Clip:
    grant = Grant(_written(tree), PROOF, holder=rng.choice(["", "Jane", "Ken"]), source=rng.choice(["", "a page"]))
    return Clip(path, "0" * 64, rng.choice([0.5, 1.0, 2.0]), [grant], share=rng.choice([1.0, 2.0, 5.0]))


def _tree(rng: random.Random, pool: list[str]) -> Tree:
    kind = rng.random()
    if kind < 0.7:
        return rng.choice(pool)
    if kind < 0.95:
        return rng.choice(["OR", "AND"]), rng.choice(pool), rng.choice(pool)
    return "AND", ("OR", rng.choice(pool), rng.choice(pool)), rng.choice(pool)


def _written(tree: Tree) -> str:
    return tree if isinstance(tree, str) else f"({_written(tree[1])}) {tree[0]} ({_written(tree[2])})"


def choices(tree: Tree) -> list[frozenset[str]]:
    """Every way to take an expression, as the licences that then hold."""
    if isinstance(tree, str):
        return [frozenset({tree})]
    left, right = choices(tree[1]), choices(tree[2])
    return left + right if tree[0] == "OR" else [a | b for a, b in product(left, right)]


def strictness(name: str, case: Case) -> int:
    """Of what one licence answers: 0 to 3."""
    said = {"commercial": True if case.act == "sell-sounds" else case.commercial}
    possible = [[said[name]] if said.get(name) is not None else [True, False] for name in CONDITIONS]
    found = []
    for values in product(*possible):
        conditions = dict(zip(CONDITIONS, values, strict=True))
        for cell in licence(name).cells:
            fits = case.act in cell.acts and case.actor in cell.actors and not cell.things
            if fits and all(conditions[key] == value for key, value in cell.when.items()):
                found.append(ANSWERS.index(cell.answer))
                break
    return 2 if max(found) == 3 and min(found) < 3 else max(found)


def of_choice(choice: Iterable[str], case: Case) -> int:
    """The strictest of licences that hold together."""
    return max(strictness(name, case) for name in choice)


def of_clip(path: str, case: Case) -> int:
    """The mildest of what may be chosen."""
    return min(of_choice(choice, case) for choice in choices(case.trees[path]))


def usable(path: str, case: Case) -> list[frozenset[str]]:
    """The choices that permit it, or else those that answer best."""
    most = max(1, of_clip(path, case))
    return [choice for choice in choices(case.trees[path]) if of_choice(choice, case) <= most]


def accepts(name: str, result: str) -> bool:
    """Whether a licence lets something made of it carry another."""
    known = licence(name)
    if known.share_alike:
        return result in known.share_alike
    return result == OWN or known.restrictions <= licence(result).restrictions


def clip_accepts(path: str, result: str, case: Case, exempt: frozenset[str] = frozenset()) -> bool:
    """Whether a clip can be taken so that the result may carry that licence."""
    if case.act not in RESULTS:
        return True
    return any(all(name in exempt or accepts(name, result) for name in choice) for choice in usable(path, case))


def all_results() -> Iterator[str]:
    """Everything that a result may have to carry."""
    yield OWN
    yield from sorted({name for known in matrix().values() for name in known.share_alike})


def fitting(paths: Iterable[str], case: Case, exempt: frozenset[str] = frozenset()) -> set[str]:
    """The results that all these clips accept."""
    paths = list(paths)
    return {result for result in all_results() if all(clip_accepts(path, result, case, exempt) for path in paths)}
