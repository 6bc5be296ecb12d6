"""What was trained, what was measured of it, and what is planned with it: the facts that a ledger does not hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganbaru.errors import UserError
from ganbaru.rights.asking import asked
from ganbaru.rights.matrix import ACTS
from ganbaru.runs import Run


@dataclass(frozen=True)
class Trained:
    """One training.

    Attributes:
        objective, representation: by name.
        steps: updates of the generator that were made.
        batch: sounds a step.
        seed: of everything random.
        sounds: pieces of sound that were trained on; held_out: kept back to measure against.
        seconds: length of a piece; None where they differ.
        rate: Hz.
        day: on which it was begun (ISO 8601).
        started_from: the model that it went on from; "" for none.
        parts: the models that it was merged of; empty for none.
    """

    objective: str
    representation: str
    steps: int
    batch: int
    seed: int
    sounds: int
    held_out: int
    seconds: float | None
    rate: int
    day: str
    started_from: str = ""
    parts: Sequence[str] = ()


@dataclass(frozen=True)
class Plan:
    """What is to be done with it.

    Attributes:
        acts: one or more of `matrix.ACTS`.
        actor: one of `matrix.ACTORS`.
        commercial: whether money is meant to be made; None where that is not decided.
        resemble: whether the result is meant to resemble one person or creator; None where that is not said.
        shows_clips: whether a page is to be published on which real sounds stand beside generated ones.
    """

    acts: Sequence[str] = ("publish-weights", "publish-sounds")
    actor: str = "person"
    commercial: bool | None = None
    resemble: bool | None = None
    shows_clips: bool = False

    def __post_init__(self) -> None:
        if not self.acts:
            raise UserError("a plan without any act", hint=f"name one or more of {', '.join(ACTS)}")
        for act in self.acts:
            asked(act, self.actor)


@dataclass(frozen=True)
class RunFacts:
    """All of it.

    Attributes:
        trained: None where nothing was trained yet.
        memorisation: the figure of ``quality.json``: value, low, high, floor, samples; None where it was not measured.
        plan: what is to be done.
    """

    trained: Trained | None = None
    memorisation: Mapping[str, Any] | None = None
    plan: Plan = field(default_factory=Plan)


def of_run(run: Run, plan: Plan | None = None) -> RunFacts:
    """What a run's own files say, with what is planned.

    Raises:
        UserError: one of its files is damaged.
    """
    config, source = run.document["config"], run.document["source"]
    measured = run.read_json("quality") or {}
    steps = measured.get("step", max(run.steps, default=0))
    trained = Trained(
        objective=config["objective"],
        representation=str(config["representation"]),
        steps=int(steps),
        batch=config["batch"],
        seed=run.document["seed"],
        sounds=source["counts"]["train"],
        held_out=source["counts"]["held_out"],
        seconds=source["recipe"].get("seconds"),
        rate=source["rate"],
        day=str(run.document["created"])[:10],
    )
    return RunFacts(trained, measured.get("figures", {}).get("memorisation"), plan or Plan())
