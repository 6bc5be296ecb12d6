"""Does the checkup name what is wrong? The fault zoo, judged.

    python benchmarks/diagnosis.py [--half calibration|test|both] [--cache FOLDER] [--no-collect] [--made-before]
    python benchmarks/diagnosis.py --record src/ganbaru/checkup/track_record.json

What is missing in the cache is made first (`zoo/collect.py`, up to 90 minutes on two cores). Bounds were set on the
half "calibration"; the figures that count are those of the half "test". The halves are told apart by whole groups of
program, world and architecture. The last lines are ratios to the goals: the planted cause leads in 90 %, is among
the findings in 97 %; 95 % of leading findings are right; at most 2 % of healthy specimens have any finding; the
median first right finding comes within 25 % of the budget; leaving a family out costs at most 0.05. Families and
ratios are of the half "test"; its misses are not named, so that no bound is set on them.

With ``--record`` it also writes how often each cause was right where it was found or suspected in the half "test",
which is what a checkup says of how sure it is.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from zoo.judging import Figures, Verdict  # noqa: E402
from zoo.specimen import Specimen  # noqa: E402

from ganbaru.checkup.causes import CAUSES  # noqa: E402
from ganbaru.checkup.track_record import SCHEMA  # noqa: E402
from ganbaru.checkup.vocabulary import MEANING  # noqa: E402
from zoo import collect, judging  # noqa: E402

GOALS = {"leading": 0.90, "among": 0.97, "precision": 0.95}
MOST_ALARMS, EARLY, DROP = 0.02, 0.25, 0.05
_FEWEST = 5


def records(specimens: Sequence[Specimen], cache: Path, *, made_before: bool) -> dict[str, collect.Record]:
    """What the cache holds of them; with ``made_before`` the newest record of a name, whatever it was made by."""
    found = {}
    for specimen in specimens:
        path = collect.place(specimen, cache)
        if made_before and not path.exists():
            older = [file for file in cache.glob(f"{specimen.name}-*.json") if len(file.stem) == len(path.stem)]
            path = max(older, key=lambda file: file.stat().st_mtime, default=path)
        if path.exists():
            found[specimen.name] = collect.read(path)
    return found


def by_cause(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A row for each cause."""
    yield "| cause | planted | leads | among the findings | first found | false alarms |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for cause in MEANING:
        planted = [each for each in verdicts if each.specimen.cause == cause]
        figures = judging.figures(planted)
        healthy = [each for each in verdicts if each.specimen.cause is None]
        alarms = judging.share(healthy, lambda each, cause=cause: cause in each.found)  # type: ignore[misc]
        early = "–" if figures.early != figures.early else f"{figures.early:.0%}"
        yield f"| {cause} | {len(planted)} | {figures.leading} | {figures.among} | {early} | {alarms.count} |"


