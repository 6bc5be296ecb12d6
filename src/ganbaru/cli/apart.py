"""How far apart two sets of points are, as it is printed. What `ganbaru distance` calls."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbaru import distances
from ganbaru.cli import speech
from ganbaru.cli.points_of import Side, read_sides
from ganbaru.distances import Estimate
from ganbaru.distances.samples import dimensions
from ganbaru.errors import UserError, unknown

QUESTIONS = ("distributions", "samples")


@dataclass(frozen=True)
class Kind:
    """A distance that can be asked for.

    Attributes:
        function: what it is called in `ganbaru.distances`.
        means: what the number says, with ``{x}`` for it and ``{a}`` and ``{b}`` for the sides.
        power: of the points' unit that the number has, 0 where it has none.
        p: of the Wasserstein distances, else None.
    """

    function: str
    means: str
    power: int = 0
    p: int | None = None


_DRAWN = "what {a} is drawn from into what {b} is drawn from"
KINDS = {
    "w1": Kind("wasserstein", f"on average, mass moves {{x}} to turn {_DRAWN}", 1, 1),
    "w2": Kind("wasserstein", f"in root mean square, mass moves {{x}} to turn {_DRAWN}", 1, 2),
    "sliced": Kind("sliced_wasserstein", "seen along random directions, {a} and {b} are {x} apart", 1),
    "max-sliced": Kind(
        "max_sliced_wasserstein", "in the direction where they differ most, {a} and {b} are {x} apart", 1
    ),
    "sinkhorn": Kind("sinkhorn_divergence", "moving {a} onto {b}, all finer than the blur left out, costs {x}", 2),
    "energy": Kind("energy_distance", "the energy distance of {a} and {b} is {x}", 1),
    "kernel": Kind("kernel", "the kernel distance (MMD², from 0 to 2) of {a} and {b} is {x}"),
    "frechet": Kind("frechet", "Gaussians with the means and covariances of {a} and {b} are {x} apart", 2),
    "tv": Kind("total_variation", "the chance of something differs by up to {x} between {a} and {b}"),
    "kl": Kind("kullback_leibler", "taking {b} for {a} costs {x} nats a point"),
    "js": Kind("jensen_shannon", "a point tells {x} of 0.693 nats about which of {a} and {b} it is of"),
    "hellinger": Kind("hellinger", "on a scale from 0 to 1, {a} and {b} are {x} apart"),
    "chi2": Kind("chi_squared", "the mean squared error of the chances in {b}, relative to {b}, is {x}"),
    "dual": Kind("dual_wasserstein", "a critic finds {a} and {b} to be at least {x} apart", 1),
}
ALIASES = {"emd": "w1", "wasserstein": "w1", "mmd": "kernel", "fid": "frechet"}
_OF_SAMPLES = {
    1: "on average, these very points of {a} move {x} to become those of {b}",
    2: "in root mean square, these very points of {a} move {x} to become those of {b}",
}
_VERDICTS = {
    True: "further apart than two samples of one distribution would be",
    False: "not distinguishable from two samples of one distribution",
    None: "two samples of one distribution are never 0 apart either, and --of distributions takes that off",
}


def tell_distance(
    a: str,
    b: str,
    *,
    kind: str,
    of: str,
    seed: int,
    confidence: float,
    count: int | None,
    plot: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Reads both sides, measures, draws where a picture is asked for, and says the result."""
    kind = ALIASES.get(kind, kind)
    _check(kind, of, plot)
    ours, theirs = read_sides(a, b, count=count, seed=seed, quiet=quiet)
    estimate = measure(ours, theirs, kind=kind, of=of, seed=seed, confidence=confidence, quiet=quiet)
    said = sentence(estimate, ours, theirs, kind=kind, of=of)
    if plot is not None:
        _draw(plot, ours, theirs, f"{kind} {estimate}", p=KINDS[kind].p or 1, seed=seed)
        speech.say(f"picture: {plot}", quiet=quiet)
    if as_json:
        speech.document(
            {
                "schema": "ganbaru.distance/1",
                "a": ours.to_json(),
                "b": theirs.to_json(),
                "kind": kind,
                "estimate": estimate.to_json(),
                "distinguishable": estimate.distinguishable,
                "sentence": said,
                **({"plot": str(plot)} if plot is not None else {}),
            }
        )
        return
    for line in (str(estimate), estimate.method, said):
        speech.result(line)


def measure(a: Side, b: Side, *, kind: str, of: str, seed: int, confidence: float, quiet: bool = False) -> Estimate:
    """The distance of a kind in `KINDS`.

    Raises:
        UserError: the points are too few, or of too many dimensions for it.
    """
    asked = KINDS[kind]
    options: dict[str, Any] = {"seed": seed, "confidence": confidence}
    if asked.p is not None:
        options |= {"p": asked.p, "of": of}
    if kind == "sliced":
        options["debiased"] = True
    function = getattr(distances, asked.function)
    with speech.bars(quiet=quiet) as progress:
        progress("measuring", 0, 1)
        found: Estimate = function(a.points, b.points, **options)
        progress("measuring", 1, 1)
    return found


def sentence(estimate: Estimate, a: Side, b: Side, *, kind: str, of: str) -> str:
    """What an estimate says, in plain English: the question, the unit, the verdict, and of how many points."""
    asked = KINDS[kind]
    means = _OF_SAMPLES[asked.p] if asked.p is not None and of == "samples" else asked.means
    amount = " ".join(filter(None, (number(estimate.value), unit(asked.power, a.of_sounds or b.of_sounds))))
    clause = means.format(x=amount, a=a.name, b=b.name)
    clause = clause if means.startswith("{") else clause[0].upper() + clause[1:]
    verdict = _VERDICTS[estimate.distinguishable]
    return f"{clause}: {verdict} ({a.size:,} and {b.size:,} points in {dimensions(a.dimensions)})."


def unit(power: int, of_sounds: bool) -> str:
    """The unit of a distance in the points' unit to a power; "" for power 0."""
    if power == 0:
        return ""
    squared = "²" if power == 2 else ""
    if of_sounds:
        return f"dB{squared} of log-mel statistics"
    return "units of the data" if power == 1 else "squared units of the data"


def number(value: float) -> str:
    """One number for a sentence, three digits of it; ``1e-09`` and ``1e+12`` where it is tiny or huge."""
    return "∞" if math.isinf(value) else f"{value:.3g}"


def _check(kind: str, of: str, plot: Path | None) -> None:
    if kind not in KINDS:
        raise unknown("kind of distance", kind, KINDS)
    if of not in QUESTIONS:
        raise unknown("value of --of", of, QUESTIONS)
    if of == "samples" and KINDS[kind].p is None:
        raise UserError(f"--kind {kind} is always of distributions", hint="--of samples goes with w1 and w2")
    if plot is not None:
        from ganbaru.report.transported import ENDINGS

        if plot.suffix.lower() not in ENDINGS:
            raise unknown("ending of a picture", plot.suffix, ENDINGS)


def _draw(plot: Path, a: Side, b: Side, measured: str, *, p: int, seed: int) -> None:
    from ganbaru.report.transported import history, transported

    courses = {side.name: history(side.run) for side in (a, b) if side.run is not None}
    units = "dB" if a.of_sounds or b.of_sounds else ""
    picture = transported(
        a.points, b.points, names=(a.name, b.name), note=measured, unit=units, courses=courses, p=p, seed=seed
    )
    picture.save(plot)
