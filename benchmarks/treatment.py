"""Does `treat` mend what is wrong, and better than a random change? Over the zoo's faults of configuration.

    python benchmarks/treatment.py [--half calibration|test] [--only PATTERN …] [--most-minutes M] [--trials N]
        [--cache FOLDER] [--fresh]

Each fault is trained, examined and treated with up to N changes. Two questions are asked of it. Is it mended: does the
interval of its distance from held-out samples reach into those of its healthy twin, trained with three seeds? And does
it beat one random change, drawn once for each fault out of the changes that any cause would make there and of settings
times 0.03 to 30: is what the treated run makes closer to held-out samples (`distances.closer`, 95 %), and is what the
first change alone makes? They are taken in an order that is drawn by their names, so that as many as there is time for
are a sample of all. A fault counts as treatable where its cause has a change. What was trained is kept in the
cache and used again by the next call. Faults of the half "test" are not named, so that nothing is mended by them.
Shares with Wilson intervals; the last line: the share that is mended.
"""

import argparse
import fnmatch
import hashlib
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[1]))

from zoo.specimen import Specimen  # noqa: E402

import ganbaru as gb  # noqa: E402
from ganbaru import sources  # noqa: E402
from ganbaru.checkup.cause import nothing  # noqa: E402
from ganbaru.checkup.causes import CAUSES  # noqa: E402
from ganbaru.checkup.finding import Finding, Findings  # noqa: E402
from ganbaru.checkup.judging import judge  # noqa: E402
from ganbaru.checkup.run import gather  # noqa: E402
from ganbaru.checkup.treating import Treatment, treat  # noqa: E402
from ganbaru.checkup.treating.beside import is_done, stopped  # noqa: E402
from ganbaru.checkup.treating.comparing import Judge, loaded  # noqa: E402
from ganbaru.distances import Estimate, proportion  # noqa: E402
from ganbaru.runs import Run  # noqa: E402
from ganbaru.runs.run import DOCUMENT  # noqa: E402
from ganbaru.training.session import Parts  # noqa: E402
from zoo import configurations  # noqa: E402

CACHE = Path.home() / ".cache" / "ganbaru" / "treatment"
SEEDS = (1, 2, 3)
"""Of the healthy twins; the first is that of the fault."""
FACTORS = (0.03, 0.1, 0.3, 3.0, 10.0, 30.0)
SCALED = ("generator.learning_rate", "critic.learning_rate", "constraint_strength", "batch", "n_critic")


@dataclass(frozen=True)
class Row:
    """What came of one fault; distances are those of ``quality.json``, infinite where training broke off."""

    name: str
    half: str
    leading: str
    fault: float
    treated: float
    healthy: float
    mended: bool
    versus: str
    first_versus: str
    tried: int
    treatable: bool


def train(specimen: Specimen, place: Path) -> Run:
    """The run of a specimen; what was trained already is used."""
    if not (place / DOCUMENT).exists() or not is_done(Run.open(place)):
        shutil.rmtree(place, ignore_errors=True)
        try:
            gb.fit(source_of(specimen), out=place, config=specimen.recipe["config"], threads=1)
        except gb.UserError as error:
            print(f"  {specimen.name}: {error.args[0]}", file=sys.stderr)
    return Run.open(place)


def source_of(specimen: Specimen) -> Any:
    """What it is trained on."""
    world, seconds = specimen.recipe["world"], specimen.recipe["seconds"]
    return sources.open(world, seconds=seconds) if seconds else sources.open(world)


def distance(run: Run) -> Estimate | None:
    """Its distance from held-out samples at its end; None where it broke off."""
    document = None if stopped(run) else run.read_json("quality")
    return None if document is None else Estimate.from_json(document["figures"]["distance"])


def random_change(run: Run, name: str) -> dict[str, Any]:
    """One change drawn from what any cause would make of this run, and from settings scaled."""
    evidence, settings = gather(run), run.document["config"]
    proposed = [change for cause in CAUSES if (change := _proposed(cause, evidence))]
    scaled = [
        {key: value} for key in SCALED for factor in FACTORS if (value := _scaled(settings, key, factor)) is not None
    ]
    pool = sorted({json.dumps(dict(change), sort_keys=True) for change in [*proposed, *scaled]})
    drawn: dict[str, Any] = json.loads(random.Random(name).choice(pool))
    return drawn


def _proposed(cause: Any, evidence: Any) -> Any:
    try:
        change = cause.change(evidence)
    except Exception:
        return None  # a change may need evidence that only its judge makes sure of
    return None if change is None or "files.exclude" in change else change


def _scaled(settings: Any, key: str, factor: float) -> float | int | None:
    table, _, last = key.rpartition(".")
    value = (settings.get(table, {}) if table else settings).get(last)
    if value is None:
        return None
    return max(1, round(value * factor)) if isinstance(value, int) else value * factor


def closer(source: Any, a: Run, b: Run) -> str:
    """Which of two runs is closer to held-out samples; one that broke off loses."""
    if stopped(a) or stopped(b):
        return "can't tell" if stopped(a) and stopped(b) else "B" if stopped(a) else "A"
    return Judge(source, source, seed=0).compare(loaded(a, Parts()), loaded(b, Parts())).verdict


def treated_by(change: dict[str, Any], run: Run) -> Run:
    """The run with a change, trained beside it; the run itself where it cannot be trained so."""
    only = Findings([Finding("known-domain-failed", "found", change=change)])
    trials = treat(run, findings=only, most=1, out=run.path.parent / "random").trials
    return Run.open(trials[0].run) if trials and trials[0].run else run