def by_half(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Calibration against test, and by kind of fault."""
    yield "| | leads | among the findings | precision of leading | any found in healthy | first found |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for half in ("calibration", "test"):
        yield row(half, judging.figures([each for each in verdicts if each.specimen.half == half]))
    for kind in ("configuration", "code", "data"):
        yield row(kind, judging.figures([each for each in verdicts if each.specimen.kind == kind]))


def row(name: str, figures: Figures) -> str:
    """A row of figures."""
    early = "–" if figures.early != figures.early else f"{figures.early:.0%}"
    return f"| {name} | {figures.leading} | {figures.among} | {figures.precision} | {figures.alarms} | {early} |"


def by_family(verdicts: Sequence[Verdict]) -> tuple[list[str], float]:
    """Rows for each family left out, and the worst drop among those of at least five faults."""
    lines = ["| left out | leads | the others | drop | any found in healthy |", "| --- | --- | --- | --- | --- |"]
    worst = 0.0
    for kind in judging.FAMILIES:
        for member, (own, others) in judging.families(verdicts, kind).items():
            drop = others.leading.value - own.leading.value
            if own.leading.of >= _FEWEST and others.leading.of >= _FEWEST:
                worst = max(worst, drop)
            lines.append(f"| {kind} {member} | {own.leading} | {others.leading} | {drop:+.2f} | {own.alarms} |")
    return lines, worst


def misses(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Every fault whose cause does not lead, and every alarm in a healthy specimen, by name."""
    for each in verdicts:
        if each.specimen.cause is None and each.found:
            yield f"alarm  {each.specimen.name} ({each.specimen.half}): {', '.join(each.found)}"
    for each in verdicts:
        if each.specimen.cause is not None and not each.leads:
            said = f"led by {each.leading}" if each.leading else "nothing found"
            where = "found" if each.among else "suspected" if each.specimen.cause in each.suspected else "missed"
            found = ", ".join(each.found) or "–"
            yield f"{where:9}  {each.specimen.name} ({each.specimen.half}): {said}; found {found}"


def track_record(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """How often each cause was right, found and suspected, in the half "test"; see `ganbaru.checkup.track_record`."""
    taken = [each for each in verdicts if each.specimen.half == "test"]
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for each in taken:
        right = true_causes(each)
        for verdict, named in (("found", each.found), ("suspect", each.suspected)):
            for cause in named:
                held = counts.setdefault(cause, {}).setdefault(verdict, {"right": 0, "of": 0})
                held["right"] += cause in right
                held["of"] += 1
    listed = {cause: dict(sorted(counts[cause].items())) for cause in MEANING if cause in counts}
    return {"schema": SCHEMA, "half": "test", "cases": len(taken), "causes": listed}


def true_causes(verdict: Verdict) -> set[str]:
    """The planted cause and what follows from it, directly or through causes that were found or suspected too."""
    explains = {cause.slug: {*cause.explains} & {*verdict.found, *verdict.suspected} for cause in CAUSES}
    waiting = {verdict.specimen.cause} - {None}
    true: set[str] = set()
    while waiting:
        cause = waiting.pop()
        true.add(cause)
        waiting |= explains.get(cause, set()) - true
    return true


def counted(specimens: Sequence[Specimen], held: dict[str, collect.Record]) -> list[Specimen]:
    """Those that are what they are said to be, by what was measured."""
    twins = {each.name: held[each.twin].truth if each.twin in held else None for each in specimens}
    return [each for each in specimens if judging.counted(each, held[each.name].truth, twins[each.name])]


def left_out(specimens: Sequence[Specimen], held: dict[str, collect.Record]) -> Iterator[str]:
    """What is not counted: faults that did no harm and healthy ones that did not learn, with what was measured."""
    for each in specimens:
        figures = " ".join(f"{name} {value:.3g}" for name, value in held[each.name].truth.items())
        yield f"not counted  {each.name}: {'did no harm' if each.cause else 'did not learn'}; {figures}"


def main() -> None:
    """Collects, judges and prints; ratios come last."""
    parser = argparse.ArgumentParser(description="The fault zoo, judged.")
    parser.add_argument("--half", choices=("calibration", "test", "both"), default="both")
    parser.add_argument("--cache", type=Path, default=collect.CACHE)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], metavar="PATTERN", help="of names or causes")
    parser.add_argument("--no-collect", action="store_true", help="judge what is there, make nothing")
    parser.add_argument("--made-before", action="store_true", help="take records that older sources made as well")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the track record of each cause as JSON")
    options = parser.parse_args()
    specimens = collect.chosen(options.only)
    if options.half != "both":
        specimens = [each for each in specimens if each.half == options.half]
    if not options.no_collect:
        for line in collect.collect(specimens, options.cache, jobs=options.jobs):
            print(line, file=sys.stderr, flush=True)
    held = records(specimens, options.cache, made_before=options.made_before)
    usable = [each for each in specimens if each.name in held and held[each.name].evidence is not None]
    print(f"{len(usable)} of {len(specimens)} specimens have evidence")
    taken = counted(usable, held)
    verdicts = [judging.verdict(each, held[each.name]) for each in taken]
    print(f"{len(taken)} of them are what they are said to be\n")
    print("\n".join([*by_cause(verdicts), "", *by_half(verdicts), ""]))
    unseen = [each for each in verdicts if each.specimen.half == "test"]
    named = [each for each in verdicts if each.specimen.half == "calibration"]
    lines, drop = by_family(unseen or verdicts)
    idle = left_out([each for each in usable if each not in taken], held)
    print("\n".join([*lines, "", *misses(named), "", *idle, ""]))
    if options.record is not None:
        options.record.write_text(json.dumps(track_record(verdicts), indent=1) + "\n", encoding="utf-8")
    for line in ratios(judging.figures(unseen or verdicts), drop):
        print(line)


def ratios(figures: Figures, drop: float) -> Iterator[str]:
    """What was reached over what was asked for."""
    for name, goal in GOALS.items():
        reached: judging.Share = getattr(figures, name)
        yield f"{name} {reached} / {goal:.2f}: {reached.value / goal:.2f}x"
    alarms, less = figures.alarms, "(less is better)"
    yield f"any found in healthy {alarms} / {MOST_ALARMS:.2f}: {alarms.value / MOST_ALARMS:.2f}x {less}"
    yield f"first right finding at {figures.early:.0%} / {EARLY:.2f}: {figures.early / EARLY:.2f}x {less}"
    yield f"worst drop of a family left out {drop:.2f} / {DROP:.2f}: {drop / DROP:.2f}x {less}"


if __name__ == "__main__":
    main()
