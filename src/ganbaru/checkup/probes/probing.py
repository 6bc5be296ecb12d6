"""The door to all active probes: each is made on a copy of its own, or it is said why it could not be."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ganbaru.checkup.probes.subject import Subject
from ganbaru.errors import UserError, unknown
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.training.session import Parts

PROBES: dict[str, str] = {
    "sight": "looking how far the networks see",
    "noise_scale": "measuring the noise of the gradients",
    "curvature": "measuring the curvature of the losses",
    "line": "trying longer and shorter steps",
    "critic_convergence": "training the critic alone",
    "critic_by_heart": "letting the critic learn labels by heart",
    "generator_by_heart": "letting the generator learn samples by heart",
    "known_domain": "training on the ring of 8 by the same settings",
}
"""Every probe by its name, cheap ones first, with what is done meanwhile, in words."""

_BUDGET = 600.0


@dataclass(frozen=True)
class Probed:
    """What the probes say.

    Attributes:
        probes: a JSON object by the name of its probe.
        missing: why a probe was not made, by its name.
    """

    probes: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def probe(
    run: Run,
    *,
    names: Sequence[str] | None = None,
    source: Source | None = None,
    parts: Parts | None = None,
    seed: int = 0,
    budget_seconds: float = _BUDGET,
    progress: Progress | None = None,
) -> Probed:
    """Makes the probes of a run. Its folder, modules that are given and all random states stay as they are.

    Args:
        run: the run.
        names: of `PROBES`; None makes all.
        source: what it was trained on; None opens it again.
        parts: networks, objective and constraint of your own, where it was trained with such; they are copied.
        seed: of everything random.
        budget_seconds: s; a probe that is not done by then is missing. It never changes what a probe says.
        progress: is told how far it is.

    Raises:
        UserError: a name is not known.
    """
    chosen = list(PROBES) if names is None else list(names)
    for name in chosen:
        if name not in PROBES:
            raise unknown("probe", name, PROBES)
    subject = Subject.of(run, source, parts or Parts(), seed=seed, budget=budget_seconds, progress=progress or silent)
    found = Probed()
    for name in chosen:
        probed, why = _tried(name, subject)
        if why:
            found.missing[name] = why
        else:
            found.probes[name] = probed
    return found


def _tried(name: str, subject: Subject) -> tuple[Any, str]:
    """The probe, and why it could not be made; a network of the user's own may fail in any way."""
    measure: Callable[[Subject], Any] = import_module(f"ganbaru.checkup.probes.{name}").measure
    subject.begin(PROBES[name])
    try:
        with _undisturbed(subject):
            return measure(subject), ""
    except UserError as error:
        return None, str(error)
    except Exception as error:
        return None, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason was given'}"
    finally:
        subject.tell(1, 1)


@contextmanager
def _undisturbed(subject: Subject) -> Iterator[None]:
    """A block in which gradients are taken and every random state is its own."""
    import torch

    from ganbaru.checkup.run.reopened import undisturbed

    state = random.getstate()
    try:
        with undisturbed(subject.seed, subject.config), torch.enable_grad():
            random.seed(subject.seed)
            yield
    finally:
        random.setstate(state)
