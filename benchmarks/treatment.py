"""Does `treat` mend what is wrong, and better than a random change? Over the zoo's faults of configuration, or of data.

    python benchmarks/treatment.py [--kind configuration|data] [--half calibration|test] [--only PATTERN …]
        [--most-minutes M] [--trials N] [--cache FOLDER] [--fresh]

Each fault is trained, examined and treated with up to N changes. Two questions are asked of it. Is it mended: does the
interval of its distance from held-out samples reach into those of its healthy twin, trained with three seeds? And does
it beat one random change, drawn once for each fault out of the changes that any cause would make there and of settings
times 0.03 to 30: is what the treated run makes closer to held-out samples (`distances.closer`, 95 %), and is what the
first change alone makes? They are taken in an order that is drawn by their names, so that as many as there is time for
are a sample of all. A fault counts as treatable where its cause has a change. Folders are spoiled and learned from as
``treatment_data.py`` says, and the random change is to leave out as many files. What was trained is kept in the cache
and used again by the next call. Faults of the half "test" are not named, so that nothing is mended by them. Shares with
Wilson intervals; the last line: the share that is mended.
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

import treatment_data  # noqa: E402
from zoo.specimen import Specimen  # noqa: E402

import ganbaru as gb  # noqa: E402
from ganbaru import sources  # noqa: E402
from ganbaru.checkup.cause import nothing  # noqa: E402
from ganbaru.checkup.causes import CAUSES  # noqa: E402
from ganbaru.checkup.run import gather  # noqa: E402
from ganbaru.checkup.treating import Treatment, beside, treat  # noqa: E402
from ganbaru.checkup.treating.beside import is_done, stopped  # noqa: E402
from ganbaru.checkup.treating.comparing import Judge, loaded  # noqa: E402
from ganbaru.checkup.treating.course import findings_of  # noqa: E402
from ganbaru.checkup.treating.planning import kept_files, plan  # noqa: E402
from ganbaru.distances import Estimate, proportion  # noqa: E402
from ganbaru.progress import silent  # noqa: E402
from ganbaru.runs import Run  # noqa: E402
from ganbaru.runs.run import DOCUMENT  # noqa: E402
from ganbaru.training.session import Parts  # noqa: E402
from zoo import configurations  # noqa: E402

CACHE = Path.home() / ".cache" / "ganbaru" / "treatment"
SEEDS = (1, 2, 3)
"""Of the healthy twins; the first is that of the fault."""
_JUDGING = 1
"""Seed of the latents by which runs are held against each other here; treating took others."""
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
    ill: bool
    versus: str
    first_versus: str
    tried: int
    treatable: bool


@dataclass(frozen=True)
class Case:
    """A fault to treat.

    Attributes:
        run: the training with the fault.
        source: what it learned from.
        judged_by: what runs are held against.
        twins: trainings without the fault.
    """

    run: Run
    source: Any
    judged_by: Any
    twins: Sequence[Run]

    def distance(self, run: Run) -> Estimate | None:
        """How far a run is from held-out samples at its end; None where it broke off."""
        if stopped(run):
            return None
        if self.judged_by is not self.source:
            return treatment_data.distance(run, self.judged_by)
        document = run.read_json("quality")
        return None if document is None else Estimate.from_json(document["figures"]["distance"])


def case(specimen: Specimen, cache: Path, place: Path) -> Case:
    """The fault and its healthy twins, trained; what was trained already is used."""
    if specimen.kind == "data":
        return _case_of_data(specimen, cache, place)
    source = source_of(specimen)
    run = train(source, specimen.recipe["config"], place / "run")
    base = next(base for base in configurations.BASES.values() if specimen.twin == f"fit-{base.name}-healthy")
    twins = [configurations.specimen(base, "healthy", None, {}, seed) for seed in SEEDS]
    folder = cache / f"{specimen.twin}-{_key(twins[0].recipe)}"
    return Case(
        run,
        source,
        source,
        [train(source, twin.recipe["config"], folder / str(n)) for n, twin in zip(SEEDS, twins, strict=True)],
    )


def _case_of_data(specimen: Specimen, cache: Path, place: Path) -> Case:
    """The same of a folder that is spoiled."""
    source = treatment_data.source(specimen, place / "folder")
    folder = cache / f"{specimen.twin}-{_key(treatment_data.config())}"
    clean = treatment_data.source(specimen, folder / "folder", clean=True)
    judged_by = treatment_data.judged_by(specimen, folder / "beside", clean)
    twins = [train(clean, treatment_data.config(seed), folder / str(seed)) for seed in SEEDS]
    return Case(train(source, treatment_data.config(), place / "run"), source, judged_by, twins)


def train(source: Any, config: Any, place: Path) -> Run:
    """A run with these settings; what was trained already is used."""
    if not (place / DOCUMENT).exists() or not is_done(Run.open(place)):
        shutil.rmtree(place, ignore_errors=True)
        try:
            gb.fit(source, out=place, config=config, threads=1)
        except gb.UserError as error:
            print(f"  {error.args[0]}", file=sys.stderr)
    return Run.open(place)


def source_of(specimen: Specimen) -> Any:
    """What a fault of configuration is trained on."""
    world, seconds = specimen.recipe["world"], specimen.recipe["seconds"]
    return sources.open(world, seconds=seconds) if seconds else sources.open(world)


def _key(recipe: Any) -> str:
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:12]


def random_change(run: Run, specimen: Specimen) -> dict[str, Any]:
    """One change drawn from what any cause would make of this run, and from settings scaled.

    Of data it is to leave out as many files as are spoiled, whichever they are.
    """
    if specimen.kind == "data":
        names = kept_files(run.document["source"]["recipe"]["name"], ())
        count = max(1, round(specimen.recipe["share"] * len(names)))
        return {"files.exclude": sorted(random.Random(specimen.name).sample(names, count))}
    evidence, settings = gather(run), run.document["config"]
    proposed = [change for cause in CAUSES if (change := _proposed(cause, evidence))]
    scaled = [
        {key: value} for key in SCALED for factor in FACTORS if (value := _scaled(settings, key, factor)) is not None
    ]
    pool = sorted({json.dumps(dict(change), sort_keys=True) for change in [*proposed, *scaled]})
    drawn: dict[str, Any] = json.loads(random.Random(specimen.name).choice(pool))
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
    return Judge(source, source, seed=_JUDGING).compare(loaded(a, Parts()), loaded(b, Parts())).verdict


def treated_by(change: dict[str, Any], run: Run, source: Any) -> Run:
    """The run with a change, trained beside it; the run itself where it cannot be trained so."""
    try:
        planned = plan(run, source, change, None, silent)
        if planned is None:
            return run
        path = beside.place(run.path.parent / "random", run.path.name, planned)
        return beside.train(planned, path, Parts(), (), silent)
    except gb.UserError:
        return run


def examine(specimen: Specimen, cache: Path, most: int) -> Row:
    """Trains, treats and compares one fault."""
    config = treatment_data.config() if specimen.kind == "data" else {}
    place = cache / f"{specimen.name}-{_key({**specimen.recipe, **config})}"
    for former in place.glob("*/findings.json"):  # those of judges as they were
        former.unlink()
    fault = case(specimen, cache, place)
    run = fault.run
    randomly = treated_by(random_change(run, specimen), run, fault.source)
    findings = findings_of(run, fault.source, Parts(), seed=0, progress=silent)
    treatment = treat(run, findings=findings, source=fault.source, most=most, seed=0)
    best, first = Run.open(treatment.best), _first(treatment, run)
    twins = [fault.distance(twin) for twin in fault.twins]
    before, now = fault.distance(run), fault.distance(best)
    high = max(twin.high for twin in twins if twin is not None)
    return Row(
        specimen.name,
        specimen.half,
        "" if findings.leading is None else findings.leading.cause,
        _value(before),
        _value(now),
        high,
        now is not None and now.low <= high,
        before is None or before.low > high,
        closer(fault.judged_by, best, randomly),
        closer(fault.judged_by, first, randomly),
        len([trial for trial in treatment.trials if trial.run]),
        any(cause.slug == specimen.cause and cause.change is not nothing for cause in CAUSES),
    )


def _first(treatment: Treatment, run: Run) -> Run:
    """The first change alone; the run itself where there was none."""
    trained = [trial.run for trial in treatment.trials if trial.run]
    return Run.open(trained[0]) if trained else run


def _value(figure: Estimate | None) -> float:
    return float("inf") if figure is None else figure.value


def rows(specimens: Sequence[Specimen], cache: Path, most: int, minutes: float) -> Iterator[Row]:
    """One after another, as long as there is time."""
    began = time.monotonic()
    for specimen in specimens:
        if time.monotonic() - began > 60 * minutes:
            print("  out of time", file=sys.stderr)
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
    ill = [row for row in treatable if row.ill]
    if ill:
        share = _share(sum(row.mended for row in ill), len(ill))
        yield f"mended, of {len(ill)} that were worse than every twin: {share}"
    mended = sum(row.mended for row in treatable)
    yield f"mended, of {len(treatable)} treatable faults: {_share(mended, len(treatable))} (aim 0.90)"


def _share(count: int, of: int) -> str:
    return str(proportion(count, of))


def _is_chosen(specimen: Specimen, patterns: Sequence[str]) -> bool:
    """Whether it is asked for, and is nothing but settings over a world: no objective of its own, no fewer data."""
    plain = set(specimen.recipe) <= {"world", "seconds", "config", "probes"} and ":" in specimen.recipe["world"]
    return (specimen.kind == "data" or plain) and any(fnmatch.fnmatch(specimen.name, pattern) for pattern in patterns)


def main() -> None:
    """Treats, prints the table, then the shares."""
    parser = argparse.ArgumentParser(description="Does treat mend what is wrong?")
    parser.add_argument("--kind", choices=("configuration", "data"), default="configuration", help="of faults")
    parser.add_argument("--only", nargs="*", default=["*"], metavar="PATTERN", help="of names of faults")
    parser.add_argument("--half", choices=("calibration", "test", "both"), default="both", help="of the zoo")
    parser.add_argument("--most-minutes", type=float, default=60.0, help="no fault is begun after so many")
    parser.add_argument("--trials", type=int, default=3, help="changes tried for each fault")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--fresh", action="store_true", help="train everything anew")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(options.cache, ignore_errors=True)
    faults = treatment_data.faults() if options.kind == "data" else configurations.faults()
    chosen = [each for each in faults if _is_chosen(each, options.only)]
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
