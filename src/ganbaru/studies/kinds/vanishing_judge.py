"""What the trainings of the study of vanishing gradients say together."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies import judging
from ganbaru.studies.answer import Answer, Graph, Grid, Series
from ganbaru.studies.judging.share import percent
from ganbaru.studies.judging.zone import CANNOT_TELL, interval
from ganbaru.studies.kinds import paired
from ganbaru.studies.kinds.frame import answered
from ganbaru.studies.kinds.vanishing_trial import GENERATORS, PRACTICE, THEORY
from ganbaru.studies.ledger import DONE, Trial
from ganbaru.studies.table import Results

Array = np.ndarray[Any, Any]
ASKED = "non-saturating"
SATURATING = "minimax"
APART = "apart"
_LEAST_STEPS = 0.05
"""Share of its steps from which on a run is affected."""
_LEARNED = 0.5
"""Distance to held-out samples, over that of the untrained generator, under which a training learned something."""


@dataclass(frozen=True)
class Runs:
    """Trainings in practice of one objective, ``(R,)`` each.

    Attributes:
        of: what was counted and measured, by name.
    """

    of: dict[str, Array]

    @classmethod
    def told_by(cls, trials: list[Trial]) -> "Runs":
        """What trials told of themselves."""
        return cls({name: np.array([_number(trial.details.get(name)) for trial in trials]) for name in _COUNTED})

    def __len__(self) -> int:
        return len(self.of["steps"])

    def steps(self, event: str) -> Array:
        """Which runs have the event at 5 % of their steps or more."""
        return np.asarray(self.of[event] >= _LEAST_STEPS * self.of["steps"])

    def share(self, event: str, limit: float) -> judging.Share:
        """How many runs and steps an event befalls."""
        return judging.share(self.steps(event), self.of[event], self.of["steps"], limit=limit)

    def befallen(self, which: Array) -> Estimate:
        """The share of runs for which something holds."""
        return judging.share(which).runs

    @property
    def learned(self) -> Array:
        """Which runs came to under half of the distance that they began with."""
        return np.asarray(self.of["distance"] < _LEARNED)


_COUNTED = ("steps", "vanished", "weak", "exploded", "distance", "direction", "uphill", "move", "least", "greatest")


def judge(results: Results, *, limit: float) -> Answer:
    """The answer.

    Args:
        results: of the study; missing trials are left out and said.
        limit: the share of runs that divides rare from common.
    """
    practice = {name: runs for name in _objectives(results) if len(runs := _practice(results, name))}
    theory = {name: curves for name in _objectives(results) if (curves := _theory(results, name, APART))}
    rows = [_row(name, runs, limit) for name, runs in practice.items()]
    changes = {
        name: paired.mean_of(np.array([_score(each) for each in each_curve])) for name, each_curve in theory.items()
    }
    asked = practice.get(ASKED)
    verdict = asked.share("vanished", limit).verdict if asked else CANNOT_TELL
    return answered(
        "vanishing",
        results,
        verdict=verdict,
        sentence=_sentence(verdict, practice, changes, limit),
        evidence=_evidence(practice, changes, limit),
        graphs=[*_theory_graphs(results), *_practice_graphs(practice)],
        grids=[_practice_grid(rows), _theory_grid(results), _apart_grid(practice), _places_grid(results)],
        notes=_notes(practice, results),
    )


def _done(results: Results, **wanted: Any) -> list[Trial]:
    """The trials that are done, of cells with these settings, seed by seed."""
    cells = [
        name
        for name, settings in results.plan.cells.items()
        if all(settings.get(key) == value for key, value in wanted.items())
    ]
    trials = [results.trials[name, seed] for name in cells for seed in results.seeds]
    return [trial for trial in trials if trial.state == DONE]


def _objectives(results: Results) -> list[str]:
    return list(dict.fromkeys(settings["objective"] for settings in results.plan.cells.values()))


def _practice(results: Results, objective: str) -> Runs:
    return Runs.told_by(_done(results, part=PRACTICE, objective=objective))


def _theory(results: Results, objective: str, generator: str) -> list[Trial]:
    about = {"spread": None, **GENERATORS[generator]}
    return _done(results, part=THEORY, objective=objective, **about)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float | str) else float("nan")


def _score(trial: Trial) -> float:
    return _number(trial.score)


def _row(name: str, runs: Runs, limit: float) -> list[Any]:
    found = {event: runs.share(event, limit) for event in ("vanished", "weak", "exploded")}
    vanished, lost = found["vanished"], runs.befallen(runs.of["direction"] <= 0)
    return [
        name,
        len(runs),
        vanished.runs,
        vanished.steps,
        found["weak"].runs,
        found["exploded"].runs,
        lost,
        runs.befallen(runs.learned),
        float(np.nanmedian(runs.of["move"])),
        vanished.verdict,
    ]


def _practice_grid(rows: list[list[Any]]) -> Grid:
    return Grid(
        "In practice: how often a generator's gradient is affected",
        (
            "objective",
            "runs",
            "runs under 1 %",
            "steps under 1 %",
            "runs under 10 %",
            "runs over 100 ×",
            "direction lost",
            "learned",
            "update late / early",
            "vanishing is",
        ),
        rows,
        "Shares with 95 % intervals, one run being one case, its steps dependent. Under and over: of the gradient at "
        "the run's start, at 5 % of its steps or more. Direction lost: over the last third, the median cosine to the "
        "gradient of the exact W1 is not above 0. Learned: under half of the distance it began with. Update: norm of "
        "the median update over the weights' norm; Adam divides by the gradient's size, so a small gradient is no "
        "small step.",
    )


def _theory_grid(results: Results) -> Grid:
    rows = list[list[Any]]()
    for generator in GENERATORS:
        for name in _objectives(results):
            trials = _theory(results, name, generator)
            if trials:
                change = paired.mean_of(np.array([_score(trial) for trial in trials]))
                turn = paired.mean_of(np.array([_number(trial.details["cosine"]) for trial in trials]))
                rows.append([name, generator, len(trials), change, turn])
    return Grid(
        "In theory: a critic trained on and on against a generator that stands still",
        ("objective", "generator", "seeds", "change of the gradient (orders of magnitude)", "cosine to W1's gradient"),
        rows,
        "Means over seeds with 95 % intervals; the change is from a critic that has not learned to the last update. "
        "Apart: its samples and the real ones do not overlap, as the theorem supposes.",
    )


def _apart_grid(practice: dict[str, Runs]) -> Grid:
    """Vanishing and failing, kept apart."""
    rows = list[list[Any]]()
    for name, runs in practice.items():
        hit = runs.steps("vanished")
        counts = [int((hit & runs.learned).sum()), int((hit & ~runs.learned).sum())]
        counts += [int((~hit & runs.learned).sum()), int((~hit & ~runs.learned).sum())]
        rows.append([name, *counts])
    return Grid(
        "Vanishing is not failing",
        ("objective", "vanished, learned", "vanished, failed", "not vanished, learned", "not vanished, failed"),
        rows,
        "Runs by whether their gradient fell under 1 % of its start and whether they learned.",
    )


def _places_grid(results: Results) -> Grid:
    rows = list[list[Any]]()
    for place in dict.fromkeys(_place(name) for name in results.cells):
        trials = [t for t in _done(results, part=PRACTICE) if _place(t.cell) == place]
        if trials:
            runs = Runs.told_by(trials)
            counts = [int(runs.steps(event).sum()) for event in ("vanished", "weak", "exploded")]
            rows.append([place, len(runs), *counts, int(runs.learned.sum())])
    columns = ("setting", "runs", "under 1 %", "under 10 %", "over 100 ×", "learned")
    return Grid("In practice, by setting: runs affected, all objectives together", columns, rows)


def _place(cell: str) -> str:
    return cell.split(": ", 1)[1]


def _theory_graphs(results: Results) -> list[Graph]:
    """Norms, and cosines, by critic updates; the generator whose samples lie apart."""
    norms, cosines = [], []
    for name in _objectives(results):
        trials = _theory(results, name, APART)
        if not trials:
            continue
        marks = [max(float(mark), 0.5) for mark in trials[0].details["marks"]]
        curves = np.array([t.details["norms"] for t in trials], dtype=float)
        turns = np.array([t.details["cosines"] for t in trials], dtype=float)
        relative = np.clip(curves / curves[:, :1], 1e-12, None)
        low, middle, high = np.quantile(relative, (0.0, 0.5, 1.0), axis=0)
        norms.append(Series(name, marks, middle.tolist(), low.tolist(), high.tolist(), "line"))
        cosines.append(Series(name, marks, np.median(turns, axis=0).tolist(), drawn="line"))
    x, note = "critic updates", "Medians over seeds, a generator that stands still apart from the real samples"
    if not norms:
        return []
    return [
        Graph(
            "The generator's gradient while the critic alone learns",
            x,
            "norm over that at the start",
            norms,
            log_x=True,
            log_y=True,
            levels={"1 %": 0.01},
            note=f"{note}; bars reach from the least seed to the greatest.",
        ),
        Graph(
            "Where that gradient points",
            x,
            "cosine to the gradient of the exact W1",
            cosines,
            log_x=True,
            levels={"nowhere": 0.0},
            note=f"{note}.",
        ),
    ]


def _practice_graphs(practice: dict[str, Runs]) -> list[Graph]:
    least = [Series(name, [name] * len(runs), (10 ** runs.of["least"]).tolist()) for name, runs in practice.items()]
    failing = [
        Series(name, (10 ** runs.of["least"]).tolist(), runs.of["distance"].tolist()) for name, runs in practice.items()
    ]
    if not least:
        return []
    return [
        Graph(
            "The smallest gradient of each run",
            "objective",
            "least gradient over that at the start",
            least,
            log_y=True,
            levels={"1 %": 0.01, "10 %": 0.1},
            note="One dot a run; a geometric mean over 20 steps.",
        ),
        Graph(
            "Vanishing and failing",
            "least gradient over that at the start",
            "distance to held-out samples over the untrained one",
            failing,
            log_x=True,
            log_y=True,
            levels={"learned": _LEARNED},
            note="One dot a run: left is vanished, up is failed.",
        ),
    ]


def _sentence(verdict: str, practice: dict[str, Runs], changes: dict[str, Estimate], limit: float) -> str:
    said = []
    if ASKED in practice:
        runs = practice[ASKED]
        under, over = runs.share("vanished", limit), runs.share("exploded", limit)
        word = {CANNOT_TELL: "Can't tell whether it is common in practice"}.get(verdict, f"In practice it is {verdict}")
        said.append(
            f"{word}: the non-saturating generator's gradient lay under 1 % of its start in {percent(under.runs)} of "
            f"{len(runs)} runs (5 % of their steps or more), over 100 times it in {percent(over.runs)}"
        )
    theory = [
        f"{name} by {interval(changes[name])}" for name in (SATURATING, ASKED, "Wasserstein, GP") if name in changes
    ]
    if theory:
        said.append(
            "in theory, with the critic trained on against a generator that stands still apart from the real samples, "
            f"the gradient changes by these orders of magnitude: {', '.join(theory)}"
        )
    of = f" of the {ASKED} objective" if practice or changes else ""
    return "; ".join(said) or f"{CANNOT_TELL}: no training{of} is done yet"


def _evidence(practice: dict[str, Runs], changes: dict[str, Estimate], limit: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, runs in practice.items():
        found[f"{name}: runs vanished"] = runs.share("vanished", limit).runs
        found[f"{name}: runs exploded"] = runs.share("exploded", limit).runs
    return found | {f"{name}: orders of magnitude in theory": change for name, change in changes.items()}


def _notes(practice: dict[str, Runs], results: Results) -> list[str]:
    runs = max((len(each) for each in practice.values()), default=0)
    notes = [
        "The seed changes networks, order of the data and latents together; all settings share their seeds.",
        "The shares are of runs of these settings in equal parts; of other settings they promise nothing.",
        "All objectives have the same networks, Adam (β 0, 0.99) and rates; they are not tuned, and the trainings are "
        "short: what vanishes only after many more steps is not seen.",
    ]
    if "Wasserstein, clip" in practice:
        notes.append(
            "Clipping makes a critic flat at its first update, so that the gradient rises from next to nothing: over "
            "100 times its start is not large then."
        )
    if runs:
        most = 100 * judging.share(np.zeros(runs)).runs.high
        notes.append(f"What befell none of {runs} runs could still befall up to {most:.2g} %.")
    return [*notes, f"Cost: {paired.cost(results)}."]