def examine(specimen: Specimen, cache: Path, most: int) -> Row:
    """Trains, treats and compares one fault."""
    key = hashlib.sha256(json.dumps(specimen.recipe, sort_keys=True).encode()).hexdigest()[:12]
    place, source = cache / f"{specimen.name}-{key}", source_of(specimen)
    for former in place.glob("*/findings.json"):  # those of judges as they were
        former.unlink()
    run = train(specimen, place / "run")
    randomly = treated_by(random_change(run, specimen.name), run)
    findings = judge(gather(run))
    treatment = treat(run, findings=findings, most=most, seed=0)
    best, first = Run.open(treatment.best), _first(treatment, run)
    twins = [distance(twin) for twin in _twins(specimen, cache)]
    now, high = distance(best), max(twin.high for twin in twins if twin is not None)
    return Row(
        specimen.name,
        specimen.half,
        "" if findings.leading is None else findings.leading.cause,
        _value(distance(run)),
        _value(now),
        high,
        now is not None and now.low <= high,
        closer(source, best, randomly),
        closer(source, first, randomly),
        len([trial for trial in treatment.trials if trial.run]),
        any(cause.slug == specimen.cause and cause.change is not nothing for cause in CAUSES),
    )


def _first(treatment: Treatment, run: Run) -> Run:
    """The first change alone; the run itself where there was none."""
    trained = [trial.run for trial in treatment.trials if trial.run]
    return Run.open(trained[0]) if trained else run


def _twins(specimen: Specimen, cache: Path) -> list[Run]:
    base = next(base for base in configurations.BASES.values() if specimen.twin == f"fit-{base.name}-healthy")
    twins = [configurations.specimen(base, "healthy", None, {}, seed) for seed in SEEDS]
    key = hashlib.sha256(json.dumps(twins[0].recipe, sort_keys=True).encode()).hexdigest()[:12]
    return [train(twin, cache / f"{specimen.twin}-{key}" / str(seed)) for seed, twin in zip(SEEDS, twins, strict=True)]


def _value(figure: Estimate | None) -> float:
    return float("inf") if figure is None else figure.value


def rows(specimens: Sequence[Specimen], cache: Path, most: int, minutes: float) -> Iterator[Row]:
    """One after another, as long as there is time."""
    began = time.monotonic()
    for specimen in specimens:
        if time.monotonic() - began > 60 * minutes:
            print(f"  out of time before {specimen.name}", file=sys.stderr)
            return
        yield examine(specimen, cache, most)


def said(row: Row) -> str:
    """A line of the table."""
    numbers = " | ".join(f"{value:.3g}" for value in (row.fault, row.treated, row.healthy))
    words = {"A": "treated", "B": "random", "can't tell": "–"}
    return (
        f"| {row.name} | {row.leading or '–'} | {numbers} | {'yes' if row.mended else 'no'} | {row.tried} |"
        f" {words[row.versus]} | {words[row.first_versus]} |{'' if row.treatable else ' (not treatable)'}"
    )


def summary(found: Sequence[Row]) -> Iterator[str]:
    """Shares with their intervals, the one that is aimed at last."""
    treatable = [row for row in found if row.treatable]
    if not treatable:
        yield "nothing was treatable"
        return
    for name, verdicts in (
        ("treatment", [row.versus for row in treatable]),
        ("its first change", [row.first_versus for row in treatable]),
    ):
        wins, losses = verdicts.count("A"), verdicts.count("B")
        yield f"{name} against one random change: {wins} won, {losses} lost, {len(verdicts) - wins - losses} undecided"
        if wins + losses:
            yield f"  won of those decided {_share(wins, wins + losses)}; of all {_share(wins, len(verdicts))}"
    mended = sum(row.mended for row in treatable)
    yield f"mended, of {len(treatable)} treatable faults: {_share(mended, len(treatable))} (aim 0.90)"


def _share(count: int, of: int) -> str:
    return str(proportion(count, of))


def _is_chosen(specimen: Specimen, patterns: Sequence[str]) -> bool:
    """Whether it is asked for, and is nothing but settings over a world: no objective of its own, no fewer data."""
    plain = set(specimen.recipe) <= {"world", "seconds", "config", "probes"} and ":" in specimen.recipe["world"]
    return plain and any(fnmatch.fnmatch(specimen.name, pattern) for pattern in patterns)


def main() -> None:
    """Treats, prints the table, then the shares."""
    parser = argparse.ArgumentParser(description="Does treat mend what is wrong?")
    parser.add_argument("--only", nargs="*", default=["fit-*"], metavar="PATTERN", help="of names of faults")
    parser.add_argument("--half", choices=("calibration", "test", "both"), default="both", help="of the zoo")
    parser.add_argument("--most-minutes", type=float, default=60.0, help="no fault is begun after so many")
    parser.add_argument("--trials", type=int, default=3, help="changes tried for each fault")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--fresh", action="store_true", help="train everything anew")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(options.cache, ignore_errors=True)
    chosen = [each for each in configurations.faults() if _is_chosen(each, options.only)]
    chosen = [each for each in chosen if options.half in ("both", each.half)]
    chosen.sort(key=lambda each: hashlib.sha256(each.name.encode()).digest())
    print("| fault | found first | distance | treated | healthy up to | mended | tried | closer | first change |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    found = []
    for row in rows(chosen, options.cache, options.trials, options.most_minutes):
        found.append(row)
        if row.half == "calibration":
            print(said(row), flush=True)
    for line in summary(found):
        print(line)


if __name__ == "__main__":
    main()
