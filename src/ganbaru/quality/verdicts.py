"""Figures of quality as sentences that the numbers support."""

from collections.abc import Mapping

from ganbaru.distances import Estimate

Figures = Mapping[str, Estimate]

_EMBEDDED = {"frechet": "Fréchet", "kernel": "kernel"}
_BELIEVED = 0.95
"""A judge that gives fewer real sounds their own label, or accepts more of what is none than the rest, is doubted."""


def verdicts(figures: Figures, untrained: Figures, judge: Figures | None = None) -> list[str]:
    """What the figures say, in words; nothing is said of what was not measured.

    Args:
        figures: of the trained generator, by name.
        untrained: of the same generator before its first step.
        judge: of the judge itself, where there is one.
    """
    said = [
        _labels(figures),
        _judge(judge or {}),
        _modes(figures),
        _distance(figures, untrained),
        _memorisation(figures),
        _diversity(figures),
    ]
    return [sentence for sentence in said if sentence]


def _distance(figures: Figures, untrained: Figures) -> str:
    now = figures.get("distance")
    if now is None or now.floor is None:
        return ""
    if not now.distinguishable:
        return f"At this sample size it cannot be told from real by its distance{_told_otherwise(figures)}."
    before = untrained.get("distance")
    if before is None:
        return f"It can be told from real: its distance {now.value:.3g} is above the floor {now.floor:.3g}."
    share = now.value / before.value
    return (
        f"Its distance from real is {share:.0%} of what it was untrained; the floor is {now.floor / before.value:.0%}."
    )


def _told_otherwise(figures: Figures) -> str:
    """What hears a difference that the distance does not, such as quiet noise or the way back from a spectrogram."""
    told = [name for name, figure in figures.items() if name.startswith(tuple(_EMBEDDED)) and figure.distinguishable]
    if not told:
        return ""
    kinds = " and ".join(_EMBEDDED[name.partition("_")[0]] for name in told)
    of = "log-mel statistics" if told[0].endswith("log_mel") else "your own embedding"
    return f", but by the {kinds} distance of {of} it can"


def _memorisation(figures: Figures) -> str:
    found = figures.get("memorisation")
    if found is None or found.floor is None:
        return ""
    if found.low > found.floor:
        usual = f"{1 - found.floor:.0%} of held-out ones"
        return f"It memorises: {found.value:.1%} of its sounds are nearer to a training sound than {usual}."
    return "No sign of memorisation: no more of its sounds lie near training sounds than held-out ones do."


def _diversity(figures: Figures) -> str:
    found = figures.get("diversity")
    if found is None:
        return ""
    if found.high < 0.7:
        return f"It varies too little: {found.value:.0%} of what real sounds vary."
    return f"It varies {found.value:.0%} as much as real sounds do."


def _labels(figures: Figures) -> str:
    covered, recognised = figures.get("labels_covered"), figures.get("recognised")
    if covered is None or recognised is None or covered.samples is None:
        return ""
    right = figures.get("right_label")
    share = (
        f"{recognised.value:.1%} of its sounds are recognised"
        if right is None
        else f"{right.value:.1%} of its sounds are recognised as the very label asked for"
    )
    return f"{share}; it covers {covered.value:.0f} of {covered.samples[1]} labels."


def _judge(judge: Figures) -> str:
    right, fooled = judge.get("accuracy"), judge.get("false_acceptance")
    if right is None or fooled is None or (right.value >= _BELIEVED and fooled.value <= 1 - _BELIEVED):
        return ""
    return (
        f"Read that with care: the judge gives {right.value:.1%} of held-out real sounds their own label, and accepts "
        f"{fooled.value:.1%} of what is no such sound."
    )


def _modes(figures: Figures) -> str:
    modes, good = figures.get("modes"), figures.get("high_quality")
    if modes is None or good is None or modes.samples is None:
        return ""
    return f"It covers {modes.value:.0f} of {modes.samples[1]} modes; {good.value:.1%} of its points lie on one."
