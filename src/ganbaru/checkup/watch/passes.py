"""One pass of a network, as hooks on it see it: what it was shown, what it said, and which way a loss pushes that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.prints import Array, Prints, chosen

_ELEMENTS = 4
_CANCELS, _SUMS = 1e-4, 1e-3
"""What rounding leaves of gradients that cancel, as a share of them, and of shares that add up to 1."""
_TRANSFORMED = -2
"""Stands for a backward pass where a transform differentiates: it reaches no weight itself."""


@dataclass
class Push:
    """The gradient of a loss with respect to the scores of one pass.

    Attributes:
        task: which backward pass brought it.
        rows: its sum for each sample that is looked at ``(R,)``; one number where scores are of the whole batch.
        values: of the scores that are kept ``(R, K)``, times how many there are, so that a mean does not shrink it;
            none where it is with respect to another scale's.
        graph: it was taken to be differentiated again, as a gradient penalty is.
        one_way: share of its absolute sum that is left when all of it is added up.
    """

    task: int
    rows: Array
    values: Array
    graph: bool
    one_way: float = 1.0


@dataclass
class Pass:
    """One pass of the critic.

    Attributes:
        given: what it was shown ``(B, *shape)``.
        said: mean score of each sample ``(B,)``, or of the batch ``(1,)``.
        rows: the samples that are looked at; prints: what they are known by.
        scores: some scores of each of them ``(R, K)``.
        fresh: what was shown hangs on the generator's weights: a gradient reaches them through it.
        leaf: a gradient with respect to what was shown is wanted, or to what that was made of by no weights.
        taught: the critic's weights learned from it, or could have: they were not frozen.
        mirror: the answer has the form of what was shown, so that it may be that again and no score.
        end: the last activation of the critic; made_end: of what it was shown, and its factor.
        label: for each row 1.0 fake, 0.0 real, NaN unknown; filled in when all is known.
        aside: no loss pushes its scores: it was made to differentiate the critic, or to look at something.
        apart: a loss holds the difference of its scores and another pass's: a penalty.
        raw: what a critic that may tell two classes said ``(B, 2)``; None of others, and once its score is known.
    """

    given: Tensor
    said: Tensor
    rows: list[int]
    prints: Prints
    scores: Array
    fresh: bool
    leaf: bool
    taught: bool
    end: str
    made_end: tuple[str, float]
    mirror: bool = False
    pushes: list[Push] = field(default_factory=list)
    label: Array = field(default_factory=lambda: np.zeros(0))
    aside: bool = False
    apart: bool = False
    raw: Tensor | None = None

    @property
    def by_row(self) -> bool:
        """Whether there is a score for each sample."""
        return len(self.said) == len(self.given)

    @property
    def is_real(self) -> bool:
        """Whether all that was shown is real."""
        return len(self.label) > 0 and bool((self.label == 0.0).all())


def task() -> int:
    """Which backward pass is running; -1 where torch does not say."""
    return int(getattr(torch._C, "_current_graph_task_id", lambda: -1)())


def of_critic(
    given: Tensor,
    answer: list[Tensor],
    *,
    reach: int | None,
    taught: bool,
    pushed: Callable[[Pass, bool, Tensor], None],
) -> Pass | None:
    """What is kept of a pass of the critic.

    Args:
        given: what it was shown.
        answer: its scores, a tensor for each scale.
        reach: values of a generated sample, by which samples are known again.
        taught: whether the critic's weights are not frozen.
        pushed: is called with the pass, whether it is at the first of its scores, and a gradient when a loss is
            differentiated.
    """
    if not answer:
        return None
    rows, loose = chosen(len(given)), given.requires_grad and outputs.is_of_batches(given)
    said = torch.stack([_by_row(each.detach(), len(given)).mean(dim=1) for each in answer]).mean(dim=0)
    found = Pass(
        given=given.detach(),
        said=said,
        rows=rows if len(said) == len(given) else [0],
        prints=Prints.of(given, rows, reach),
        scores=_some(_by_row(answer[0].detach(), len(given)), rows),
        fresh=given.requires_grad and not loose,
        leaf=loose,
        taught=taught,
        end=outputs.end(answer[0], of_scores=True)[0],
        made_end=outputs.end(given),
        mirror=answer[0].shape == given.shape and given[0].numel() > 1,
        raw=answer[0].detach() if len(answer) == 1 and answer[0].shape == (len(given), 2) else None,
    )
    for number, each in enumerate(answer):
        if each.requires_grad:
            each.register_hook(partial(pushed, found, number == 0))
    return found


def of_transform(given: Tensor, reach: int | None, *, graph: bool) -> tuple[Pass, Push]:
    """What is kept of a pass that a transform differentiates, and of that gradient, whose values are not known.

    Args:
        given: what the critic was shown.
        reach: values of a generated sample.
        graph: what is taken is to be differentiated again.
    """
    rows = chosen(len(given))
    seen = Pass(
        given=given,
        said=given.new_full((len(given),), float("nan")),
        rows=rows,
        prints=Prints.of(given, rows, reach),
        scores=np.full((len(rows), 1), np.nan),
        fresh=False,
        leaf=True,
        taught=graph,
        end="",
        made_end=("", 1.0),
    )
    return seen, Push(_TRANSFORMED, np.full(len(rows), np.nan), seen.scores, graph)


def push_of(seen: Pass, first: bool, gradient: Tensor, graph: bool) -> Push:
    """What is kept of a gradient with respect to the scores ``(B, …)``; values are of the first scale."""
    flat = _by_row(gradient.detach(), len(seen.given))
    if flat.shape == (len(seen.given), 2) and not graph:
        flat = _of_two_classes(seen, flat)
    rows = seen.rows if len(flat) == len(seen.given) else [0]
    sums = flat[rows].float().sum(dim=1).cpu().numpy()
    one_way = float(flat.sum().abs() / flat.abs().sum().clamp(min=1e-30))
    values = _some(flat, rows) * flat.numel() if first else np.zeros((0, 0))
    return Push(task(), sums, values, graph, one_way)


def _of_two_classes(seen: Pass, gradient: Tensor) -> Tensor:
    """The gradient at the score of a critic that tells two classes ``(B, 1)``; as it is of any other one.

    A cross-entropy raises one class as much as it lowers the other, so that the gradients of a sample cancel; that of
    shares, or of their logarithms, touches one class alone. The score is how much more is said for the second class.
    """
    if seen.raw is None:
        return gradient
    raw, g = seen.raw.float(), gradient.float()
    if bool((g.sum(dim=1).abs() <= _CANCELS * g.abs().sum(dim=1)).all()):
        return _scored(seen, raw[:, 1] - raw[:, 0], g[:, 1])
    logs = bool((raw.logsumexp(dim=1).abs() < _SUMS).all())
    shares = bool((raw >= 0).all() and ((raw.sum(dim=1) - 1).abs() < _SUMS).all())
    if not (logs or shares) or not bool(((g == 0).sum(dim=1) == 1).all()):
        return gradient
    p = raw.exp() if logs else raw
    at_logs = g if logs else p * g
    seen.end = ""  # it belongs to the loss
    return _scored(seen, (p[:, 1] / p[:, 0]).log(), at_logs[:, 1] - p[:, 1] * at_logs.sum(dim=1))


def _scored(seen: Pass, score: Tensor, gradient: Tensor) -> Tensor:
    """The gradient at a pass's one score ``(B, 1)``, which from now on is what it said."""
    seen.said, seen.scores, seen.raw = score, _some(score[:, None], seen.rows), None
    return gradient[:, None]


def _by_row(scores: Tensor, count: int) -> Tensor:
    """``(B, K)``, or ``(1, K)`` where there is no score for each sample."""
    flat = scores.reshape(len(scores), -1) if scores.dim() else scores.reshape(1, 1)
    return flat if len(flat) == count else flat.reshape(1, -1)


def _some(flat: Tensor, rows: list[int]) -> Array:
    found = flat[rows if len(flat) > 1 else [0]]
    columns = chosen(flat.shape[1], _ELEMENTS)
    return found[:, columns].float().cpu().numpy()
