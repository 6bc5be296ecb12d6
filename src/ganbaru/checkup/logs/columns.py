"""Which column of a log is what: told by the user, else guessed by its name."""

import re
from collections.abc import Iterable, Mapping, Sequence

from ganbaru.errors import UserError, unknown
from ganbaru.sources.naming import printable

NONE = "-"
"""As a column: none of them, whatever its name suggests."""
STEP, RUN = "step", "run"
BETWEEN = " - "
"""Between a run's name and a column's in the curves that Weights & Biases exports."""
_CRITIC = frozenset({"d", "disc", "discriminator", "critic", "netd", "dis", "dnet"})
_GENERATOR = frozenset({"g", "gen", "generator", "netg", "gnet"})
_LOSS = frozenset({"loss", "losses", "err", "error", "cost"})
_HELD_OUT = frozenset({"val", "valid", "validation", "eval", "evaluation", "test", "dev", "held", "heldout", "out"})
_W1 = frozenset({"w", "w1", "wasserstein", "emd", "wd", "wdist", "earthmover"})
_DISTANCE = frozenset({"dist", "distance", "estimate", "emd", "w1", "wasserstein", "wd", "wdist"})
_PENALTY = frozenset({"gp", "penalty", "r1"})
_GRADIENT = frozenset({"grad", "gradient", "gradnorm"})
_WEIGHTLESS = frozenset({"total", "all", "sum", "mean", "avg", "average", "train", "training", "net", "batch", "norm"})
_ADVERSARIAL = frozenset({"gan", "adv", "adversarial"})
_STEPS = ("step", "global_step", "_step", "iteration", "iterations", "iter", "n_iter", "it", "steps", "iters", "batch")
_EPOCHS = ("epoch", "epochs", "trainer/epoch")
_RUNS = ("run", "run_name", "run_id", "run name")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+|[^\W\d_a-zA-Z]+")
MEANT: dict[str, tuple[frozenset[str], ...]] = {
    "critic_loss": (_CRITIC, _LOSS),
    "generator_loss": (_GENERATOR, _LOSS | _ADVERSARIAL),
    "w1": (_W1, _DISTANCE),
    "penalty": (_PENALTY,),
    "critic_gradient": (_CRITIC, _GRADIENT),
    "generator_gradient": (_GENERATOR, _GRADIENT),
    "held_out_loss": (_HELD_OUT, _LOSS),
    "loss": (_LOSS,),
    "model_gradient": (_GRADIENT,),
}
"""Of each series that a name can suggest: the words one of each group of which the name must hold."""
NETWORKS = ("critic", "generator", "model")
OF_GAN = frozenset({"critic_loss", "generator_loss", "w1", "critic_gradient", "generator_gradient"})
SERIES = frozenset(
    {
        "loss",
        "held_out_loss",
        "penalty",
        "w1",
        "w1_held_out",
        "clipped_share",
        "fake_gradient",
        "lipschitz",
        "spread",
        "coverage",
        *(f"{network}_loss" for network in ("critic", "generator")),
        *(f"{side}_score_{what}" for side in ("real", "fake") for what in ("mean", "std")),
        *(f"{network}_{what}" for network in NETWORKS for what in ("gradient", "update_ratio")),
        *(f"dead_units_{network}" for network in NETWORKS),
    }
)
"""Series that a column can be said to be; figures of quality, ``quality.NAME``, besides."""
FACTS = frozenset(
    {
        "objective",
        "constraint",
        "constraint_strength",
        "n_critic",
        "batch",
        "steps",
        "train_count",
        "held_out_count",
        *(f"{network}_{what}" for network in NETWORKS for what in ("learning_rate", "optimizer", "momentum")),
    }
)
"""Facts that no column holds and that can be told beside the columns, such as ``objective=wasserstein``."""


def told(given: Mapping[str, str], names: Sequence[str], file: str) -> dict[str, str]:
    """What the user says of the columns, checked.

    Args:
        given: columns by what they are; facts by their names.
        names: the columns that there are.
        file: how the log is called in an error.

    Raises:
        UserError: something is not known, or there is no such column.
    """
    known = SERIES | FACTS | {STEP, RUN}
    for name, column in given.items():
        if name not in known and not name.startswith("quality."):
            raise unknown("name of what a column is", name, known)
        if name not in FACTS | {RUN} and column not in names and column != NONE:
            raise unknown(f"column of {file}", printable(column), map(printable, names))
    return {name: column for name, column in given.items() if name not in FACTS | {RUN}}


def guess(names: Sequence[str]) -> dict[str, str]:
    """Columns by what their names suggest that they are; each column is one thing at most.

    A name must hold a word of each kind, such as "D" and "loss"; of several the one with the fewest other words is
    taken, then the first.

    >>> guess(["iter", "lossD", "loss_G_GAN", "loss_G_L1", "lr"])
    {'critic_loss': 'lossD', 'generator_loss': 'loss_G_GAN', 'step': 'iter'}
    """
    found: dict[str, str] = {}
    for meaning, groups in MEANT.items():
        if meaning in ("loss", "model_gradient") and found.keys() & OF_GAN:
            continue
        free = [name for name in names if name not in found.values()]
        ranked = [(others, name) for name in free if (others := _others(name, meaning, groups)) is not None]
        if ranked:
            found[meaning] = min(ranked, key=lambda pair: pair[0])[1]
    step = step_of(names)
    return found if step is None else {**found, STEP: step}


def step_of(names: Sequence[str]) -> str | None:
    """The column that counts the steps; an epoch only where there is nothing finer."""
    plain = {name.lower().rpartition("/")[2].strip(): name for name in reversed(names)}
    return next((plain[name] for name in (*_STEPS, *_EPOCHS) if name in plain), None)


def run_of(names: Iterable[str]) -> str | None:
    """The column that names the run that a row is of."""
    return next((name for name in names if name.lower() in _RUNS), None)


def none_known(file: str, names: Sequence[str]) -> UserError:
    """The error for a log in which no column is known to be a loss."""
    shown = ", ".join(map(printable, names[:20])) + (" …" if len(names) > 20 else "")
    hint = "say which is what with --columns generator_loss=COLUMN --columns critic_loss=COLUMN (or loss=COLUMN)"
    return UserError(f"{file}: none of its columns is known to be a loss: {shown}", hint=hint)


def _others(name: str, meaning: str, groups: tuple[frozenset[str], ...]) -> float | None:
    """How many words a name has beside those that were looked for; None where it is not what is meant."""
    if name == meaning:
        return -1
    words = [word.lower() for word in _WORD.findall(name.rpartition(BETWEEN)[2])]
    wanted = frozenset().union(*groups)
    if not all(group & set(words) for group in groups) or _another(words, meaning):
        return None
    others = [word for word in words if word not in wanted | _WEIGHTLESS]
    return sum(0.5 if word in _ADVERSARIAL else 1.0 for word in others)


def _another(words: Sequence[str], meaning: str) -> bool:
    """Whether the words speak of something else: the other network, or held-out data."""
    held = set(words)
    if meaning != "held_out_loss" and held & _HELD_OUT:
        return True
    if meaning.endswith("loss") and held & (_PENALTY | _GRADIENT):
        return True
    if meaning in ("loss", "held_out_loss", "model_gradient"):
        return bool(held & (_CRITIC | _GENERATOR))
    if meaning.startswith("critic"):
        return bool(held & _GENERATOR) or bool(held & {"real", "fake"})
    return meaning.startswith("generator") and bool(held & _CRITIC)
