"""Healthy twins: every base and program as it is, by other seeds, rates and sizes; folders and sounds that are well."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from zoo import codes, configurations, folders
from zoo.bases import BASES, both
from zoo.specimen import Specimen

_VARIED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "ring": [("slow", {**both(learning_rate=4e-4), "steps": 1500}), ("no-average", {"ema": 0.0})],
    "grid": [("large", {**both(channels=128), "batch": 64}), ("cosine", {"decay": "cosine"})],
    "spiral": [("large-batch", {"batch": 384}), ("noise", {"noise": 0.02})],
    "lines": [("steady", {"decay": "none"})],
    "wide": [("two-critics", {"n_critic": 2})],
    "gp": [("fast", both(learning_rate=2e-3)), ("ten", {"n_critic": 10, "steps": 250})],
    "gp-grid": [("large", both(channels=128))],
    "lp": [("weak", {"constraint_strength": 3.0})],
    "clip": [
        ("wider-clip", {"constraint_strength": 0.1, **both(learning_rate=1e-3)}),
        ("slow", {**both(learning_rate=2e-4), "steps": 800}),
    ],
    "clip-ring": [("eight", {"n_critic": 8})],
    "clip-lines": [("large", both(channels=96))],
    "ns": [("slow", {**both(learning_rate=4e-4), "steps": 1200})],
    "ls": [("slow", {**both(learning_rate=5e-4), "steps": 1200})],
    "r3": [("batch-of-256", {"batch": 256, "steps": 800})],
    "lp-spiral": [("large", both(channels=112))],
    "hinge-r1": [("stronger", {"constraint_strength": 0.15})],
    "ls-sn": [("steady", {"decay": "none", "batch": 64})],
    "mm-gp": [("two-critics", {"n_critic": 2})],
    "r1r2": [("averaged", {"ema": 0.99, "warmup": 50})],
    "free": [("slow", {**both(learning_rate=2e-4), "steps": 900})],
    "w-sn": [("five", {"n_critic": 5, "steps": 250})],
    "sgd": [("some-momentum", both(optimizer_options={"momentum": 0.3}))],
    "raw": [("wide", both(channels=20))],
    "raw-words": [("weak", {"constraint_strength": 3.0})],
    "labelled": [("large-batch", {"batch": 32, "steps": 250})],
    "phases": [("stronger", {"constraint_strength": 6.0})],
    "nine": [("large-batch", {"batch": 256, "steps": 450})],
    "squares": [("two-critics", {"n_critic": 2})],
    "mel": [("slow", {**both(learning_rate=5e-4), "steps": 500})],
    "seven": [("slow", {**both(learning_rate=5e-4), "steps": 900})],
    "square": [("five", {"n_critic": 5, "steps": 300}), ("stronger", {"constraint_strength": 5.0})],
    "coil": [("large-batch", {"batch": 192})],
    "clip-four": [("wide", both(channels=80))],
    "two": [("two-critics", {"n_critic": 2}), ("steady", {"decay": "none"})],
    "sides": [("wide", both(channels=44))],
    "lift": [("four", {"n_critic": 4, "steps": 140})],
    "colours": [("large-batch", {"batch": 24})],
    "greet": [("wide", both(channels=20))],
    "taps": [("steady", {"decay": "none"})],
    "numbers": [("weak", {"constraint_strength": 5.0})],
    "sky": [("wide", both(channels=40))],
    "switch": [("slow", {**both(learning_rate=7e-4), "steps": 420})],
    "clip-pentagon": [("seven", {"n_critic": 7, "steps": 180}), ("wide", both(channels=84))],
    "clip-corners": [("rmsprop", both(optimizer="rmsprop", optimizer_options={})), ("batch-of-128", {"batch": 128})],
    "gp-nine": [("slow", {**both(learning_rate=1e-3), "steps": 380}), ("six", {"n_critic": 6, "steps": 180})],
    "lp-hook": [("strong", {"constraint_strength": 8.0}), ("steady", {"decay": "none"})],
    "rim": [("stronger", {"constraint_strength": 0.1}), ("averaged", {"ema": 0.99, "warmup": 40})],
    "coil-wide": [("two-critics", {"n_critic": 2, "steps": 300}), ("large", both(channels=100))],
}
"""What else is well, by base."""
_SETS = ("drums", "kicks", "cymbals", "synthetic-drums", "cat-dog", "vowels", "tones")


def twins() -> Iterator[Specimen]:
    """Every healthy specimen."""
    yield from _fits()
    for number, program in enumerate(codes.PROGRAMS):
        yield codes.specimen(program, None)
        for seed in (1, 2) if program.objective else (1,):
            yield codes.specimen(program, None, seed=seed, name=f"healthy-seed{seed}")
        if number % 3 == 0 and program.name != "dirac":
            longer = replace(program, options={**program.options, "steps": 2 * program.options["steps"]})
            yield codes.specimen(longer, None, seed=3, name="healthy-longer")
        if program.paced:
            slow = replace(program, options={**program.options, "pace": 0.5, "steps": 2 * program.options["steps"]})
            yield codes.specimen(slow, None, seed=4, name="healthy-slow")
    for base in _SETS:
        yield folders.specimen(base, "healthy", None)
    yield folders.specimen("drums", "healthy-float", None, subtype="FLOAT")
    yield folders.specimen("cat-dog", "healthy-24-bits", None, subtype="PCM_24")
    for words in folders.SPOKEN:
        yield folders.listened(words, "healthy", None)
        yield folders.listened(words, "healthy-quiet", None, gain=0.05)


def _fits() -> Iterator[Specimen]:
    for base in BASES.values():
        yield configurations.specimen(base, "healthy", None, {})
        yield configurations.specimen(base, "healthy-seed", None, {}, seed=2)
        for name, change in _VARIED.get(base.name, ()):
            yield configurations.specimen(base, f"healthy-{name}", None, change)
