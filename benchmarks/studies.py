"""Are the verdicts of studies right, where the truth was planted?

    python benchmarks/studies.py [--cases N] [--only QUESTION]

Claim: of random synthetic trainees whose learning curve, optimum, knee, importance or difference is known the judging
says what is true in at least 95 % of cases, "can't tell" where the noise hides it, and what is false in at most 2 %.

Fixed before anything was judged. ``s`` is the standard error of the difference of two cells' means, ``√2 σ / √S`` with
σ the noise of one run beside what its seed shares with the other cells; ``E`` is the true effect asked for (the gain
of twice the data, of the best value over the worst, of the best wider model, of A over B), ``W`` the effect that
counts, handed to the judging. With 5 s a plain test that knew the noise and the two cells would be right in 999 of
1,000 cases; such cases are called *plain*.

- present: ``E ≥ max(W, 5 s)``. Right: the verdict that claims it.
- absent: ``E ≤ W − 5 s``, and E at most a twentieth of W. Right: the verdict that denies it.
- hidden: ``E ≤ s / 2`` and ``W ≤ 2 s``: two cells cannot tell. Right: "can't tell", or what is true by luck or by what
  the other cells say of a law.
- grey: anything between, where the truth and "can't tell" are both fair. Only false verdicts are counted.

False: claimed where E is 0 or under a twentieth of W, denied where E ≥ W, "ill-behaved" of a curve that never falls or
anything else said of one that falls by ``max(W, 5 s)``, the wrong arm, the wrong end of a range, or a parameter
without any effect said to matter. "can't tell" is never false.

Where two arms are exactly alike a test with an error rate of 5 % claims a difference in up to 5 % of cases, and no
test of that rate can claim less by merit. So of "sequential", where two cases in three are such, the rate that it
promises to keep is printed as well ("no false alarm", 95 % or more); its false verdicts count all the same.

The noise of each case is normal, Student's with 4 degrees of freedom, three times as great at one end of the cells as
at the other, or tied between neighbouring cells (as nested subsets are); seeds share an effect of up to twice the
noise; in half of the cases 3 % of the runs are missing; scores have any scale, offset and direction. Sizes: 5 to 8
cells, 6 to 16 seeds.

Printed: of each question the right and false verdicts of each kind with Wilson intervals of 95 %, and how often the
intervals held the truth; the last line is the share of right verdicts over all questions.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate, proportion
from ganbaru.studies import judging

Array = np.ndarray[Any, Any]
Generator = np.random.Generator
PLAIN = 5.0
"""Standard errors of a difference of two cells from which on a case is plain."""
KINDS = ("present", "absent", "hidden", "grey")


@dataclass(frozen=True)
class Trial:
    """One planted case and what was said of it.

    Attributes:
        kind: of the case.
        verdict: what was said.
        right: the verdict is the one required, or one of the fair ones.
        false: it claims what is not so.
        held: for each claim of an interval whether it held the truth.
    """

    kind: str
    verdict: str
    right: bool
    false: bool
    held: dict[str, bool]


@dataclass(frozen=True)
class World:
    """Seen scores of planted means.

    Attributes:
        scores: ``(C, S)``.
        higher: whether higher is better.
        unit: what one unit of the truth is in the scores.
    """

    scores: Array
    higher: bool
    unit: float


def seen(truth: Array, sigma: float, seeds: int, rng: Generator) -> World:
    """Scores as a study would see them, of true means ``(C,)`` of which higher is better."""
    noise = noises(len(truth), seeds, rng)
    shared = rng.uniform(0, 2) * rng.standard_normal(seeds)
    values = truth[:, None] + sigma * (noise + shared)
    unit, higher = float(10 ** rng.uniform(-3, 3)), bool(rng.random() < 0.5)
    values = (unit if higher else -unit) * values + unit * rng.normal(0, 10)
    if rng.random() < 0.5:
        values[rng.random(values.shape) < 0.03] = np.nan
    return World(values, higher, unit)


def noises(cells: int, seeds: int, rng: Generator) -> Array:
    """Noise of unit variance on average over the cells, ``(C, S)``, of one of four sorts."""
    sort = rng.integers(4)
    normal = rng.standard_normal((cells, seeds))
    if sort == 1:
        return rng.standard_t(4, (cells, seeds)) / np.sqrt(2)
    if sort == 2:
        growing = np.geomspace(3, 1, cells)[:: rng.choice([-1, 1])]
        return normal * (growing / np.sqrt((growing**2).mean()))[:, None]
    if sort == 3:
        for cell in range(1, cells):
            normal[cell] = 0.6 * normal[cell - 1] + 0.8 * normal[cell]
    return normal


def scaled(kind: str, effect: float, span: float, seeds: int, rng: Generator) -> tuple[float, float]:
    """Noise of a run σ and the effect that counts W that make a case with this effect one of the kind."""
    if kind == "present":
        error, worth = effect / rng.uniform(PLAIN, 15), effect * rng.uniform(0.2, 0.95)
    elif kind == "absent":
        worth = max(20 * effect, span * rng.uniform(0.05, 0.3))
        error = (worth - effect) / rng.uniform(PLAIN, 15)
    elif kind == "hidden":
        error = max(2 * effect, span * rng.uniform(0.05, 0.3)) * rng.uniform(1, 2)
        worth = error * rng.uniform(0.2, 2)
    else:
        error = max(effect, 0.02 * span) / rng.uniform(0.5, PLAIN)
        worth = error * rng.uniform(0.5, PLAIN)
    return error * np.sqrt(seeds / 2), worth


def held(estimate: Estimate | None, truth: float) -> bool:
    """Whether an interval holds the truth."""
    return estimate is not None and estimate.low <= truth <= estimate.high


def graded(kind: str, verdict: str, effect: float, worth: float, claim: str, deny: str, **claims: bool) -> Trial:
    """A verdict of three held against the truth."""
    false = (verdict == claim and effect <= worth / 20) or (verdict == deny and effect >= worth)
    false = false or verdict not in (claim, deny, "can't tell")
    required = {"present": (claim,), "absent": (deny,)}.get(kind, (claim, deny, "can't tell"))
    return Trial(kind, verdict, verdict in required and not false, false, claims)


def rising(sizes: Array, rng: Generator) -> Callable[[Array], Array]:
    """A law that is still going up at the largest size."""
    exponent, start = rng.uniform(0.15, 1.0), rng.uniform(0, 0.5) * sizes[0]
    return lambda n: 1 - ((n + start) / sizes[0]) ** -exponent


def level(sizes: Array, rng: Generator) -> Callable[[Array], Array]:
    """A law that is through long before the largest size: a steep power, an exponential, or nothing at all."""
    sort, reach = rng.integers(3), rng.uniform(8, 12)
    exponent = rng.uniform(1.5, 3.0)
    if sort == 0:
        return lambda n: 1 - (n / sizes[0]) ** -exponent
    if sort == 1:
        return lambda n: 1 - np.exp(-n / sizes[-1] * reach)
    return lambda n: np.zeros(len(np.atleast_1d(n)))


def fallen(truth: Array, rng: Generator) -> tuple[Array, float]:
    """A curve with a fall: one cell, all from a cell on, or growing from a cell on; and how deep it falls."""
    at, sort = int(rng.integers(1, len(truth) - 1)), rng.integers(3)
    cells = np.arange(len(truth))
    dent = [cells == at, cells >= at, np.maximum(0, cells - at + 1) / (len(truth) - at)][sort]
    curve = truth - np.ptp(truth) * rng.uniform(0.5, 1.5) * dent - np.ptp(truth) * dent
    drops = np.triu(curve[:, None] - curve[None, :], 1)
    return curve, float(drops.max())


def learning_curve(kind: str, rng: Generator) -> Trial:
    """Whether twice the data would help; one case in five falls."""
    cells, seeds = int(rng.integers(5, 9)), int(rng.integers(6, 17))
    sizes = 50.0 * 2.0 ** np.arange(cells)
    law = level(sizes, rng) if kind == "absent" else rising(sizes, rng)
    truth = law(sizes)
    if kind != "grey" and rng.random() < 0.2:
        return _falling(truth, sizes, seeds, rng)
    effect = float((law(2 * sizes[-1:]) - truth[-1])[0])
    sigma, worth = scaled(kind, effect, max(float(np.ptp(truth)), 0.2), seeds, rng)
    world = seen(truth, sigma, seeds, rng)
    said = judging.learning_curve(sizes, world.scores, higher_is_better=world.higher, worthwhile=worth * world.unit)
    claims = {}
    if said.doubling is not None:
        nothing, truth = worth * world.unit / 20, effect * world.unit
        claims["twice the data"] = held(said.doubling, truth)
        near = said.doubling.low - nothing <= truth <= said.doubling.high + nothing
        claims["twice the data, to a twentieth of W"] = near
    return graded(kind, said.verdict, effect, worth, "still rising", "saturated", **claims)


def _falling(truth: Array, sizes: Array, seeds: int, rng: Generator) -> Trial:
    rise = truth if np.ptp(truth) > 0 else np.linspace(0, 1, len(truth))
    curve, depth = fallen(rise, rng)
    sigma, worth = scaled("present", depth, depth, seeds, rng)
    world = seen(curve, sigma, seeds, rng)
    said = judging.learning_curve(sizes, world.scores, higher_is_better=world.higher, worthwhile=worth * world.unit)
    claims = {"fall": held(said.fall.depth, depth * world.unit)} if said.fall else {}
    right = said.verdict == "ill-behaved"
    return Trial("falling", said.verdict, right, not right and said.verdict != "can't tell", claims)


def bowl(cells: int, rng: Generator) -> tuple[Array, float]:
    """Scores of values over decades with their best anywhere, also beyond an end; and where it is, in cells."""
    best = rng.uniform(-1.0, cells)
    distance = np.abs(np.arange(cells) - best)
    truth = [-(distance**2), -distance, -np.minimum(distance, 2.0)][rng.integers(3)]
    return truth / max(1e-9, np.ptp(truth)), float(best)


def sweep(kind: str, rng: Generator) -> Trial:
    """Whether a hyperparameter matters, its present value is worse, and its best lies at an end of the range."""
    cells, seeds = int(rng.integers(5, 9)), int(rng.integers(6, 17))
    truth, best = bowl(cells, rng)
    truth = truth * (0.0 if kind == "absent" and rng.random() < 0.5 else 1.0)
    effect = float(np.ptp(truth))
    sigma, worth = scaled(kind, effect, max(effect, 0.2), seeds, rng)
    world, values = seen(truth, sigma, seeds, rng), 10.0 ** (np.arange(cells) - 5.0)
    here = int(rng.integers(cells))
    said = judging.sweep(
        values, world.scores, values[here], higher_is_better=world.higher, worthwhile=worth * world.unit
    )
    error = sigma * np.sqrt(2 / seeds)
    claims = {"best minus worst": held(said.effect, effect * world.unit), "log axis seen": said.log}
    if effect > 0:
        claims["the best value"] = bool(np.isclose(said.equally_good, values[truth.argmax()]).any())
        claims["optimum"] = held(said.optimum, float(10.0 ** (np.clip(best, 0, cells - 1) - 5.0)))
    trial = graded(kind, said.verdict, effect, worth, "matters", "does not matter here", **claims)
    return _beside(trial, _present(said, float(truth.max() - truth[here]), worth, error), _edge(said, truth, error))


def _beside(trial: Trial, *more: tuple[bool, bool]) -> Trial:
    """A trial that must be right in further answers too: (right, false) of each."""
    right, false = all(each[0] for each in more), any(each[1] for each in more)
    return Trial(trial.kind, trial.verdict, trial.right and right, trial.false or false, trial.held)


def _present(said: judging.Sweep, loss: float, worth: float, error: float) -> tuple[bool, bool]:
    false = (said.present == "worse" and loss <= worth / 20) or (said.present == "as good" and loss >= worth)
    if loss >= max(worth, PLAIN * error):
        return said.present == "worse", false
    if loss <= min(worth / 20, worth - PLAIN * error):
        return said.present == "as good", false
    return not false, false


def _edge(said: judging.Sweep, truth: Array, error: float) -> tuple[bool, bool]:
    best, last = int(truth.argmax()), len(truth) - 1
    behind = truth.max() - truth
    where = {0: "low", last: "high"}.get(best, "inside")
    flat = behind.max() == 0
    false = not flat and said.edge not in (where, "can't tell")
    rivals = [behind[0], behind[last]] if where == "inside" else np.delete(behind, best)
    if not flat and min(rivals) >= PLAIN * error:
        return said.edge == where, false
    return not false, false


def capacity(kind: str, rng: Generator) -> Trial:
    """Whether the present width is too small; beyond its knee the score stays, or gets a little worse."""
    cells, seeds = int(rng.integers(5, 9)), int(rng.integers(6, 17))
    widths = 8.0 * 2.0 ** np.arange(cells)
    knee = int(rng.integers(1, cells))
    after = rng.choice([0.0, 0.02])
    steps = np.arange(cells)
    truth = np.minimum(steps, knee) / knee - after * np.maximum(0, steps - knee)
    here = int(rng.integers(0, knee) if kind in ("present", "grey") else rng.integers(knee, cells))
    if here == cells - 1:
        here, truth = 0, np.zeros(cells)
    effect = float(truth[here + 1 :].max() - truth[here])
    sigma, worth = scaled(kind, max(effect, 0.0), 1.0, seeds, rng)
    world = seen(truth, sigma, seeds, rng)
    said = judging.capacity(
        widths, world.scores, widths[here], higher_is_better=world.higher, worthwhile=worth * world.unit
    )
    true_knee = float(widths[(truth.max() - truth < worth).argmax()])
    claims = {"gain": held(said.gain, effect * world.unit), "knee": held(said.knee, true_knee)}
    return graded(kind, said.verdict, effect, worth, "too small", "large enough", **claims)


def compare(kind: str, rng: Generator) -> Trial:
    """Which of two arms is better, from 8 to 20 pairs; hidden differences are 0 in half of the cases."""
    pairs = int(rng.integers(8, 21))
    effect = 1.0 if kind in ("present", "grey") else 0.0 if kind == "absent" or rng.random() < 0.5 else 0.1
    sigma, worth = scaled(kind, effect, 1.0, pairs, rng)
    first = bool(rng.random() < 0.5)
    world = seen(np.array([effect, 0.0] if first else [0.0, effect]), sigma, pairs, rng)
    named = worth * world.unit if kind == "absent" else None
    said = judging.compare(*world.scores, higher_is_better=world.higher, worthwhile=named)
    truth = effect if first else -effect
    claims = {"difference": held(said.difference, truth * world.unit)}
    better, worse = ("A is better", "B is better") if first else ("B is better", "A is better")
    right = {"present": (better,), "absent": ("alike",)}.get(kind, (better, "can't tell"))
    false = said.verdict == worse or (effect == 0 and said.verdict == better)
    return Trial(kind, said.verdict, said.verdict in right and not false, false, claims)


def sequential(kind: str, rng: Generator) -> Trial:
    """The same with looks after 8, 12, 16 and 20 pairs; a plain case is plain at the second look."""
    looks = [8, 12, 16, 20]
    effect = 1.0 if kind in ("present", "grey") else 0.0
    sigma, _ = scaled(kind, effect, 1.0, looks[1], rng)
    first = bool(rng.random() < 0.5)
    world = seen(np.array([effect, 0.0] if first else [0.0, effect]), sigma, looks[-1], rng)
    for taken in range(1, len(looks) + 1):
        scores = world.scores[:, : looks[taken - 1]]
        said = judging.compare_sequentially(scores, looks, higher_is_better=world.higher)
        if said.verdict != "go on":
            break
    better = "A is better" if first else "B is better"
    claimed = said.verdict not in ("can't tell", "go on")
    false = claimed and (effect == 0 or said.verdict != better)
    right = said.verdict == better if kind == "present" else not false
    truth = effect if first else -effect
    claims = {"repeated interval": held(said.difference, truth * world.unit)}
    if effect == 0:
        claims["no false alarm"] = not claimed
    return Trial(kind, said.verdict, right, false, claims)


def importance(kind: str, rng: Generator) -> Trial:
    """Which of 4 to 7 hyperparameters matter, from 60 to 200 random trials.

    A parameter's effect is plain where its share of the variance is at least 25 / trials (a correlation whose z is 5);
    absent: none has an effect; hidden: one has a share of at most 1 / trials; grey: between 2 and 20 / trials.
    """
    trials, count = int(rng.integers(60, 201)), int(rng.integers(4, 8))
    settings = rng.random((trials, count))
    many = {"present": int(rng.integers(1, 3)), "absent": 0}.get(kind, 1)
    least = PLAIN**2 / trials
    share = {"present": rng.uniform(least, 0.9 / max(1, many)), "hidden": 0.5 / trials}.get(
        kind, rng.uniform(2, 20) / trials
    )
    parts = [_effect(column, rng) for column in settings.T[:many]]
    scores = np.sqrt(share) * np.sum(parts, axis=0) + np.sqrt(1 - many * share) * rng.standard_normal(trials)
    names = [f"p{index}" for index in range(count)]
    said = judging.importance(names, settings, 1e3 * scores, higher_is_better=bool(rng.random() < 0.5))
    found = {each.name for each in said.parameters if each.verdict == "matters"}
    false = bool(found - set(names[:many]))
    right = not false and (kind != "present" or found == set(names[:many]))
    return Trial(kind, said.verdict, right, false, {})


def _effect(column: Array, rng: Generator) -> Array:
    """A rise, a step, a peak or a saturation, of unit variance."""
    at = rng.uniform(0.3, 0.7)
    shape = [column, 1.0 * (column > at), -np.abs(column - at), 1 - np.exp(-4 * column)][rng.integers(4)]
    return (shape - shape.mean()) / shape.std()


def share(kind: str, rng: Generator) -> Trial:
    """Whether something is rare or common among runs: 8 to 40 settings, 1 to 5 seeds each, alike within a setting.

    Plain: the true share is 5 standard errors of so many settings from the limit (present: over, absent: under 0.2 of
    it); the others have shares of 0.5 to 1.5 times the limit.
    """
    settings, seeds = int(rng.integers(8, 41)), int(rng.integers(1, 6))
    limit = float(rng.uniform(0.05, 0.5))
    away = PLAIN * np.sqrt(limit * (1 - limit) / settings)
    truth = {"present": min(1.0, limit + max(away, 0.1)), "absent": max(0.0, limit - away)}.get(
        kind, limit * rng.uniform(0.5, 1.5)
    )
    tie = rng.uniform(0.05, 3)
    each = rng.beta(truth / tie, (1 - truth) / tie, settings) if 0 < truth < 1 else np.full(settings, truth)
    groups = np.repeat(np.arange(settings), seeds)
    affected = rng.random(len(groups)) < each[groups]
    said = judging.share(affected, groups=groups, limit=limit)
    false = (said.verdict == "rare" and truth > limit) or (said.verdict == "common" and truth < limit)
    required = {"present": "common", "absent": "rare"}.get(kind)
    if (kind == "absent" and truth == 0 and settings * limit < PLAIN) or truth >= 1:
        required = None
    right = not false if required is None else said.verdict == required
    return Trial(kind, said.verdict, right, false, {"share of runs": held(said.runs, truth)})


QUESTIONS: dict[str, Callable[[str, Generator], Trial]] = {
    "learning curve": learning_curve,
    "sweep": sweep,
    "capacity": capacity,
    "compare": compare,
    "sequential": sequential,
    "importance": importance,
    "share": share,
}


def asked(question: Callable[[str, Generator], Trial], cases: int, seed: int) -> list[Trial]:
    """Every kind in turn, and as many grey cases as of each other kind."""
    rng = np.random.default_rng([seed, 0x57D5])
    plain = [question(KINDS[index % 3], rng) for index in range(cases)]
    return plain + [question("grey", rng) for _ in range(cases // 3)]


def shown(name: str, trials: list[Trial], seconds: float) -> tuple[int, int, int]:
    """Prints what came of a question; right and counted ones, and false ones, grey cases left out."""
    counted = [trial for trial in trials if trial.kind != "grey"]
    right, false = (sum(getattr(trial, what) for trial in counted) for what in ("right", "false"))
    print(f"\n{name}: right {rate(right, len(counted))}, false {rate(false, len(counted))}; {seconds:.1f} s of CPU")
    for kind in dict.fromkeys(trial.kind for trial in trials):
        of_kind = [trial for trial in trials if trial.kind == kind]
        verdicts = ", ".join(f"{what} {n}" for what, n in Counter(trial.verdict for trial in of_kind).most_common())
        good, bad = sum(trial.right for trial in of_kind), sum(trial.false for trial in of_kind)
        print(f"  {kind:8} {len(of_kind):4}: right {good:4}, false {bad:3}   ({verdicts})")
    for claim in dict.fromkeys(key for trial in trials for key in trial.held):
        kept = [trial.held[claim] for trial in trials if claim in trial.held]
        print(f"  held: {claim} {rate(sum(kept), len(kept))}")
    return right, false, len(counted)


def rate(successes: int, trials: int) -> str:
    """A share in percent with its interval."""
    share = proportion(successes, trials).times(100)
    return f"{successes}/{trials} = {share.value:.1f} % [{share.low:.1f}, {share.high:.1f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200, help="of each question, a third of each kind")
    parser.add_argument("--only", choices=QUESTIONS, action="append", help="one question")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sums = np.zeros(3, dtype=int)
    for name in options.only or QUESTIONS:
        start = time.process_time()
        trials = asked(QUESTIONS[name], options.cases, options.seed)
        sums += shown(name, trials, time.process_time() - start)
    right, false, cases = (int(number) for number in sums)
    print(f"\nfalse verdicts of all planted cases: {rate(false, cases)}")
    print(f"ratio: {right / cases:.3f} of the planted cases judged rightly ({rate(right, cases)})")


if __name__ == "__main__":
    main()
