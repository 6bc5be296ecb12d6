"""Any optimizer of torch by its name, and the schedules of learning rates."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from ganbaru.errors import UserError, unknown
from ganbaru.training.config import Config, OptimizerConfig


def optimizer(config: OptimizerConfig, network: nn.Module) -> Optimizer:
    """The optimizer that the settings name, over the network's weights that ask for a gradient.

    The fastest implementation that torch has of it is taken: fused, else foreach.

    Raises:
        UserError: torch has no such optimizer, or it does not take one of the options.
    """
    kind = _kinds().get(config.optimizer.lower())
    if kind is None:
        raise unknown("optimizer", config.optimizer, _kinds())
    options: dict[str, Any] = dict(config.optimizer_options)
    taken = inspect.signature(kind).parameters
    for name in options:
        if name not in taken:
            raise UserError(
                f"optimizer {config.optimizer!r} takes no option {name!r}",
                hint=f"it takes: {', '.join(list(taken)[1:])}",
            )
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    for way in ("fused", "foreach"):
        if way in taken and not {"fused", "foreach"} & options.keys():
            options[way] = True
    try:
        return kind(weights, lr=config.learning_rate, **options)
    except (TypeError, ValueError, RuntimeError) as error:
        raise UserError(f"optimizer {config.optimizer!r} with {config.optimizer_options}: {error}") from None


def _kinds() -> dict[str, Callable[..., Optimizer]]:
    return {
        name.lower(): kind
        for name, kind in vars(torch.optim).items()
        if isinstance(kind, type) and issubclass(kind, Optimizer) and kind is not Optimizer and name != "LBFGS"
    }


def rate_factor(config: Config, step: int, progress: float) -> float:
    """What the learning rates are multiplied by: a rise over ``warmup`` steps, a fall after ``decay_start``.

    Args:
        config: the training's settings.
        step: generator updates done.
        progress: share of the training that is done, 0 to 1.
    """
    rise = min(1.0, (step + 1) / config.warmup) if config.warmup else 1.0
    return rise * _fall(config, progress)


def _fall(config: Config, progress: float) -> float:
    if config.decay == "none" or progress <= config.decay_start:
        return 1.0
    left = max(0.0, (1.0 - progress) / (1.0 - config.decay_start)) if config.decay_start < 1 else 1.0
    return left if config.decay == "linear" else 0.5 - 0.5 * math.cos(math.pi * left)


def set_rate(optimizer: Optimizer, rate: float) -> None:
    """Sets the learning rate of every group."""
    for group in optimizer.param_groups:
        group["lr"] = rate
