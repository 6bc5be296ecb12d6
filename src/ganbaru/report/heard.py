"""What the best and the worst trial of a study sound like, where they left a training in their folders."""

import numpy as np

from ganbaru.errors import UserError
from ganbaru.report import charts
from ganbaru.report.facts import Facts, gather, points_of
from ganbaru.report.markup import Markup, tag
from ganbaru.report.players import fitted, side_by_side
from ganbaru.report.study_facts import StudyFacts

_POINTS = 1000


def section(facts: StudyFacts) -> Markup:
    """Players, or clouds of points; nothing where no trial has samples."""
    trained = _trained(facts)
    if not trained:
        return Markup("")
    rate = next(iter(trained.values())).rate
    alike = {name: each for name, each in trained.items() if each.rate == rate}
    if rate == 0:
        return _clouds(alike)
    first = next(iter(alike.values()))
    columns = {"real": first.real} | {name: each.sets[max(each.sets)] for name, each in alike.items()}
    kept, left_out = fitted({name: files for name, files in columns.items() if files})
    return side_by_side(kept, rate, left_out=left_out)


def _trained(facts: StudyFacts) -> dict[str, Facts]:
    """The trainings of the best and the worst trial that have samples, by what they are called."""
    found: dict[str, Facts] = {}
    ends = {} if facts.answer is None else {"best": facts.answer.best, "worst": facts.answer.worst}
    for end, key in ends.items():
        try:
            run = None if key is None or key not in facts.results.trials else facts.run_of(key)
        except UserError:
            continue
        if key is not None and run is not None and (held := gather(run)).sets:
            found[f"{end}: {key[0]}, seed {key[1]}"] = held
    return found


def _clouds(trained: dict[str, Facts]) -> Markup:
    """Points of a toy world beside the true ones."""
    real = points_of(next(iter(trained.values())).real)[:_POINTS]
    reach = 1.25 * float(np.abs(real).max(initial=1e-6))
    drawn = [charts.scatter("real", {"real": real}, reach=reach)] if len(real) else []
    for name, each in trained.items():
        made = points_of(each.sets[max(each.sets)])[:_POINTS]
        drawn.append(charts.scatter(name, {"generated": made}, reach=reach))
    return tag("section", tag("h2", "Look"), tag("div", *drawn, class_="charts"))
