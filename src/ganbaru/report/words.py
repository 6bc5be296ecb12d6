"""What the figures and causes are called, for people."""

from dataclasses import dataclass

from ganbaru.distances import Estimate


@dataclass(frozen=True)
class Wording:
    """How a figure is written: its name, how its number is printed (or its unit), and what it means."""

    name: str
    form: str
    meaning: str

    def value(self, number: float) -> str:
        """The number in this figure's form."""
        known = {"share": f"{number:.1%}", "count": f"{number:.0f}", "number": f"{number:.3g}"}
        return known.get(self.form, f"{number:.3g} {self.form}")


_LOG_MEL = "log-mel statistics and modulation"
_OWN = "the embedding that was given"
_LESS = "about 0 where all is as in real sounds, less is better"
_WORDINGS = {
    "right_label": Wording("the label asked for", "share", "sounds that the judge accepts as the very label asked for"),
    "recognised": Wording("recognised", "share", "sounds that the judge accepts as any label at all"),
    "labels_covered": Wording("labels covered", "count", "labels that at least 1 % of the sounds are"),
    "balance": Wording("balance", "share", "evenness of the labels heard; 100 % where all are equally frequent"),
    "modes": Wording("modes covered", "count", "modes with a point within 3 sd"),
    "high_quality": Wording("on a mode", "share", "points within 3 sd of a mode"),
    "distance": Wording("distance from real", "dB", "sliced Wasserstein-1 distance to held-out sounds; less is better"),
    "diversity": Wording("diversity", "share", "how far sounds differ among themselves, real ones being 100 %"),
    "memorisation": Wording("memorisation", "share", "sounds that lie suspiciously near a training sound"),
    "precision": Wording("precision", "share", "generated sounds that lie among real ones"),
    "recall": Wording("recall", "share", "real sounds that lie among generated ones"),
    "density": Wording("density", "number", "how densely real sounds surround generated ones; real against real is 1"),
    "coverage": Wording("coverage", "share", "real sounds with a generated one near"),
    "convergence": Wording("misfit of phases", "dB", "spectral convergence with learned phases; lower is better"),
    "convergence_pghi": Wording("misfit of PGHI's", "dB", "the same with phases by integration of known slopes"),
    "gain": Wording("better than PGHI", "dB", "by how much learned phases fit better, with no iteration after either"),
    "kernel_log_mel": Wording("kernel, log-mel", "number", f"kernel distance (MMD²) of {_LOG_MEL}; not KAD; {_LESS}"),
    "frechet_log_mel": Wording("Fréchet, log-mel", "dB²", f"Fréchet distance of {_LOG_MEL}; not FAD; {_LESS}"),
    "kernel_own": Wording("kernel, own", "number", f"kernel distance (MMD²) of {_OWN}; {_LESS}"),
    "w1": Wording("W1 by the critic", "number", "what the critic proves of W1 on held-out samples, in its own units"),
    "frechet_own": Wording("Fréchet, own", "number", f"Fréchet distance of {_OWN}, bias taken off; {_LESS}"),
}


def wording(name: str, *, points: bool = False) -> Wording:
    """The words for a figure; an unknown one is called by its own name."""
    known = _WORDINGS.get(name, Wording(name.replace("_", " "), "number", ""))
    if points and name == "distance":
        return Wording(known.name, "number", "sliced Wasserstein-1 distance to held-out points; less is better")
    return known


def interval(words: Wording, figure: Estimate) -> str:
    """The interval and the floor beside a value; empty for a count, which has neither."""
    if figure.low == figure.high == figure.value:
        return f"of {figure.samples[1]}" if words.form == "count" and figure.samples else ""
    floor = "" if figure.floor is None else f", real against real {words.value(figure.floor)}"
    return f"{words.value(figure.low)} to {words.value(figure.high)}{floor}"


def clock(seconds: float) -> str:
    """``9:05 minutes`` or ``1:02:09 hours``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d} hours" if hours else f"{minutes}:{rest:02d} minutes"
