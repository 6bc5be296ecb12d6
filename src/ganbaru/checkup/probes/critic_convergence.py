"""How far the critic gets when it alone goes on learning: is ``n_critic`` too low, or more than is of use?

A copy of the critic is trained from the checkpoint against the generator as it stands, by the run's own optimizer at
the full learning rate of the settings, three times on different batches. What is looked at is its word on held-out
samples: w1 (mean score of real minus of generated ones) of a Wasserstein critic, minus its loss of any other. Higher is
better.

The probe ``critic_convergence``:

==================  ===============================================================================================
``step``            of the checkpoint, which stands right after an update of the generator
``n_critic``        of the run
``updates``         numbers of critic updates, ascending, 0 and ``n_critic`` among them
``held_out``        the critic's word after each
``error``           standard error of its difference to that after ``n_critic`` updates, over samples and trainings
``gain``            the best word after more than ``n_critic`` updates, minus that after ``n_critic``, over the latter's
                    modulus: what the run's critic leaves out; not below 0
``gain_error``      its standard error
``last``            what the last of the run's ``n_critic`` updates gave, in the same unit
``last_error``      its standard error
``enough``          the least number of updates, of those looked at, after which the word is within 5 %, or within two
                    standard errors, of that after ``n_critic``
==================  ===============================================================================================
"""

from typing import Any

import numpy as np
import torch

from ganbaru.checkup.probes.losses import critic_loss, made, take_step
from ganbaru.checkup.probes.subject import Subject
from ganbaru.checkup.run.reopened import Reopened
from ganbaru.objectives import w1
from ganbaru.training.step import Batch, scores

Array = np.ndarray[Any, Any]
_MOST = 64
_TRAININGS = 3
_CHUNKS, _CHUNK = 8, 64
"""Held-out samples: batches of so many."""
_NEAR = 0.05
_TINY = 1e-12


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    rows = []
    for number in range(_TRAININGS):
        opened = subject.newest()
        own = opened.config.most_updates
        marks = _marks(own)
        rows.append(_words(subject, opened, marks, number))
        subject.tell(number + 1, _TRAININGS)
    words = np.array(rows)  # (trainings, marks, chunks)
    if not np.isfinite(words).all():
        raise ValueError("the critic's scores are not finite")
    return {"step": opened.step, "n_critic": own, **said(words, marks, own)}


def said(words: Array, marks: list[int], own: int) -> dict[str, Any]:
    """What the critic's words say.

    Args:
        words: ``(trainings, marks, chunks)``.
        marks: updates, ascending.
        own: the run's ``n_critic``, one of the marks; so is the number before it.
    """
    at = marks.index(own)
    value, error = words.mean(axis=(0, 2)), _error(words - words[:, at : at + 1])
    unit = max(abs(value[at]), _TINY)
    later = at + 1 + int(value[at + 1 :].argmax())
    last = _error(words[:, at : at + 1] - words[:, at - 1 : at])[0]
    reached = value >= value[at] - np.maximum(_NEAR * unit, 2 * error)
    return {
        "updates": marks,
        "held_out": value.tolist(),
        "error": error.tolist(),
        "gain": max(0.0, float(value[later] - value[at]) / unit),
        "gain_error": float(error[later]) / unit,
        "last": float(value[at] - value[at - 1]) / unit,
        "last_error": float(last) / unit,
        "enough": marks[int(reached.argmax())],
    }


def _marks(own: int) -> list[int]:
    """Powers of two up to 64, and at least to four times the run's own number; that one and the one before it."""
    powers = [2**k for k in range(31) if 2**k <= max(_MOST, 4 * own)]
    return sorted({0, own - 1, own, *powers})


def _words(subject: Subject, opened: Reopened, marks: list[int], number: int) -> Array:
    """The critic's words ``(marks, chunks)`` in one training of it."""
    size = min(_CHUNK, max(2, len(subject.held_out) // _CHUNKS))
    judges = subject.batches(opened, subject.held_out, "convergence judges", _CHUNKS, size)
    deck = subject.deck(opened, subject.train, f"convergence {number}", opened.config.batch)
    rows = [_word(opened, judges)]
    for update in range(1, marks[-1] + 1):
        subject.check_time()
        batch = deck.deal(update, opened.fabric.device)
        take_step(opened.game, "critic", critic_loss(opened.game, batch, made(opened.game, batch), seed=update))
        if update in marks:
            rows.append(_word(opened, judges))
    return np.array(rows)


def _word(opened: Reopened, judges: list[Batch]) -> Array:
    """What the critic says of each held-out batch: ``(chunks,)``."""
    return np.array([_word_on(opened, batch) for batch in judges], dtype=np.float64)


@torch.no_grad()
def _word_on(opened: Reopened, batch: Batch) -> float:
    game = opened.game
    real = scores(game.critic, batch.real, batch.labels).float()
    fake = scores(game.critic, made(game, batch), batch.labels).float()
    if opened.config.objective == "wasserstein":
        return float(w1(real, fake))
    return -float(game.objective.critic_loss(real, fake))


def _error(differences: Array) -> Array:
    """Standard error ``(marks,)`` of the mean of ``(trainings, marks, chunks)``."""
    trainings, _, chunks = differences.shape
    between = differences.mean(axis=2).var(axis=0, ddof=1) / trainings
    within = differences.mean(axis=0).var(axis=1, ddof=1) / chunks
    return np.sqrt(between + within)
